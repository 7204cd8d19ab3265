import { resolve } from "node:path";
import type { Command } from "commander";
import { ExitCode } from "../../infra/core/errors";
import { architectureFile } from "../gen/architecture";
import { chartSchemaFiles } from "../gen/chart-schemas";
import { decisionSchemaFile } from "../gen/decision-schema";
import { type GeneratedFile, settle } from "../gen/generated-file";
import { monitoringFiles } from "../gen/monitoring-files";
import { stackReferenceFile } from "../gen/stack-reference";
import { stackSchemaFile } from "../gen/stack-schema";
import { usageSchemaFile } from "../gen/usage-schema";
import { action } from "../lib/action";
import { renderStack } from "../lib/render/render";
import { terminal } from "../lib/report";

const ROOT = resolve(__dirname, "../..");

export const generatedFiles = (): GeneratedFile[] => [
  stackSchemaFile(),
  decisionSchemaFile(),
  stackReferenceFile(),
  usageSchemaFile(),
  ...chartSchemaFiles(),
  ...monitoringFiles(),
];

export function register(program: Command): void {
  program
    .command("gen")
    .description("write the files that are generated from the source: schemas, the config reference, the architecture")
    .option("--check", "write nothing; exit with 1 and list the files that are stale")
    .option("--json", "print JSON")
    .action(
      action(async ({ check = false, json = false }: { check?: boolean; json?: boolean }) => {
        const files = generatedFiles();
        const changed = settle(ROOT, files, check);
        // Last: a program in the middle of a change must not keep its own schema from being written.
        const architecture = architectureFile((await renderStack("prod")).plan);
        changed.push(...settle(ROOT, [architecture], check));
        if (json)
          terminal.json({
            files: [...files, architecture].map(({ path }) => path),
            [check ? "stale" : "written"]: changed,
          });
        else if (changed.length === 0) terminal.out(`${files.length + 1} files, none of them stale`);
        else for (const path of changed) terminal.out(check ? `stale: ${path}; run: npm run gen` : `wrote ${path}`);
        return check && changed.length > 0 ? ExitCode.failed : ExitCode.ok;
      }),
    );
}

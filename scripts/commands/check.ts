import type { Command } from "commander";
import { ExitCode } from "../../infra/core/errors";
import { action } from "../lib/action";
import { ACCEPTED } from "../lib/checkers/accepted";
import { type CheckResult, checkObjects } from "../lib/checkers/check-objects";
import type { Finding } from "../lib/checkers/settle";
import { renderStack } from "../lib/render/render";
import { table, terminal } from "../lib/report";

interface Options {
  stack: string;
  json?: boolean;
}

export function register(program: Command): void {
  program
    .command("check")
    .description("holds every rendered object against kube-score, checkov and the Pod Security evaluator")
    .requiredOption("--stack <env>", "environment: stacks/Pulumi.<env>.yaml")
    .option("--json", "print the result as JSON")
    .action(action(check));
}

async function check({ stack, json }: Options): Promise<ExitCode> {
  const { objects } = await renderStack(stack);
  const result = await checkObjects(objects, ACCEPTED);
  if (json) terminal.json(result);
  else terminal.out(summary(result));
  for (const line of complaints(result)) terminal.error(line);
  return complaints(result).length === 0 ? ExitCode.ok : ExitCode.failed;
}

function summary({ tallies, expected, failed, accepted }: CheckResult): string {
  const ofChecker = (name: string, findings: readonly Finding[]): string =>
    `${findings.filter(({ checker }) => checker === name).length}`;
  const rows = tallies.map(({ checker, objects, podSpecs, checks }) => [
    checker,
    `${objects} of ${expected.objects}`,
    `${podSpecs} of ${expected.podSpecs}`,
    `${checks}`,
    ofChecker(checker, failed),
    ofChecker(checker, accepted),
  ]);
  return table([["CHECKER", "OBJECTS", "POD SPECS", "CHECKS", "FAILED", "ACCEPTED"], ...rows]);
}

/** One line for each thing that is wrong. */
function complaints({ failed, unusedRows }: CheckResult): string[] {
  const several = new Set(failed.map(({ region }) => region)).size > 1;
  return [
    ...failed.map(
      ({ checker, check, region, object, text }) =>
        `${checker} ${check}: ${several ? `${region} ` : ""}${object}: ${text}`,
    ),
    ...unusedRows.map(
      ({ checker, check, object }) =>
        `accepted row ${checker} ${check} ${object}: excuses nothing; remove it from scripts/lib/checkers/accepted.ts`,
    ),
  ];
}

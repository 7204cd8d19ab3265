import type { Command } from "commander";
import { ExitCode } from "../../infra/core/errors";
import { action } from "../lib/action";
import { ACCEPTED } from "../lib/checkers/accepted";
import { checkObjects } from "../lib/checkers/check-objects";
import { complaints, judgedTable } from "../lib/checkers/report-check";
import { renderStack } from "../lib/render/render";
import { terminal } from "../lib/report";

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
  const { objects, charts } = await renderStack(stack);
  const result = await checkObjects(objects, ACCEPTED);
  const wrong = complaints(result);
  if (json) terminal.json(result);
  else terminal.out(judgedTable(result));
  for (const { region, name, version } of charts)
    terminal.note(
      `${region}: chart ${name} ${version} is installed by helm; its pods were not rendered and not judged`,
    );
  for (const line of wrong) terminal.error(line);
  return wrong.length === 0 ? ExitCode.ok : ExitCode.failed;
}

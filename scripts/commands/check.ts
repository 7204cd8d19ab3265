import type { Command } from "commander";
import { ExitCode } from "../../infra/core/errors";
import { action } from "../lib/action";
import { ACCEPTED } from "../lib/checkers/accepted";
import { ACCEPTED_AWS } from "../lib/checkers/accepted-aws";
import { checkObjects } from "../lib/checkers/check-objects";
import { checkPlan } from "../lib/checkers/check-plan";
import { complaints, judgedTable, planTable } from "../lib/checkers/report-check";
import { renderStack } from "../lib/render/render";
import { terminal } from "../lib/report";

interface Options {
  stack: string;
  json?: boolean;
}

export function register(program: Command): void {
  program
    .command("check")
    .description(
      "hold every rendered object against kube-score, checkov and the Pod Security evaluator, every AWS resource " +
        "against checkov, and every IAM policy against parliament and cloudsplaining",
    )
    .requiredOption("--stack <env>", "environment: stacks/Pulumi.<env>.yaml")
    .option("--json", "print the result as JSON")
    .action(action(check));
}

async function check({ stack, json }: Options): Promise<ExitCode> {
  const { plan, objects, charts } = await renderStack(stack);
  const result = await checkObjects(objects, ACCEPTED);
  const onAws = plan.some(({ type }) => type.startsWith("aws:"));
  const aws = onAws ? await checkPlan(plan, ACCEPTED_AWS) : undefined;
  const wrong = [
    ...complaints(result),
    ...(aws === undefined ? [] : complaints(aws, "scripts/lib/checkers/accepted-aws.ts")),
  ];
  if (json) terminal.json(aws === undefined ? result : { ...result, aws });
  else for (const text of [judgedTable(result), ...(aws === undefined ? [] : [planTable(aws)])]) terminal.out(text);
  for (const { region, name, version } of charts)
    terminal.note(
      `${region}: chart ${name} ${version} is installed by helm; its pods were not rendered and not judged`,
    );
  for (const line of wrong) terminal.error(line);
  return wrong.length === 0 ? ExitCode.ok : ExitCode.failed;
}

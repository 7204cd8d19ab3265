import type { Command } from "commander";
import { ExitCode } from "../../infra/core/errors";
import { assertShown, demo } from "../demo/demo";
import { demoText, howToTalk } from "../demo/text";
import { action } from "../lib/action";
import { terminal } from "../lib/report";

export function register(program: Command): void {
  program
    .command("demo")
    .description("on the local platform: ask, promote and roll back under load, and show what it cost")
    .option("--json", "print the result as JSON")
    .action(action(run));
}

async function run({ json }: { json?: boolean }): Promise<ExitCode> {
  const result = await demo();
  const { target, ...rest } = result;
  if (json) terminal.json({ url: target.url, ...rest });
  else terminal.out(`\n${demoText(result)}`);
  assertShown(result);
  if (!json) terminal.out(`\n${howToTalk(target.url, target.policy)}`);
  return ExitCode.ok;
}

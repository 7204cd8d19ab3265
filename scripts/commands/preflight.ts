import type { Command } from "commander";
import { readStack } from "../../infra/config/read-stack";
import { ExitCode, InputError } from "../../infra/core/errors";
import { stackImages } from "../../infra/values/aws/images";
import { refusals } from "../../infra/values/aws/refusals";
import { action } from "../lib/action";
import { placesOf } from "../lib/aws/account";
import { answerLine } from "../lib/preflight/check";
import { preflight } from "../lib/preflight/preflight";
import { step, terminal } from "../lib/report";
import { stackPaths } from "../lib/stack-paths";

interface Flags {
  stack: string;
  json?: boolean;
}

export function register(program: Command): void {
  program
    .command("preflight")
    .description("ask the AWS account whether everything is there that `pulumi up` needs; changes nothing")
    .requiredOption("--stack <env>", "environment on platform aws")
    .option("--json", "print the answers as JSON")
    .action(action(askAccount));
}

/** Exit code 1 where one answer is not good enough. */
export async function askAccount({ stack: environment, json }: Flags): Promise<ExitCode> {
  const stack = readStack(stackPaths(environment).root, environment);
  const refused = refusals(stack);
  if (refused.length > 0) throw new InputError(refused);
  const { config, releases } = stack;
  const asked = { config, releases, places: placesOf(stack), images: stackImages(config, releases) };
  let answered = 0;
  const isLong = (of: number) => of > 20 && answered % 10 === 0;
  const { answers, unasked } = await step(`ask AWS about account ${config.environment.account}`, undefined, () =>
    preflight(asked, (of) => {
      answered += 1;
      if (isLong(of)) terminal.note(`  ${answered} of ${of} answers`);
    }),
  );
  if (json) terminal.json({ answers, unasked });
  else for (const answer of answers) terminal.out(answerLine(answer));
  const bad = answers.filter(({ ok }) => !ok).length;
  if (unasked > 0) terminal.note(`${unasked} further questions were not asked: the credentials must be right first`);
  terminal.note(bad === 0 ? `all ${answers.length} are good` : `${bad} of ${answers.length} are not good enough`);
  return bad === 0 ? ExitCode.ok : ExitCode.failed;
}

import type { Command } from "commander";
import { InvalidArgumentError } from "commander";
import { todayUtc } from "../../infra/config/checked-stack";
import { ExitCode, InputError } from "../../infra/core/errors";
import { action } from "../lib/action";
import { assess } from "../lib/assess/assess";
import { assessmentText } from "../lib/assess/text";
import { terminal } from "../lib/report";
import { openLog } from "../lib/usage/json-values";
import { FORMATS, recordUsage } from "../lib/usage/record";

interface Options {
  billed?: number;
  requests?: number;
  candidate: string[];
  json?: boolean;
}

/** The most capable open model whose throughput was measured on shapes that can be bought. */
const CANDIDATES = ["openai/gpt-oss-120b"];

export function register(program: Command): void {
  program
    .command("assess")
    .argument("<exports...>", "usage exports of an API or logs of a gateway, also .gz; - for standard input")
    .description("from an API's usage to a recommendation with numbers; says what it assumed, writes nothing")
    .option("--billed <usd>", "what the provider billed for the period", number)
    .option("--requests <number>", "requests of the period, where the export does not count them", number)
    .option("--candidate <models...>", "open models that might be good enough", CANDIDATES)
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      `\nreads: ${FORMATS.map(({ name }) => name).join(", ")}\nnext: homeport usage record, then homeport decide <name> --preset startup`,
    )
    .action(action((paths: string[], options: Options) => assessExports(paths, options, todayUtc())));
}

export async function assessExports(paths: readonly string[], options: Options, today: string): Promise<ExitCode> {
  const logs = paths.map((path) => ({ label: path, open: () => openLog(path) }));
  const { requests, billed, candidate } = options;
  const { usage } = await recordUsage(logs, { by: "model", ...(requests === undefined ? {} : { requests }) });
  const result = assess(usage, {
    candidates: candidate,
    today,
    ...(billed === undefined ? {} : { billedUsd: billed }),
  });
  if (result.workloads.length === 0)
    throw new InputError([
      {
        path: paths.join(", "),
        given: result.unpriced.join(", "),
        allowed: "at least one model with a recorded price",
        fix: "see homeport catalogue show for the models that have one",
      },
    ]);
  if (options.json) terminal.json(result);
  else terminal.out(assessmentText(result));
  return ExitCode.ok;
}

function number(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError("a number above 0.");
  return value;
}

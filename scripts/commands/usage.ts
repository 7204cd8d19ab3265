import { type Command, InvalidArgumentError, Option } from "commander";
import { readUsageFile } from "../../infra/config/usage-file";
import { ExitCode, InputError } from "../../infra/core/errors";
import { jsonText } from "../gen/generated-file";
import { action } from "../lib/action";
import { replaceFile } from "../lib/replace-file";
import { terminal } from "../lib/report";
import { readText } from "../lib/stack-paths";
import { formatsHelp } from "../lib/usage/formats";
import { logsOf } from "../lib/usage/log-files";
import { time } from "../lib/usage/observation";
import { recordUsage } from "../lib/usage/record";
import type { RecordOptions } from "../lib/usage/recording";
import { DAY_MS } from "../lib/usage/rhythm";
import { countsText, shownUsage, usageText } from "../lib/usage/text";

interface Options extends Omit<RecordOptions, "covers"> {
  out: string;
  from?: number;
  to?: number;
  force?: boolean;
  json?: boolean;
}

export function register(program: Command): void {
  const usage = program
    .command("usage")
    .description("what was asked of models, from logs: what all costs are computed from");
  usage
    .command("record")
    .description("turn logs of a gateway or exports of a provider into a usage file")
    .argument("<logs...>", "files, also .gz; - for standard input")
    .requiredOption("--out <file>", "the usage file to write, as usage/chat.json")
    .addOption(
      new Option("--by <kind>", "what a workload is; a policy only where our own logs name it")
        .choices(["model", "policy"])
        .default("model"),
    )
    .option("--name <workload>", "put everything into one workload of this name", aName)
    .option("--requests <number>", "requests of the period, where the export does not count them", wholeNumber)
    .option(
      "--from <time>",
      "first day that the logs cover, or a time: where that is before their first request",
      begins,
    )
    .option("--to <time>", "last day that they cover, or a time in UTC, as 2026-10-31 or 2026-10-31T18:00", ends)
    .option("--force", "replace a usage file that is there")
    .option("--json", "print JSON")
    .addHelpText("after", `\nreads, as JSON lines, JSON or CSV, also .gz:\n${formatsHelp()}`)
    .action(action(record));
  usage
    .command("show")
    .description("read a usage file back: totals of a month, averages and peaks")
    .argument("<file>", "a usage file")
    .option("--json", "print JSON")
    .action(action(show));
}

export async function record(paths: string[], options: Options): Promise<ExitCode> {
  const current = readText(options.out);
  refuseOverwriting(options, current);
  const logs = logsOf(paths);
  const { from, to } = options;
  const covers = { ...(from === undefined ? {} : { fromMs: from }), ...(to === undefined ? {} : { toMs: to }) };
  const { usage, counts } = await recordUsage(logs, { ...options, covers });
  replaceFile(options.out, current, jsonText(usage));
  if (options.json) terminal.json({ file: options.out, ...counts, ...shownUsage(usage) });
  else terminal.out([countsText(counts), `wrote ${options.out}`, "", usageText(usage)].join("\n"));
  return ExitCode.ok;
}

export async function show(file: string, { json }: { json?: boolean }): Promise<ExitCode> {
  const usage = readUsageFile(file);
  if (json) terminal.json(shownUsage(usage));
  else terminal.out(usageText(usage));
  return ExitCode.ok;
}

function refuseOverwriting({ out, force }: Options, current: string | undefined): void {
  if (current !== undefined && !force)
    throw new InputError([
      { path: "--out", given: `${out} is there`, allowed: "a new file", fix: "name another one, or add --force" },
    ]);
}

const begins = (value: string): number => moment(value);
/** A day is covered to its end, as in a usage file. */
const ends = (value: string): number => moment(value) + (value.includes(":") ? 0 : DAY_MS);

function moment(value: string): number {
  const ms = /^\d{4}-\d\d-\d\d/.test(value) ? time(value) : undefined;
  if (ms === undefined) throw new InvalidArgumentError("a day or a time in UTC, as 2026-10-01 or 2026-10-01T06:00.");
  return ms;
}

function aName(value: string): string {
  if (value.trim() === "") throw new InvalidArgumentError("a name.");
  return value;
}

function wholeNumber(value: string): number {
  if (!/^[1-9]\d{0,14}$/.test(value)) throw new InvalidArgumentError("a whole number from 1.");
  return Number(value);
}

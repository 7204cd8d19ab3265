import type { Command } from "commander";
import { InvalidArgumentError } from "commander";
import { todayUtc } from "../../infra/config/checked-stack";
import type { Usage } from "../../infra/core/economics/usage";
import { ExitCode, InputError } from "../../infra/core/errors";
import { action } from "../lib/action";
import { type Assessment, assess } from "../lib/assess/assess";
import { assessBill, type BillAssessment } from "../lib/assess/assess-bill";
import { type Bill, billOf, billOfTotal, readBillLines } from "../lib/assess/bill";
import { BILL_FORMATS } from "../lib/assess/bill-formats";
import { assessmentText } from "../lib/assess/text";
import { terminal } from "../lib/report";
import { FORMATS } from "../lib/usage/formats";
import { logsOf } from "../lib/usage/log-files";
import { recordUsage } from "../lib/usage/record";

interface Options {
  billed?: number;
  model?: string;
  days?: number;
  requests?: number;
  candidate: string[];
  json?: boolean;
}

/** The most capable open model whose throughput was measured on shapes that can be bought. */
const CANDIDATES = ["openai/gpt-oss-120b"];
const DAYS = 30;

const names = (formats: readonly { name: string }[]): string => formats.map(({ name }) => `  ${name}\n`).join("");

export function register(program: Command): void {
  program
    .command("assess")
    .argument(
      "[exports...]",
      "usage exports or cost reports of an API, or logs of a gateway, also .gz and CSV; - for stdin",
    )
    .description("from an API's usage or bill to a recommendation with numbers; says what it assumed, writes nothing")
    .option(
      "--billed <usd>",
      "what the provider billed for the period; alone, with --model: all that is known",
      number(0.01, 1e9),
    )
    .option("--model <name>", "which model a bill was paid for, where it does not say so")
    .option(
      "--days <number>",
      `days that --billed is for, where there is no export (default: ${DAYS})`,
      number(1, 3660),
    )
    .option("--requests <number>", "requests of the period, where the export does not count them", number(1, 1e15))
    .option("--candidate <models...>", "open models that might be good enough", CANDIDATES)
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      `
reads, of usage:
${names(FORMATS)}
reads, of costs, as files; without usage the tokens come out of the dollars, as a range:
${names(BILL_FORMATS)}
next: homeport usage record, then homeport decide <name> --preset startup`,
    )
    .action(action((paths: string[], options: Options) => assessExports(paths, options, todayUtc())));
}

export async function assessExports(paths: readonly string[], options: Options, today: string): Promise<ExitCode> {
  const result = await assessed(paths, options, today);
  if (result.workloads.length === 0)
    throw new InputError([
      {
        path: paths.join(", ") || "--model",
        given: result.unpriced.join(", ") || "nothing that was paid for tokens",
        allowed: "at least one model with a recorded price",
        fix: "see homeport catalogue show for the models that have one",
      },
    ]);
  if (options.json) terminal.json(result);
  else terminal.out(assessmentText(result));
  return ExitCode.ok;
}

async function assessed(
  paths: readonly string[],
  options: Options,
  today: string,
): Promise<Assessment | BillAssessment> {
  const { requests, billed, candidate, model } = options;
  const asked = { candidates: candidate, today };
  const read = await Promise.all(logsOf(paths).map(async (log) => ({ log, bill: await readBillLines(log) })));
  const reports = read.flatMap(({ bill }) => bill ?? []);
  const logs = read.filter(({ bill }) => bill === undefined).map(({ log }) => log);
  const bill = reports.length > 0 ? billOf(reports, model) : undefined;
  if (bill !== undefined && billed !== undefined) throw billedTwice(billed, bill);
  if (logs.length === 0) {
    const alone =
      bill ?? billOf([{ source: "a total of a bill", lines: [totalOf(options, today)], unknown: 0 }], model);
    return assessBill(alone, { ...asked, ...(requests === undefined ? {} : { requests }) });
  }
  const { usage } = await recordUsage(logs, { by: "model", ...(requests === undefined ? {} : { requests }) });
  const paid = billed ?? (bill && tokensPaid(bill, usage));
  return assess(usage, { ...asked, remarks: usage.remarks, ...(paid === undefined ? {} : { billedUsd: paid }) });
}

/** Without a file an invoice's total and its model are the least that something can be said of. */
function totalOf({ billed, model, days = DAYS }: Options, today: string) {
  if (billed !== undefined && model !== undefined) return billOfTotal(billed, days, today);
  throw new InputError([
    {
      path: "<exports...>",
      given: "none",
      allowed: "usage exports or cost reports, or what was billed for one model",
      fix: "for example `homeport assess openai-usage.json`, or `homeport assess --billed 42000 --model gpt-4.1`",
    },
  ]);
}

const billedTwice = (billed: number, { source }: Bill): InputError =>
  new InputError([
    {
      path: "--billed",
      given: `${billed}, beside ${source}`,
      allowed: "one of both",
      fix: "leave it out: the report says what was billed",
    },
  ]);

/** A bill beside a usage is what was paid for it, if it is of the same days. */
function tokensPaid({ lines, from, to }: Bill, usage: Usage): number {
  if (from !== usage.from || to !== usage.to)
    throw new InputError([
      {
        path: "<exports...>",
        given: `a usage of ${usage.from} to ${usage.to}, a bill of ${from} to ${to}`,
        allowed: "both of the same days",
        fix: "export the same period of both, or give the bill's total as --billed",
      },
    ]);
  return lines.filter(({ kind }) => kind !== "other").reduce((sum, { usd }) => sum + usd, 0);
}

/** As people write numbers; `most` is more than anybody was ever billed or asked. */
const number =
  (least: number, most: number) =>
  (text: string): number => {
    const value = /^\d+(\.\d+)?(e\d+)?$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    throw new InvalidArgumentError(`a number from ${least} to ${most}.`);
  };

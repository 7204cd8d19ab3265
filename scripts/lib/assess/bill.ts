import type { ApiPrice } from "../../../infra/core/catalogue/api-price";
import type { Usage, Workload } from "../../../infra/core/economics/usage";
import { jsonValues } from "../usage/json-values";
import { isRow } from "../usage/observation";
import type { Log } from "../usage/recording";
import { ASSUMED_PEAK, DAY_MS, dayOf } from "../usage/rhythm";
import { BILL_FORMATS, type BilledFor, type BillLine } from "./bill-formats";

/** A bill as it was read: dollars, and tokens where the report has them. */
export interface Bill {
  source: string;
  /** First and last day in UTC, both included. */
  from: string;
  to: string;
  lines: readonly BillLine[];
  /** Rows of the reports that were not understood: they are not in `lines`. */
  unknown: number;
}

/** What one file says. */
interface Report {
  source: string;
  lines: BillLine[];
  unknown: number;
}

/** What a bill does not say. A guess of it; several of them make the range of what follows. */
export interface Guess {
  /** Input and output together; left out: the bill or the user counts the requests. */
  tokensPerRequest?: number;
  /** Input tokens to one of output; left out: the bill tells them apart. */
  inputPerOutput?: number;
}

const SIZES = [2_000, 500, 8_000] as const;
const MIXES = [3, 1, 10] as const;

/** The middle first, then each guess moved by itself. */
export function guessesFor({ lines }: Bill, requests: number | undefined): Guess[] {
  const sizes = requests === undefined ? SIZES.map((tokensPerRequest) => ({ tokensPerRequest })) : [];
  const mixes = lines.some(({ kind }) => kind === "all") ? MIXES.map((inputPerOutput) => ({ inputPerOutput })) : [];
  const middle: Guess = { ...sizes[0], ...mixes[0] };
  return [middle, ...[...sizes.slice(1), ...mixes.slice(1)].map((moved) => ({ ...middle, ...moved }))];
}

/** How many values of a file are looked at before it is taken for an export of usage. */
const LOOKED_AT = 100;

/** The lines of a cost report; `undefined` where the file is none. Standard input is never looked at twice. */
export async function readBillLines(log: Log): Promise<Report | undefined> {
  if (log.label === "-") return undefined;
  try {
    return await linesOf(log);
  } catch {
    // What cannot be read is no bill; who reads it as a log then says why.
    return undefined;
  }
}

async function linesOf(log: Log): Promise<Report | undefined> {
  const lines: BillLine[] = [];
  let source: string | undefined;
  let unknown = 0;
  let seen = 0;
  for await (const { value } of jsonValues(log.open())) {
    const read = isRow(value) ? readValue(value) : undefined;
    if (read === undefined) unknown++;
    else {
      source ??= read.source;
      lines.push(...read.lines);
    }
    if (++seen === LOOKED_AT && source === undefined) break;
  }
  return source === undefined ? undefined : { source, lines, unknown };
}

function readValue(value: Record<string, unknown>): { source: string; lines: BillLine[] } | undefined {
  for (const { name, read } of BILL_FORMATS) {
    const lines = read(value);
    if (lines !== undefined) return { source: name, lines };
  }
  return undefined;
}

/** Several reports as one. `model`: of lines that name none. */
export function billOf(reports: readonly Report[], model: string | undefined): Bill {
  const lines = reports.flatMap((report) => report.lines);
  return {
    unknown: reports.reduce((sum, report) => sum + report.unknown, 0),
    source: [...new Set(reports.map(({ source }) => source))].join(", "),
    from: dayOf(Math.min(...lines.map(({ atMs }) => atMs))),
    to: dayOf(Math.max(...lines.map(({ endMs }) => endMs)) - 1),
    lines: lines.map((line) =>
      line.model === undefined && line.kind !== "other" && model !== undefined ? { ...line, model } : line,
    ),
  };
}

/** A total that somebody read off an invoice: so many dollars in the days before `today`. */
export function billOfTotal(usd: number, days: number, today: string): BillLine {
  const endMs = Date.parse(today);
  return { atMs: endMs - days * DAY_MS, endMs, usd, kind: "all", batch: false, longContext: false };
}

/** The usage that would have made this bill, if the guess is right and the list price was paid. */
export function usageOf(
  { source, from, to, lines }: Bill,
  priceOf: (model: string) => ApiPrice | undefined,
  { tokensPerRequest, inputPerOutput }: Guess,
  requests?: number,
): Usage {
  const models = [...new Set(lines.flatMap(({ model }) => model ?? []))].sort();
  const workloads = models.flatMap((name): Workload[] => {
    const price = priceOf(name);
    if (price === undefined) return [];
    const counts = lines
      .filter((line) => line.model === name)
      .map((line) => ({ line, ...tokensOf(line, price, inputPerOutput) }));
    const total = (of: (one: Tokens & { line: BillLine }) => number) => counts.reduce((all, one) => all + of(one), 0);
    const inputTokens = total(({ input, cachedInput, cacheWrite }) => input + cachedInput + cacheWrite);
    const outputTokens = total(({ output }) => output);
    const tokens = inputTokens + outputTokens;
    if (tokens === 0) return [];
    return [
      {
        name,
        requests: tokensPerRequest === undefined ? (requests ?? 0) : tokens / tokensPerRequest,
        inputTokens,
        cachedInputTokens: total(({ cachedInput }) => cachedInput),
        cacheWriteTokens: total(({ cacheWrite }) => cacheWrite),
        outputTokens,
        peakToAverage: ASSUMED_PEAK,
        batchShare:
          total(({ line, ...one }) => (line.batch ? one.input + one.cachedInput + one.cacheWrite + one.output : 0)) /
          tokens,
      },
    ];
  });
  return { from, to, source, workloads };
}

type Tokens = Record<BilledFor, number>;

function tokensOf(line: BillLine, price: ApiPrice, inputPerOutput = 0): Tokens {
  const none: Tokens = { input: 0, cachedInput: 0, cacheWrite: 0, output: 0 };
  if (line.kind === "other") return none;
  const usd = line.listUsd ?? line.usd;
  if (line.kind === "all") {
    const { input, output } = unitPrices(line, price);
    const out = (usd * 1e6) / (inputPerOutput * input + output);
    return { ...none, input: out * inputPerOutput, output: out };
  }
  const unit = unitPrices(line, price)[line.kind];
  return { ...none, [line.kind]: line.tokens ?? (unit === 0 ? 0 : (usd * 1e6) / unit) };
}

/** US dollars per 1M tokens of this line's tier. Input that is written to a cache or read from one has its own price. */
function unitPrices({ batch, longContext }: BillLine, { usdPerMillion: list, longContext: long }: ApiPrice): Tokens {
  const base = longContext && long !== undefined ? long : list;
  const discount = (of: number | undefined, full: number) => (batch && of !== undefined && full > 0 ? of / full : 1);
  const [inBatch, outBatch] = [discount(list.batchInput, list.input), discount(list.batchOutput, list.output)];
  return {
    input: base.input * inBatch,
    cachedInput: (list.cachedInput ?? base.input) * inBatch,
    cacheWrite: (list.cacheWrite ?? base.input) * inBatch,
    output: base.output * outBatch,
  };
}

import { provenance } from "../../../infra/core/catalogue/shapes";
import { growthPerToken } from "../../../infra/core/fit/cache";
import type { Fit } from "../../../infra/core/fit/fit";
import { cacheBytes, maxModelLen, utilization } from "../../../infra/core/fit/flags";
import { leftOut } from "../../../infra/core/fit/left-out";
import type { FitRow } from "../../../infra/core/fit/matrix";
import { table, wrapped } from "../report";
import type { AskedModel } from "./asked-model";
import { sizeText } from "./size-text";

/** The length at which shapes are compared, in tokens. */
const COMPARED_TOKENS = 8192;
const GiB = 2 ** 30;

const MARKS = ["*", "+", "^"];

const gib = (value: number): string => value.toFixed(1);
const whole = (value: number): string => value.toLocaleString("en-US");

/** The matrix for a reader: what starts, cheapest first, then why the rest does not. */
export function matrixText(asked: AskedModel, region: string, rows: readonly FitRow[], today: string): string {
  const { question } = asked;
  const starts = rows.filter(({ refusal }) => refusal === undefined);
  const refused = rows.filter(({ refusal }) => refusal !== undefined);
  const tokens = maxModelLen(question.flags, question.architecture);
  const perToken = growthPerToken(question.architecture, { elementBytes: cacheBytes(question.flags), gpus: 1 });
  const share = utilization(question.flags, question.engineVersion);
  const notes = [...new Set(starts.flatMap((row) => row.notes))];
  const lines = [
    wrapped(
      `${asked.name}: ${sizeText(question.storedBytes)} of weights (${asked.sizeFrom}), ${whole(perToken)} bytes a token, requests of up to ${whole(tokens)} tokens, vLLM ${question.engineVersion} with ${share} of each GPU`,
    ),
    "",
    ...(starts.length === 0
      ? [wrapped(nothingStarts(region, refused))]
      : [table([HEAD, ...starts.map((row) => cells(row, notes))], NUMBERS)]),
    ...(refused.length === 0 ? [] : ["", "does not start:", ...reasons(refused)]),
    "",
    ...leftOut(question).map((warning) => wrapped(`! ${warning}`)),
    ...notes.map((note, i) => wrapped(`${MARKS[i]} ${note}`)),
    wrapped(
      "ROOM: GiB on each GPU beyond one request of full length, cautiously counted. LONGEST: tokens of a request that vLLM would start with. AT 8K: requests of 8,192 tokens that one copy answers at once, prompts read. TP: GPUs of one copy. N: copies on one node.",
    ),
    ...caution(rows),
    wrapped(sources(region, rows, today)),
  ];
  return lines.join("\n");
}

/** On which GPUs the pool that is counted on is far below the expected one, and by how much at most. */
function caution(rows: readonly FitRow[]): string[] {
  const gaps = new Map<string, number>();
  for (const { gpuClass, fit } of rows)
    if (fit) gaps.set(gpuClass, Math.max(gaps.get(gpuClass) ?? 0, fit.pool.expectedGiB - fit.pool.sureGiB));
  const wide = [...gaps].filter(([, gap]) => gap >= TOLD_GIB).map(([name, gap]) => `${gib(gap)} on ${name}`);
  return wide.length === 0
    ? []
    : [
        wrapped(
          `ROOM is below what is expected, as few starts were published: by up to ${wide.join(", ")} (GiB). The log of the first start has the truth: \`Available KV cache memory\`.`,
        ),
      ];
}

/** Smaller differences than this are the noise of any start. */
const TOLD_GIB = 1;

/** The cheapest shape that would start with shorter requests, if one does. */
function nothingStarts(region: string, refused: readonly FitRow[]): string {
  const shorter = refused.find(({ fit }) => (fit?.maxTokens ?? 0) >= COMPARED_TOKENS);
  return shorter === undefined
    ? `nothing in ${region} starts it`
    : `nothing in ${region} starts it with requests of that length; ${shorter.shape} TP ${shorter.tensorParallel} would with --max-model-len ${shorter.fit?.maxTokens}`;
}

const HEAD = ["SHAPE", "GPU", "TP", "N", "USD/H", "ROOM", "LONGEST", "AT 8K"];
const NUMBERS = [2, 3, 4, 5, 6, 7];

/** Requests of the compared length that one copy answers at once. `undefined`: it takes none so long. */
const compared = (fit: Fit | undefined): number | undefined =>
  fit && fit.maxTokens >= COMPARED_TOKENS ? fit.concurrency(COMPARED_TOKENS) : undefined;

function cells(row: FitRow, notes: readonly string[]): string[] {
  const { shape, gpuClass, tensorParallel, copies, price, fit } = row;
  return [
    shape,
    gpuClass + row.notes.map((note) => MARKS[notes.indexOf(note)] ?? "").join(""),
    String(tensorParallel),
    String(copies),
    price ? price.hourlyUsd.toFixed(2) : "-",
    gib(fit?.leftGiB ?? 0),
    whole(fit?.maxTokens ?? 0),
    compared(fit) === undefined ? "-" : whole(compared(fit)!),
  ];
}

/** One line for each kind of GPU. */
function reasons(refused: readonly FitRow[]): string[] {
  const classes = [...new Set(refused.map(({ gpuClass }) => gpuClass))].sort();
  return classes.map((gpuClass) => {
    const own = refused.filter((row) => row.gpuClass === gpuClass).sort((a, b) => a.tensorParallel - b.tensorParallel);
    const parts = [...new Set(own.map(({ refusal }) => refusal))].map((refusal) => {
      const numbers = new Set(own.filter((row) => row.refusal === refusal).map(({ tensorParallel }) => tensorParallel));
      return `TP ${[...numbers].join(", ")}: ${refusal}`;
    });
    return wrapped(`${gpuClass} ${parts.join("; ")}`);
  });
}

function sources(region: string, rows: readonly FitRow[], today: string): string {
  const dated = new Set(
    rows.flatMap(({ price }) => (price ? [`${provenance(price, today)}, ${price.source.split(";")[0]}`] : [])),
  );
  return `USD/H: the whole node on demand in ${region} (${[...dated].join("; ") || "no price is recorded"}). Engine: constants of six published starts (A100 and H100, vLLM 0.7 to 0.28), met within 1 %; cache and weights as vLLM 0.32 itself counts them, within 1 %.`;
}

/** The same data for programs. */
export const matrixJson = ({ name, question, sizeFrom }: AskedModel, region: string, rows: readonly FitRow[]) => ({
  model: name,
  architecture: question.architecture,
  engineVersion: question.engineVersion,
  flags: question.flags,
  weightsGiB: question.storedBytes / GiB,
  weightsFrom: sizeFrom,
  region,
  warnings: leftOut(question),
  maxModelLenTokens: maxModelLen(question.flags, question.architecture),
  rows: rows.map(({ fit, price, ...row }) => ({
    ...row,
    starts: row.refusal === undefined,
    ...(price && { hourlyUsd: price.hourlyUsd, priceAsOf: price.asOf, priceSource: price.source }),
    ...(fit && {
      weightsPerGpuGiB: fit.weightsGiB,
      engineExpectedGiB: fit.engine.expectedGiB,
      engineCautiousGiB: fit.engine.cautiousGiB,
      poolExpectedGiB: fit.pool.expectedGiB,
      poolSureGiB: fit.pool.sureGiB,
      requestGiB: fit.requestGiB,
      leftGiB: fit.leftGiB,
      longestTokens: fit.maxTokens,
      concurrencyAt8192Tokens: compared(fit) ?? null,
      // What vLLM logs at its start as "Maximum concurrency for ... tokens per request", from the expected pool.
      maximumConcurrency: Math.max(0, fit.pool.expectedGiB) / fit.requestGiB,
    }),
  })),
});

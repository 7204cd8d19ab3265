import { provenance } from "../../../infra/core/catalogue/shapes";
import { growthPerToken } from "../../../infra/core/fit/cache";
import { cacheBytes, maxModelLen, utilization } from "../../../infra/core/fit/flags";
import { leftOut } from "../../../infra/core/fit/left-out";
import type { FitRow } from "../../../infra/core/fit/matrix";
import { table, wrapped } from "../report";
import type { AskedModel } from "./model-of";
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
      : [table([HEAD, ...starts.map((row) => cells(row, notes))])]),
    ...(refused.length === 0 ? [] : ["", "does not start:", ...reasons(refused)]),
    "",
    ...leftOut(question).map((warning) => wrapped(`! ${warning}`)),
    ...notes.map((note, i) => wrapped(`${MARKS[i]} ${note}`)),
    wrapped(
      "ROOM: GiB on each GPU beyond one request of full length, cautiously counted. LONGEST: tokens of a request that vLLM would start with. AT 8K: requests of 8,192 tokens that one copy answers at once. TP: GPUs of one copy. N: copies on one node.",
    ),
    wrapped(sources(region, rows, today)),
  ];
  return lines.join("\n");
}

/** The cheapest shape that would start with shorter requests, if one does. */
function nothingStarts(region: string, refused: readonly FitRow[]): string {
  const shorter = refused.find(({ fit }) => (fit?.maxTokens ?? 0) >= COMPARED_TOKENS);
  return shorter === undefined
    ? `nothing in ${region} starts it`
    : `nothing in ${region} starts it with requests of that length; ${shorter.shape} TP ${shorter.tensorParallel} would with --max-model-len ${shorter.fit?.maxTokens}`;
}

const HEAD = ["SHAPE", "GPU", "TP", "N", "USD/H", "ROOM", "LONGEST", "AT 8K"];

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
    String(fit?.concurrency(COMPARED_TOKENS) ?? 0),
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
  return `USD/H: the whole node on demand in ${region} (${[...dated].join("; ") || "no price is recorded"}). Engine: ridgepoint's measurements of 2026-09-07 (vLLM 0.28 on A100, met within 1 %) and the source of vLLM 0.32.`;
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
      concurrencyAt8192Tokens: fit.concurrency(COMPARED_TOKENS),
    }),
  })),
});

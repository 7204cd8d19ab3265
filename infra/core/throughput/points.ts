import accelmark from "./accelmark.generated.json";
import old from "./lambda-2024.json";
import recorded from "./points.generated.json";

/** One measurement. Times in ms. */
export interface Point {
  inputTokens: number;
  outputTokens: number;
  /** Requests in flight. */
  concurrency: number;
  /** Of the first token; left out where nobody wrote it down. */
  first?: number;
  /** Of each token after it. */
  further: number;
}

/** A day of one's own engines that a series stands on. */
export interface OwnDay {
  /** Short id. */
  release: string;
  requests: number;
  hours: number;
  /** Requests in flight. */
  concurrency: number;
  timePerOutputTokenMs: number;
  /** What the table said of that load, and its error: −10 says that it was 10 % too low. Left out: no table. */
  tableMs?: number;
  tableErrorPercent?: number;
}

/** Points that differ in the load only. */
export interface Series {
  model: string;
  gpuClass: string;
  quantisation: string;
  engine: string;
  tensorParallel: number;
  expertParallel: boolean;
  measuredOn: string;
  source: string;
  /** What a reader must know before using it, and how many times less or more the truth may be for that; 1 if left out. */
  doubts: readonly string[];
  factor?: number;
  /** Left out: measured by others. */
  here?: OwnDay;
  points: readonly Point[];
}

const point = ([inputTokens = 0, outputTokens = 0, concurrency = 0, first, further = 0]: number[]): Point => ({
  inputTokens,
  outputTokens,
  concurrency,
  first,
  further,
});

const NVIDIA: readonly Series[] = recorded.series.map((series) => ({
  ...series,
  source: recorded.source,
  doubts: [],
  points: series.points.map(point),
}));

/** A100 with engines of 2025 and 2026; NVIDIA's table has none. */
const ACCELMARK: readonly Series[] = accelmark.series.map((series) => ({
  ...series,
  source: accelmark.source,
  doubts: [accelmark.doubt],
  // Its own bursts lie 18 % below the line through its rates.
  factor: 1.25,
  points: series.points.map(point),
}));

/** Of a burst that ended: as many requests were in flight on average as the tokens a second and their distance say. */
const LAMBDA: readonly Series[] = old.rows.map(
  ({ model, quantisation, gpus, outputTokensPerSecond, msBetweenTokens }) => ({
    model,
    gpuClass: old.gpuClass,
    quantisation,
    engine: old.engine,
    tensorParallel: gpus,
    expertParallel: false,
    measuredOn: old.measuredOn,
    source: old.source,
    doubts: [old.doubt],
    // Of 8B vLLM 0.20 gives 2.4 times as much (AccelMark).
    factor: 2.5,
    points: [
      {
        ...old.request,
        concurrency: Math.round((outputTokensPerSecond * msBetweenTokens) / 1000),
        further: msBetweenTokens,
      },
    ],
  }),
);

/** Everything measured that we know of. */
export const SERIES: readonly Series[] = [...NVIDIA, ...ACCELMARK, ...LAMBDA];

/** What names of one model have in common: `nvidia/Llama-3.1-8B-Instruct-FP8` and `meta-llama/Meta-Llama-3.1-8B`. */
export const plainName = (model: string): string =>
  model
    .toLowerCase()
    .replace(/^.*\//, "")
    .replace(/^meta-/, "")
    .replace(/-(instruct|chat|it|fp8|fp4|nvfp4|mxfp4|awq|gptq|int4|bf16|hf)(?=-|$)/g, "");

/**
 * One's own first, then newest; with experts spread over the GPUs only where nothing else was measured, as vLLM does by
 * itself.
 */
export function seriesFor(
  wanted: { model: string; gpuClass: string; tensorParallel: number; quantisation?: string },
  all: readonly Series[] = SERIES,
): Series[] {
  const name = plainName(wanted.model);
  return all
    .filter(
      ({ model, gpuClass, tensorParallel, quantisation }) =>
        plainName(model) === name &&
        gpuClass === wanted.gpuClass &&
        tensorParallel === wanted.tensorParallel &&
        quantisation === (wanted.quantisation ?? quantisation),
    )
    .sort(
      (a, b) =>
        Number(b.here !== undefined) - Number(a.here !== undefined) ||
        Number(a.expertParallel) - Number(b.expertParallel) ||
        b.measuredOn.localeCompare(a.measuredOn) ||
        b.points.length - a.points.length,
    );
}

/** Of one replica at a steady load: every request takes its first token's time and then the others'. */
export const outputPerSecond = ({ outputTokens, concurrency, first = 0, further }: Point): number =>
  (concurrency * outputTokens * 1000) / (first + further * (outputTokens - 1));

import { estimateAt, estimatesFor } from "./interpolate";
import { outputPerSecond, SERIES, type Series, seriesFor } from "./points";
import { type Miss, missesInConcurrency, missesInLengths, missesInLevel } from "./spread";
import type {
  Interval,
  ReplicaAndRequest,
  SpeedObjective,
  Throughput,
  ThroughputAtSlo,
  ThroughputQuestion,
} from "./throughput";

/** What is measured and how far estimates from it were off where they could be checked. */
export interface Knowledge {
  series: readonly Series[];
  /** Of estimates between numbers of requests in flight, between lengths, and of a level taken at another load. */
  misses: { concurrency: readonly Miss[]; lengths: readonly Miss[]; level: readonly Miss[] };
}

const knowledgeOf = (series: readonly Series[]): Knowledge => ({
  series,
  misses: {
    concurrency: missesInConcurrency(series),
    lengths: missesInLengths(series),
    level: missesInLevel(series),
  },
});

let ofTables: Knowledge | undefined;

/** From the tables of this folder; worked out once. */
export function published(): Knowledge {
  ofTables ??= knowledgeOf(SERIES);
  return ofTables;
}

/** `undefined`: this model on these GPUs was not measured. One's own measurement first, then the newest. */
export function throughputOf(question: ThroughputQuestion, knowledge = published()): Throughput | undefined {
  const [series] = seriesFor(question, knowledge.series);
  return series && throughputFrom(series, question, knowledge);
}

export function throughputFrom(
  series: Series,
  question: ThroughputQuestion,
  { misses }: Knowledge,
): Throughput | undefined {
  const estimate = estimateAt(series, question);
  if (estimate === undefined) return undefined;
  const { concurrency, first, further, between, beyond } = estimate;
  const doubts = [...series.doubts, ...beyond.map(({ why }) => why)];
  const factor = beyond.reduce((product, step) => product * step.factor, series.factor ?? 1);
  // A point stands for itself only as well as its neighbours would have told it: tables hold outliers too.
  const levelled = series.here?.tableMs !== undefined;
  const pools = [misses.concurrency, ...(between.lengths ? [misses.lengths] : []), ...(levelled ? [misses.level] : [])];
  const range = (expected: number, of: Measure): Interval => {
    const [low, high] = pools.map((pool) => widest(pool, series.model, of)).reduce(sum, [0, 0]);
    return { low: (expected * Math.exp(low)) / factor, expected, high: expected * Math.exp(high) * factor };
  };
  const { inputTokens, outputTokens } = question;
  return {
    outputTokensPerSecond: range(outputPerSecond({ inputTokens, outputTokens, concurrency, first, further }), "output"),
    ...(first !== undefined && { timeToFirstTokenMs: range(first, "first") }),
    timePerOutputTokenMs: range(further, "further"),
    basis:
      doubts.length > 0 ? "outside" : levelled || between.concurrency || between.lengths ? "interpolated" : "measured",
    doubts,
    quantisation: series.quantisation,
    engine: series.expertParallel ? `${series.engine}, experts spread over the GPUs` : series.engine,
    asOf: series.measuredOn,
    source: series.source,
    ...(series.here && { here: series.here }),
  };
}

type Measure = "first" | "further" | "output";
type Tails = readonly [low: number, high: number];
const sum = ([a, b]: Tails, [c, d]: Tails): Tails => [a + c, b + d];

/** Cut off at each end; together a little less than one of ten, because what is asked is never among the pool. */
const TAIL = 0.04;

/** Never a range that leaves out the estimate itself. */
function tails(values: readonly number[]): Tails {
  const sorted = [...values].sort((a, b) => a - b);
  const cut = Math.floor(TAIL * sorted.length);
  return [Math.min(0, sorted[cut] ?? 0), Math.max(0, sorted[sorted.length - 1 - cut] ?? 0)];
}

/** Fewer misses of one model say nothing of its tails. */
const OWN_MISSES = 20;

/** Of all models, and where a model's own tables contradict each other more than that (gpt-oss-120b), of its own. */
function widest(pool: readonly Miss[], model: string, of: Measure): Tails {
  const values = (misses: readonly Miss[]) => misses.flatMap((miss) => miss[of] ?? []);
  const all = tails(values(pool));
  const own = values(pool.filter((miss) => miss.model === model));
  if (own.length < OWN_MISSES) return all;
  const [low, high] = tails(own);
  return [Math.min(all[0], low), Math.max(all[1], high)];
}

const MOST_IN_FLIGHT = 1024;

/**
 * What one replica gives while it still keeps an objective: the most requests in flight before the first number of them
 * that does not, because an engine beyond its KV cache has more tokens a second and minutes of queue.
 */
export function throughputAtSlo(
  asked: ReplicaAndRequest,
  objective: SpeedObjective,
  knowledge = published(),
): ThroughputAtSlo | undefined {
  const [series] = seriesFor(asked, knowledge.series);
  if (series === undefined) return undefined;
  const measured = series.points.map(({ concurrency }) => concurrency);
  const [least, most] = [Math.min(...measured), Math.min(Math.max(...measured), MOST_IN_FLIGHT)];
  const at = estimatesFor(series, asked);
  const meets = (concurrency: number): boolean => {
    const estimate = at?.(concurrency);
    return (
      estimate !== undefined &&
      estimate.further <= objective.timePerOutputTokenMs &&
      (estimate.first ?? 0) <= objective.timeToFirstTokenMs
    );
  };
  let concurrency = least;
  const meetsSlo = meets(least);
  if (meetsSlo) while (concurrency < most && meets(concurrency + 1)) concurrency++;
  const throughput = throughputFrom(series, { ...asked, concurrency }, knowledge);
  return throughput && { ...throughput, concurrency, meetsSlo };
}

import { estimateAt } from "./interpolate";
import type { Point, Series } from "./points";

/** Counters of a release's engines at one moment, summed over its pods, by the metrics of vLLM that yield them. */
export interface EngineCounters {
  /** ISO time. */
  at: string;
  /** `vllm:prompt_tokens_total`. */
  promptTokens: number;
  /** `vllm:generation_tokens_total`. */
  generationTokens: number;
  /** `vllm:request_success_total`, over all reasons. */
  requests: number;
  /** `vllm:time_to_first_token_seconds_sum` and `_count`. */
  firstTokenSeconds: number;
  firstTokens: number;
  /** `vllm:inter_token_latency_seconds_sum` and `_count`. */
  betweenTokensSeconds: number;
  betweenTokens: number;
  /** `vllm:e2e_request_latency_seconds_sum`. */
  requestSeconds: number;
}

export interface DayPoint {
  point: Point;
  /** `YYYY-MM-DD` of its end. */
  measuredOn: string;
  requests: number;
}

/** Fewer say more about those requests than about the engine. */
const FEWEST_REQUESTS = 1000;

/** One replica's average load between two readings, as a measured point; or why it is none. */
export function dayPoint(
  before: EngineCounters,
  after: EngineCounters,
  replicas: number,
): DayPoint | { refused: string } {
  const seconds = (Date.parse(after.at) - Date.parse(before.at)) / 1000;
  if (!(seconds > 0)) return { refused: "no time between the two readings" };
  const grown = (of: Exclude<keyof EngineCounters, "at">): number => after[of] - before[of];
  const counters = Object.keys(after).filter((key) => key !== "at") as Exclude<keyof EngineCounters, "at">[];
  if (counters.some((of) => grown(of) < 0)) return { refused: "an engine began anew: a counter went down" };
  const requests = grown("requests");
  if (requests < FEWEST_REQUESTS) return { refused: `${requests} requests in the time, fewer than ${FEWEST_REQUESTS}` };
  if (grown("betweenTokens") === 0 || grown("firstTokens") === 0)
    return { refused: "the engines counted no times of tokens" };
  return {
    point: {
      inputTokens: grown("promptTokens") / requests,
      outputTokens: grown("generationTokens") / requests,
      // Little's law: requests in the system are arrivals a second times their time in it.
      concurrency: grown("requestSeconds") / seconds / replicas,
      first: (1000 * grown("firstTokenSeconds")) / grown("firstTokens"),
      further: (1000 * grown("betweenTokensSeconds")) / grown("betweenTokens"),
    },
    measuredOn: after.at.slice(0, 10),
    requests,
  };
}

export interface Calibrated {
  series: Series;
  /** Of the table's times against the measured ones: −10 says that the table was 10 % too low. */
  errorPercent: { first?: number; further: number };
}

/**
 * A series that passes through the measured point: its shape over load and lengths is kept, its level is the live
 * engine's, because GPU, engine version and flags move all points together.
 */
export function calibrated(series: Series, day: DayPoint, source: string): Calibrated {
  const { point } = day;
  const told = estimateAt(series, point);
  const ratio = (measured: number | undefined, estimated: number | undefined): number =>
    measured === undefined || estimated === undefined ? 1 : measured / estimated;
  const [first, further] = [ratio(point.first, told?.first), ratio(point.further, told?.further)];
  const percent = (of: number): number => 100 * (1 / of - 1);
  const points = series.points.map((p) => ({
    ...p,
    ...(p.first !== undefined && { first: p.first * first }),
    further: p.further * further,
  }));
  return {
    series: { ...series, points, measuredOn: day.measuredOn, source, doubts: [] },
    errorPercent: { ...(told?.first !== undefined && { first: percent(first) }), further: percent(further) },
  };
}

import type { OwnDay } from "./points";

/** A number that was measured or computed from measurements, with the range that holds nine times of ten. */
export interface Interval {
  low: number;
  expected: number;
  high: number;
}

/** One replica and what a request of it looks like. */
export interface ReplicaAndRequest {
  /** Id in the catalogue of open models; `org/`, `-Instruct` and the like do not matter. */
  model: string;
  gpuClass: string;
  tensorParallel: number;
  /** Of the weights: `fp8`, `fp4`, `bf16`, …; left out: whatever was measured, which the answer says. */
  quantisation?: string;
  /** Of one request, in tokens. */
  inputTokens: number;
  outputTokens: number;
}

/** One replica under a load: what is asked of the measured points. */
export interface ThroughputQuestion extends ReplicaAndRequest {
  /** Requests in flight. */
  concurrency: number;
}

export interface Throughput {
  outputTokensPerSecond: Interval;
  /** Left out: it was not measured. */
  timeToFirstTokenMs?: Interval;
  timePerOutputTokenMs: Interval;
  /** `measured`: a point of the table; `interpolated`: between points; `outside`: beyond them, only a hint. */
  basis: "measured" | "interpolated" | "outside";
  /** What makes it `outside`, in words for the reader; empty otherwise. */
  doubts: readonly string[];
  quantisation: string;
  /** Version of the engine that was measured. */
  engine: string;
  asOf: string;
  source: string;
  /** Left out: measured by others. */
  here?: OwnDay;
}

/** What a client waits at most, on average. */
export interface SpeedObjective {
  timeToFirstTokenMs: number;
  timePerOutputTokenMs: number;
}

/** Of one replica at the most requests in flight that still meet an objective. */
export interface ThroughputAtSlo extends Throughput {
  concurrency: number;
  /** False: not even the fewest requests that were measured meet it, and the numbers are theirs. */
  meetsSlo: boolean;
}

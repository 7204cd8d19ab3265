/** A number that was measured or computed from measurements, with the range that holds nine times of ten. */
export interface Interval {
  low: number;
  expected: number;
  high: number;
}

/** One replica under a load: what is asked of the measured points. */
export interface ThroughputQuestion {
  /** Id in the catalogue of open models. */
  model: string;
  gpuClass: string;
  tensorParallel: number;
  /** Of one request, in tokens. */
  inputTokens: number;
  outputTokens: number;
  /** Requests in flight. */
  concurrency: number;
}

export interface Throughput {
  outputTokensPerSecond: Interval;
  timeToFirstTokenMs: Interval;
  timePerOutputTokenMs: Interval;
  /** `measured`: a point of the table; `interpolated`: between points; `outside`: beyond them, only a hint. */
  basis: "measured" | "interpolated" | "outside";
  /** Version of the engine that was measured. */
  engine: string;
  asOf: string;
  source: string;
}

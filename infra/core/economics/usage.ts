/** What was asked of models over a period: the one input of every calculation of cost, measured or assumed. */
export interface Usage {
  /** First and last day that it covers, `YYYY-MM-DD`, both included. */
  from: string;
  to: string;
  /** Where it comes from: `gateway log`, `openai usage export`, `assumed`. */
  source: string;
  workloads: readonly Workload[];
}

/** Requests of one kind. Tokens are totals of the period. */
export interface Workload {
  name: string;
  requests: number;
  /** All input tokens, those that a cache answered among them. */
  inputTokens: number;
  cachedInputTokens: number;
  /** Reasoning tokens among them. */
  outputTokens: number;
  /** Output tokens a second of the busiest hour over those of the average hour. */
  peakToAverage: number;
  /** Share of requests, 0 to 1, that may wait up to a day. */
  batchShare: number;
}

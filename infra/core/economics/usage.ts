/** What was asked of models over a period: the one input of every calculation of cost, measured or assumed. */
export interface Usage {
  /** First and last day that it covers in UTC, `YYYY-MM-DD`, both included. */
  from: string;
  to: string;
  /** From the first request to the last, where that is less than the days. */
  hours?: number;
  /** Where it comes from: `homeport guard audit log`, `openai usage export`, `assumed`. */
  source: string;
  workloads: readonly Workload[];
}

/** Requests of one kind. Tokens are totals of the period. */
export interface Workload {
  name: string;
  requests: number;
  /** All input tokens, those that a cache answered and those that were written to one among them. */
  inputTokens: number;
  cachedInputTokens: number;
  /** Input that a provider stored in its cache at a price of its own. Left out: none, or the log does not say. */
  cacheWriteTokens?: number;
  /** Reasoning tokens among them. */
  outputTokens: number;
  /** Of the tokens, those of long requests, for each length from which some provider asks more. */
  longContext?: readonly LongRequests[];
  /** Output tokens of the busiest hour over those of the average hour. */
  peakToAverage: number;
  /** Share of requests, 0 to 1, that go to a provider's batch API: they may wait up to a day. */
  batchShare: number;
  /** Output tokens by hour of the day in UTC, as 24 shares that sum to 1. Left out: not known, every hour is taken as equal. */
  hourShares?: readonly number[];
  /**
   * Requests of seven days: of a quiet week, of a middling and of a busy one (percentiles of all spans of seven days in
   * the period). Weeks, not days: a month has working days and Sundays, never one kind alone.
   */
  requestsByWeek?: { p10: number; p50: number; p90: number };
}

/** Tokens of requests whose input is longer than `aboveTokens`. */
export interface LongRequests {
  aboveTokens: number;
  /** All input, as in the workload. */
  inputTokens: number;
  cachedInputTokens?: number;
  cacheWriteTokens?: number;
  outputTokens: number;
}

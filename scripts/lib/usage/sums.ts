import { API_PRICES } from "../../../infra/core/catalogue/api-prices";
import type { LongRequests } from "../../../infra/core/economics/usage";
import type { Observation } from "./observation";

/** What is known of one workload while its logs are read. */

/** Lengths of input from which some provider asks more. */
const LONG_TOKENS = [...new Set(API_PRICES.flatMap(({ longContext }) => longContext?.aboveTokens ?? []))].sort(
  (a, b) => a - b,
);

type Tokens = Required<Omit<LongRequests, "aboveTokens">>;
const noTokens = (): Tokens => ({ inputTokens: 0, cachedInputTokens: 0, cacheWriteTokens: 0, outputTokens: 0 });

export interface Sums extends Tokens {
  requests: number;
  requestsKnown: boolean;
  /** By the length from which they are long. */
  long: Map<number, Tokens>;
  batchRequests: number;
  batchTokens: number;
  /** Whether every observation fell into an hour. */
  hourly: boolean;
  outputByHour: Map<number, number>;
  /** Left empty from the first observation on that is longer than a minute. */
  outputByMinute: Map<number, number>;
  byMinute: boolean;
  requestsByDay: Map<number, number>;
}

export const newSums = (): Sums => ({
  ...noTokens(),
  requests: 0,
  requestsKnown: true,
  long: new Map(),
  batchRequests: 0,
  batchTokens: 0,
  hourly: true,
  outputByHour: new Map(),
  outputByMinute: new Map(),
  byMinute: true,
  requestsByDay: new Map(),
});

/** Tokens of all requests, and of the long ones. */
export function addTokensOf(sums: Sums, seen: Observation): void {
  addTokens(sums, seen);
  for (const above of longerThan(seen)) addTokens(longOf(sums, above), seen);
}

function longerThan({ longAbove, spanMs, inputTokens }: Observation): readonly number[] {
  if (longAbove !== undefined) return [longAbove];
  return spanMs === 0 ? LONG_TOKENS.filter((above) => inputTokens > above) : [];
}

function longOf({ long }: Sums, above: number): Tokens {
  const tokens = long.get(above) ?? noTokens();
  long.set(above, tokens);
  return tokens;
}

function addTokens(sums: Tokens, seen: Observation): void {
  sums.inputTokens += seen.inputTokens;
  sums.cachedInputTokens += seen.cachedInputTokens;
  sums.cacheWriteTokens += seen.cacheWriteTokens;
  sums.outputTokens += seen.outputTokens;
}

export const addTo = (map: Map<number, number>, key: number, value: number): void =>
  void map.set(key, (map.get(key) ?? 0) + value);

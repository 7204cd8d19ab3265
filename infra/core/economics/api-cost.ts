import type { ApiPrice } from "../catalogue/api-price";
import { type BillLine, billOf } from "./bill";
import { profileOf, sum } from "./demand";
import type { LongRequests, Workload } from "./usage";

/** What an API asks for a period's tokens. Every part is linear in them. */
export interface ApiCost {
  input: number;
  cachedInput: number;
  cacheWrite: number;
  output: number;
}

const MILLION = 1e6;

/**
 * Reasoning tokens are output. Batched requests pay the batch price; its discount on input holds for cached input too,
 * and so does what is asked at other hours, to which tokens belong as the output does.
 * What has no price of its own is paid as plain input: nothing is taken to be cheaper than the list says.
 */
export function apiCost(workload: Workload, row: ApiPrice): ApiCost {
  const { usdPerMillion: price, longContext: tier, otherHours: other } = row;
  const { batchShare } = workload;
  const otherShare = shareIn(workload, other?.hoursUtc ?? []);
  const byHour = (list: number, then: number | undefined) =>
    then === undefined || list === 0 ? 1 : 1 + otherShare * (then / list - 1);
  const batched = (list: number, batch: number | undefined) =>
    batch === undefined || list === 0 ? 1 : 1 - batchShare * (1 - batch / list);
  const inputFactor = (batched(price.input, price.batchInput) * byHour(price.input, other?.input)) / MILLION;
  const outputFactor = (batched(price.output, price.batchOutput) * byHour(price.output, other?.output)) / MILLION;
  const cached = price.cachedInput ?? price.input;
  const written = price.cacheWrite ?? price.input;
  const [all, long] = [tokensOf(workload), longTokens(workload, tier)];
  const usd = (kind: keyof Tokens, short: number, dear: number) => (all[kind] - long[kind]) * short + long[kind] * dear;
  return {
    input: usd("plain", price.input, tier?.input ?? 0) * inputFactor,
    cachedInput: usd("cached", cached, tier?.cachedInput ?? cached) * inputFactor,
    cacheWrite: usd("written", written, tier?.cacheWrite ?? written) * inputFactor,
    output: usd("output", price.output, tier?.output ?? 0) * outputFactor,
  };
}

/** Of a day's output, what falls into some hours; where the usage does not know its day, by their number. */
const shareIn = ({ hourShares }: Workload, hoursUtc: readonly number[]): number =>
  sum(hoursUtc.map((hour) => hourShares?.[hour] ?? 1 / 24));

/** Tokens by what each of them costs; `plain` is input that no cache had and none was asked to keep. */
type Tokens = Record<"plain" | "cached" | "written" | "output", number>;
const NO_TOKENS: Tokens = { plain: 0, cached: 0, written: 0, output: 0 };

function tokensOf(some: Omit<LongRequests, "aboveTokens">): Tokens {
  const { inputTokens, cachedInputTokens: cached = 0, cacheWriteTokens: written = 0, outputTokens: output } = some;
  return { plain: inputTokens - cached - written, cached, written, output };
}

/**
 * Those that pay the price of long requests. Where the usage tells other lengths apart than the price, the next greater
 * one is taken: the API is never said to be dearer than it is. One that tells none has them where its average is long.
 */
function longTokens(workload: Workload, tier: ApiPrice["longContext"]): Tokens {
  if (tier === undefined) return NO_TOKENS;
  // Tables differ by one token in where "longer" begins: 271,999 and 272,000.
  const [nearest] = (workload.longContext ?? [])
    .filter(({ aboveTokens }) => aboveTokens >= tier.aboveTokens - 1)
    .sort((a, b) => a.aboveTokens - b.aboveTokens);
  const isLong = workload.inputTokens / workload.requests > tier.aboveTokens;
  if (nearest !== undefined) return tokensOf(nearest);
  return isLong ? tokensOf(workload) : NO_TOKENS;
}

export const total = ({ input, cachedInput, cacheWrite, output }: ApiCost): number =>
  input + cachedInput + cacheWrite + output;

/** US dollars of one request of a mixture of workloads. */
export function usdPerRequest(workloads: readonly Workload[], price: ApiPrice): number {
  const requests = sum(workloads.map((one) => one.requests));
  return requests === 0 ? 0 : sum(workloads.map((one) => total(apiCost(one, price)))) / requests;
}

/** What one pays besides tokens for using an API. Zero unless given: the provider's list includes support and operation. */
export interface ApiOverhead {
  peopleMonthlyUsd: number;
  supportMonthlyUsd: number;
}

const PARTS = [
  ["input", "input tokens"],
  ["cachedInput", "cached input tokens"],
  ["cacheWrite", "input tokens written to the cache"],
  ["output", "output tokens"],
] as const;

/** A month with so many requests of this mixture. */
export function apiBill(
  requestsMonthly: number,
  workloads: readonly Workload[],
  price: ApiPrice,
  overhead: ApiOverhead = { peopleMonthlyUsd: 0, supportMonthlyUsd: 0 },
) {
  const requests = sum(workloads.map((one) => one.requests));
  const factor = requests === 0 ? 0 : requestsMonthly / requests;
  const costs = workloads.map((one) => apiCost(one, price));
  const { inputTokens, outputTokens } = profileOf(workloads);
  const size = `${Math.round(inputTokens)} in, ${Math.round(outputTokens)} out a request`;
  const lines: BillLine[] = PARTS.map(([part, what]) => ({
    kind: "tokens",
    what: `${price.provider} ${price.model}: ${what} (${size})`,
    monthlyUsd: factor * sum(costs.map((cost) => cost[part])),
  }));
  return billOf([
    ...lines.filter(({ monthlyUsd }) => monthlyUsd > 0),
    { kind: "people", what: "people for the API", monthlyUsd: overhead.peopleMonthlyUsd },
    { kind: "platform", what: "support or SLA tier of the API", monthlyUsd: overhead.supportMonthlyUsd },
  ]);
}

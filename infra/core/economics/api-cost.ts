import type { ApiPrice } from "../catalogue/api-price";
import { type BillLine, billOf } from "./bill";
import { profileOf, sum } from "./demand";
import type { Workload } from "./usage";

/** What an API asks for a period's tokens. Every part is linear in them. */
export interface ApiCost {
  input: number;
  cachedInput: number;
  cacheWrite: number;
  output: number;
}

const MILLION = 1e6;

/**
 * Reasoning tokens are output. Batched requests pay the batch price; its discount on input holds for cached input too.
 * What has no price of its own is paid as plain input: nothing is taken to be cheaper than the list says.
 */
export function apiCost(workload: Workload, { usdPerMillion: price, longContext: tier }: ApiPrice): ApiCost {
  const { inputTokens, cachedInputTokens, cacheWriteTokens = 0, outputTokens, batchShare } = workload;
  const batched = (list: number, batch: number | undefined) =>
    batch === undefined || list === 0 ? 1 : 1 - batchShare * (1 - batch / list);
  const inputFactor = batched(price.input, price.batchInput) / MILLION;
  const outputFactor = batched(price.output, price.batchOutput) / MILLION;
  const long = longContext(workload, price, tier);
  return {
    input: ((inputTokens - cachedInputTokens - cacheWriteTokens) * price.input + long.inputUsd) * inputFactor,
    cachedInput: cachedInputTokens * (price.cachedInput ?? price.input) * inputFactor,
    cacheWrite: cacheWriteTokens * (price.cacheWrite ?? price.input) * inputFactor,
    output: (outputTokens * price.output + long.outputUsd) * outputFactor,
  };
}

/** What long requests cost on top, per million. A usage that does not tell them apart has them where its average is one. */
function longContext(workload: Workload, price: ApiPrice["usdPerMillion"], tier: ApiPrice["longContext"]) {
  if (tier === undefined) return { inputUsd: 0, outputUsd: 0 };
  const isLong = workload.inputTokens / workload.requests > tier.aboveTokens;
  const { inputTokens, outputTokens } =
    workload.longContext ?? (isLong ? workload : { inputTokens: 0, outputTokens: 0 });
  return {
    inputUsd: inputTokens * (tier.input - price.input),
    outputUsd: outputTokens * (tier.output - price.output),
  };
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

/** How many times dearer one model is than another by list price: "100×" is a claim that can be looked up. */
export const priceRatio = (dear: ApiPrice, cheap: ApiPrice): { input: number; output: number } => ({
  input: dear.usdPerMillion.input / cheap.usdPerMillion.input,
  output: dear.usdPerMillion.output / cheap.usdPerMillion.output,
});

import type { ApiPrice } from "../../../infra/core/catalogue/api-price";
import type { Profile } from "../../../infra/core/economics/demand";
import type { SelfPlan } from "../../../infra/core/economics/self-cost";
import type { Workload } from "../../../infra/core/economics/usage";

/** The first article's example: requests of 500 tokens at $0.03 per 1,000, whichever way they go. */
export const A_PRICE: ApiPrice = priced("article A", 30, 30);
export const A_WORKLOAD: Workload = workload({ requests: 1e6, inputTokens: 250e6, outputTokens: 250e6 });

export function priced(model: string, input: number, output: number, more: Partial<ApiPrice> = {}): ApiPrice {
  return { provider: "test", model, usdPerMillion: { input, output }, asOf: "2026-11-22", source: "test", ...more };
}

export function workload(given: Partial<Workload>): Workload {
  return {
    name: "chat",
    requests: 0,
    inputTokens: 0,
    cachedInputTokens: 0,
    outputTokens: 0,
    peakToAverage: 1,
    batchShare: 0,
    ...given,
  };
}

export const profile = (given: Partial<Profile> = {}): Profile => ({
  inputTokens: 250,
  cachedInputTokens: 0,
  cacheWriteTokens: 0,
  outputTokens: 250,
  peakToAverage: 1,
  batchShare: 0,
  hourShares: Array.from({ length: 24 }, () => 1 / 24),
  ...given,
});

/** Article A's $34,000: 4 A100 for $12,000, two engineers in part for $20,000, $2,000 for the rest. Its fleet has no limit. */
export function articlePlan(given: Partial<SelfPlan> = {}): SelfPlan {
  return {
    fleet: {
      instanceType: "4 × A100-80 (not sold by AWS)",
      gpusPerNode: 4,
      gpusPerReplica: 4,
      outputTokensPerSecond: 1e6,
      load: 1,
      spareNodes: 0,
      autoscaled: false,
      coldStartSeconds: 600,
    },
    nodePrices: { onDemandUsd: 12_000 / 730 },
    environments: [],
    quantities: {
      diskGBPerNode: 0,
      bucketGB: 0,
      registryGB: 0,
      clusters: 0,
      loadBalancers: 0,
      loadBalancerUnits: 0,
      natGateways: 0,
      natGB: 0,
      crossZoneGB: 0,
      egressBytesPerToken: 0,
      replicatedGB: 0,
      writtenLogGB: 0,
      observabilityUsd: 2_000,
    },
    unitPrices: {},
    people: { hoursMonthly: 200, usdPerHour: 100 },
    setup: { months: 3, monthlyUsd: 20_000 },
    evaluationNodeHours: 0,
    fallbackShare: 0,
    ...given,
  };
}

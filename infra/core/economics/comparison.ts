import type { Bill } from "./bill";
import type { Saving } from "./savings";

/** API against self-hosting against a mixture: what `compare` finds, and what the decision and its report are made from. */
export interface Comparison {
  today: string;
  /** Of which workload, or `all`. */
  workload: string;
  rival: { provider: string; model: string };
  /** Per month, at the period's pace. */
  requestsMonthly: number;
  tokensMonthly: { input: number; cachedInput: number; output: number };
  fleet: Fleet;
  /** At the volume of quiet, middling and busy weeks; all the same where the usage does not know its weeks. */
  months: readonly Month[];
  curve: Curve;
  breakEven: BreakEven;
  utilisation: Utilisation;
  payback: Payback;
  /** The widest swing first. */
  sensitivities: readonly Sensitivity[];
  /** What can be saved on the API before any GPU: the best of each kind first. */
  savings: readonly Saving[];
  sources: readonly Source[];
}

/** Nodes of the shape that serve a volume, redundancy counted in whole nodes. */
export interface Fleet {
  instanceType: string;
  gpusPerNode: number;
  gpusPerReplica: number;
  replicas: number;
  /** At the peak, with the spare ones. */
  nodes: number;
  spareNodes: number;
  /** Paid in a month, cold starts among them; fewer than nodes × 730 where they are scaled. */
  nodeHours: number;
  /** Of one node after spot and plans, averaged over its hours. */
  hourlyUsd: number;
  /** Output tokens a second of one replica at the objective, and where that was measured. */
  outputTokensPerSecond: number;
}

export interface Month {
  percentile: 10 | 50 | 90;
  requests: number;
  api: Bill;
  self: Bill;
  /** Left out without a local share. */
  hybrid?: Bill;
  nodes: number;
  /** Served tokens over those that the paid node hours could serve, 0 to 1. */
  utilisation: number;
  /** All tokens, in and out, over all lines of the bill; `people` is a part of `self`. Left out without a request. */
  usdPerMillionTokens?: { api: number; self: number; people: number };
}

/** Monthly cost over monthly requests. The API is a straight line, self-hosting a staircase: draw it with its jumps. */
interface Curve {
  apiUsdPerRequest: number;
  /** Of the API at no request at all: people and support, if any. */
  apiFixedUsd: number;
  steps: readonly Step[];
}

/** From `fromRequests` (not included, unless 0) to `toRequests` (included) the fleet is the same. */
export interface Step {
  fromRequests: number;
  toRequests: number;
  nodes: number;
  /** Before the first request of the month. */
  fixedUsd: number;
  /** Per request on top: fallback, egress. */
  usdPerRequest: number;
}

/** Volumes at which self-hosting costs no more than the API, with fleets that can serve them. */
export interface BreakEven {
  /** The least such volume in requests a month; left out where there is none. */
  requestsMonthly?: number;
  /** Its nodes. */
  nodes?: number;
  /** All of them, as ranges: a further node can make the API cheaper again. The last `to` is left out when it stays so. */
  cheaper: readonly { fromRequests: number; toRequests?: number }[];
  /** Why there is none, or what to know of it. */
  note?: string;
}

/**
 * Break-even utilisation: price of an hour of the fleet over what the API asks for the tokens that it can serve in that
 * hour. Above 1 self-hosting never pays at this price.
 */
interface Utilisation {
  /** Nodes alone, of one that is not a spare. */
  nodesOnly: number;
  /** Every line of the bill at P50; the API is cheaper exactly where `actual` is less. */
  allLines: number;
  /** Of the paid node hours at P50. */
  actual: number;
}

export interface Payback {
  monthlyGrowth: number;
  /** From month 1 on, cumulative US dollars; `self` with the set-up. */
  cumulative: readonly { month: number; apiUsd: number; selfUsd: number }[];
  /** First month with apiUsd ≥ selfUsd; left out where none comes within the months looked at. */
  month?: number;
}

/** One assumption moved both ways, everything else kept. */
export interface Sensitivity {
  what: string;
  low: SensitivityCase;
  high: SensitivityCase;
}

export interface SensitivityCase {
  /** `API price −50 %`. */
  input: string;
  /** What self-hosting saves in a month at P50; negative: what it costs more. */
  savingMonthlyUsd: number;
  breakEvenRequestsMonthly?: number;
}

export interface Source {
  what: string;
  /** `YYYY-MM-DD`. */
  asOf: string;
  source: string;
}

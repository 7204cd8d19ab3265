import type { Payback } from "./comparison";
import type { Setup } from "./self-cost";

export interface PaybackQuestion {
  /** Requests of the first month. */
  requestsMonthly: number;
  /** Growth of the volume from a month to the next, 0.1 for 10 %. */
  monthlyGrowth: number;
  setup: Setup;
  /** How far to look. */
  months: number;
  apiUsd(requestsMonthly: number): number;
  selfUsd(requestsMonthly: number): number;
}

/** While it is set up the API is paid on, and the set-up beside it; then own models alone, at what their fleet has grown to. */
export function payback({ requestsMonthly, monthlyGrowth, setup, months, apiUsd, selfUsd }: PaybackQuestion): Payback {
  const cumulative: { month: number; apiUsd: number; selfUsd: number }[] = [];
  let api = 0;
  let self = 0;
  for (let month = 1; month <= months; month++) {
    const requests = requestsMonthly * (1 + monthlyGrowth) ** (month - 1);
    const settingUp = Math.min(1, Math.max(0, setup.months - (month - 1)));
    api += apiUsd(requests);
    self += settingUp * (apiUsd(requests) + setup.monthlyUsd);
    if (settingUp < 1) self += (1 - settingUp) * selfUsd(requests);
    cumulative.push({ month, apiUsd: api, selfUsd: self });
  }
  const first = cumulative.find((at) => at.month > setup.months && at.apiUsd >= at.selfUsd);
  return { monthlyGrowth, cumulative, ...(first ? { month: first.month } : {}) };
}

import type { ApiPrice } from "../catalogue/api-price";
import { compare } from "../economics/compare";
import type { Comparison } from "../economics/comparison";
import { fleetName, type RankedFleet } from "./fleets";
import type { DecisionInputs } from "./inputs";
import type { WorkloadRow } from "./report";

/** One fleet against one API, for all that is asked. */
export function compareWith({ candidate }: RankedFleet, price: ApiPrice, common: DecisionInputs["common"]): Comparison {
  const { plan, weightsGB, throughput, price: nodePrice } = candidate;
  const sources = [
    { what: `throughput of ${fleetName(candidate)}`, ...throughput },
    // A price without a day is in the report's own list of prices.
    ...(nodePrice.asOf === undefined
      ? []
      : [{ what: `price of ${plan.fleet.instanceType}`, asOf: nodePrice.asOf, source: nodePrice.source }]),
  ];
  return compare({ ...common, price, self: plan, weightsGB, sources });
}

/** More than these are put together by whoever records the usage. */
const MOST_WORKLOADS = 20;

/** Against it, each workload as if it were the only one; nothing where there is one alone. */
export function eachWorkload(best: RankedFleet, price: ApiPrice, common: DecisionInputs["common"]): WorkloadRow[] {
  const asked = common.usage.workloads.filter(({ outputTokens }) => outputTokens > 0);
  if (asked.length < 2) return [];
  return asked.slice(0, MOST_WORKLOADS).map(({ name }) => {
    const { requestsMonthly, months, breakEven } = compareWith(best, price, { ...common, workload: name });
    const middle = months.find(({ percentile }) => percentile === 50);
    return {
      name,
      requestsMonthly,
      apiMonthlyUsd: middle?.api.monthlyUsd ?? 0,
      selfMonthlyUsd: middle?.self.monthlyUsd ?? 0,
      ...(breakEven.requestsMonthly === undefined ? {} : { breakEvenRequests: breakEven.requestsMonthly }),
    };
  });
}

import { HOURS_A_MONTH } from "../aws/estimate";
import type { Step } from "./comparison";
import type { Profile } from "./demand";
import { capacityEdges, capacityOf, fleetFor } from "./fleet";
import { productionNodes, type SelfPlan, selfBill, variableUsd } from "./self-cost";

/** Beyond so many blocks no fleet is looked at: 256 nodes of eight GPUs are more than a region sells. */
const MOST_BLOCKS = 256;

/** The largest volume that is looked at, in requests a month. */
export const largestVolume = (profile: Profile, { fleet }: SelfPlan): number => capacityOf(MOST_BLOCKS, profile, fleet);

/** The staircase of self-hosting, from nothing to `most` requests a month. */
export function* stepsTo(most: number, profile: Profile, plan: SelfPlan, apiUsdPerRequest: number): Generator<Step> {
  const usdPerRequest = variableUsd(profile, plan, apiUsdPerRequest);
  const first = selfBill(0, profile, plan, apiUsdPerRequest).monthlyUsd - changing(0, profile, plan);
  let fromRequests = 0;
  // The edge that `most` lies before ends the last step.
  for (const toRequests of capacityEdges(most + capacityOf(1, profile, plan.fleet), profile, plan.fleet)) {
    const { nodes } = fleetFor(toRequests, profile, plan.fleet);
    yield { fromRequests, toRequests, nodes, fixedUsd: first + changing(toRequests, profile, plan), usdPerRequest };
    if (toRequests >= most) return;
    fromRequests = toRequests;
  }
}

/** What grows with the nodes: they and their disks. The rest of the fixed cost is the same at every volume. */
function changing(requestsMonthly: number, profile: Profile, plan: SelfPlan): number {
  const { monthlyUsd, nodeHours } = productionNodes(requestsMonthly, profile, plan);
  const disk = (plan.quantities.diskGBPerNode ?? 0) * (plan.unitPrices.diskGBPerNode?.usd ?? 0);
  return monthlyUsd + (disk * nodeHours) / HOURS_A_MONTH;
}

import { HOURS_A_MONTH } from "../aws/estimate";
import { paidHours } from "./fleet";

/** What a node costs by the way it is bought, in US dollars an hour. */
export interface NodePrices {
  onDemandUsd: number;
  spot?: Spot;
  /** A savings plan or reservation for so many nodes: paid for all 730 h of a month, used or not. */
  plan?: { nodes: number; hourlyUsd: number };
}

interface Spot {
  /** Of the nodes, 0 to 1. */
  share: number;
  hourlyUsd: number;
  /** Capacity kept beyond the need, as a share. */
  overhead: number;
  /** Of one node; each costs a cold start. Left out: none. */
  interruptionsPerHour?: number;
}

export interface NodeCost {
  nodeHours: number;
  monthlyUsd: number;
  /** Averaged over the node hours. */
  hourlyUsd: number;
}

/** Spot takes its share of every hour's nodes, the plan what it covers of the rest, on demand what is over. */
export function nodeCost(nodesByHour: readonly number[], prices: NodePrices, coldStartSeconds: number): NodeCost {
  const { onDemandUsd, spot, plan } = prices;
  const share = spot?.share ?? 0;
  const committed = plan?.nodes ?? 0;
  const waste = (spot?.overhead ?? 0) + ((spot?.interruptionsPerHour ?? 0) * coldStartSeconds) / 3600;
  const nodeHours = paidHours(nodesByHour, coldStartSeconds);
  const over = nodesByHour.map((nodes) => Math.max(0, (1 - share) * nodes - committed));
  const monthlyUsd =
    share * nodeHours * (spot?.hourlyUsd ?? 0) * (1 + waste) +
    committed * HOURS_A_MONTH * (plan?.hourlyUsd ?? 0) +
    (committed === 0 ? (1 - share) * nodeHours : paidHours(over, coldStartSeconds)) * onDemandUsd;
  return { nodeHours, monthlyUsd, hourlyUsd: nodeHours === 0 ? 0 : monthlyUsd / nodeHours };
}

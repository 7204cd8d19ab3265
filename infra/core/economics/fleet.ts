import { HOURS_A_MONTH } from "../aws/estimate";
import { hourLoads, type Profile, peakOutputPerSecond, SECONDS_A_MONTH } from "./demand";

/** Replicas on a purchasable shape, and how many of them there are. */
export interface FleetPlan {
  instanceType: string;
  gpusPerNode: number;
  /** Tensor × pipeline parallelism. */
  gpusPerReplica: number;
  /** Of one replica, measured at the latency objective and at the workload's own mix of input and output. */
  outputTokensPerSecond: number;
  /** Share of that which is planned with, 0 to 1: above 0.7 to 0.8 queues grow without bound. */
  load: number;
  /** On top of those that the peak needs, so that losing one loses no request: 1 for N+1. */
  spareNodes: number;
  /** Whether nodes come and go by the hour; else those of the peak stay all month. */
  autoscaled: boolean;
  /** From the wish for a node to its first token, at most 3600: paid for and serving nothing. */
  coldStartSeconds: number;
}

/** The least that can be added: one node with the replicas that fit on it, or the nodes that one replica spans. */
export interface Block {
  nodes: number;
  replicas: number;
}

export const blockOf = ({ gpusPerNode, gpusPerReplica }: FleetPlan): Block =>
  gpusPerReplica <= gpusPerNode
    ? { nodes: 1, replicas: Math.floor(gpusPerNode / gpusPerReplica) }
    : { nodes: Math.ceil(gpusPerReplica / gpusPerNode), replicas: 1 };

/** Up, but not for the last bit of a division. */
const up = (quotient: number): number => Math.ceil(quotient - 1e-9);

/** Replicas for so many output tokens a second; one serves also when nothing is asked. */
export const replicasFor = (outputPerSecond: number, { outputTokensPerSecond, load }: FleetPlan): number =>
  Math.max(1, up(outputPerSecond / (outputTokensPerSecond * load)));

/** Nodes of so many replicas, without spare ones. */
export function servingNodes(replicas: number, plan: FleetPlan): number {
  const block = blockOf(plan);
  return up(replicas / block.replicas) * block.nodes;
}

export interface SizedFleet {
  replicas: number;
  /** At the peak, spare ones among them. */
  nodes: number;
  /** In each hour of a day, spare ones among them. */
  nodesByHour: readonly number[];
}

export function fleetFor(requestsMonthly: number, profile: Profile, plan: FleetPlan): SizedFleet {
  const peak = peakOutputPerSecond(profile, requestsMonthly);
  const nodesAt = (outputPerSecond: number) => servingNodes(replicasFor(outputPerSecond, plan), plan) + plan.spareNodes;
  const nodes = nodesAt(peak);
  return {
    replicas: replicasFor(peak, plan),
    nodes,
    nodesByHour: hourLoads(profile).map((load) => (plan.autoscaled ? nodesAt(peak * load) : nodes)),
  };
}

/** Requests a month that so many blocks serve at the peak with the planned load. */
export const capacityOf = (blocks: number, profile: Profile, plan: FleetPlan): number =>
  (blocks * blockOf(plan).replicas * plan.outputTokensPerSecond * plan.load * SECONDS_A_MONTH) /
  (profile.outputTokens * profile.peakToAverage);

/** Volumes up to `most` at which the fleet of some hour is full, in order: beyond each of them a block more is paid. */
export function capacityEdges(most: number, profile: Profile, plan: FleetPlan): number[] {
  const loads = plan.autoscaled ? [...new Set(hourLoads(profile))].filter((load) => load > 0) : [1];
  const edges = loads.flatMap((load) => {
    const block = capacityOf(1, profile, plan) / load;
    return Array.from({ length: Math.floor(most / block) }, (_, i) => (i + 1) * block);
  });
  return [...new Set(edges)].sort((a, b) => a - b);
}

/** Node hours of a month for a day of nodes, with the time of each start: a node that comes back in the morning starts again. */
export function paidHours(nodesByHour: readonly number[], coldStartSeconds: number): number {
  let [before, starts, day] = [nodesByHour.at(-1) ?? 0, 0, 0];
  for (const nodes of nodesByHour) {
    starts += Math.max(0, nodes - before);
    day += nodes;
    before = nodes;
  }
  return ((day + (starts * coldStartSeconds) / 3600) * HOURS_A_MONTH) / 24;
}

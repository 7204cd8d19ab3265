import type { BreakEven, Step } from "./comparison";
import type { Profile } from "./demand";
import { blockOf, type FleetPlan } from "./fleet";

/**
 * V* = F / (a − v) in each step of the fleet, accepted only where that step's fleet serves it: a fleet that is too
 * small to earn its price back grows by a node, and the sum is done again.
 */
export function breakEven(steps: Iterable<Step>, apiUsdPerRequest: number): BreakEven {
  const cheaper: { fromRequests: number; toRequests?: number }[] = [];
  let first: { requestsMonthly: number; nodes: number } | undefined;
  let last: Step | undefined;
  for (const step of steps) {
    last = step;
    const saved = apiUsdPerRequest - step.usdPerRequest;
    if (saved <= 0)
      return { cheaper, note: "at no volume: beside the nodes alone a request costs more than on the API" };
    const from = Math.max(step.fixedUsd / saved, step.fromRequests);
    if (from > step.toRequests) continue;
    first ??= { requestsMonthly: from, nodes: step.nodes };
    const before = cheaper.at(-1);
    if (before?.toRequests === from) before.toRequests = step.toRequests;
    else cheaper.push({ fromRequests: from, toRequests: step.toRequests });
  }
  const end = cheaper.at(-1);
  if (end !== undefined && end.toRequests === last?.toRequests) delete end.toRequests;
  if (first === undefined) return { cheaper, note: neverNote(last) };
  return { ...first, cheaper, ...(cheaper.length > 1 ? { note: "further nodes make the API cheaper again" } : {}) };
}

const neverNote = (last: Step | undefined): string =>
  last === undefined
    ? "no fleet was given"
    : `at no volume: fleets of up to ${last.nodes} nodes cost more than the API asks for all that they can serve`;

/** The first break-even alone: no step beyond it is looked at. */
export function firstBreakEven(steps: Iterable<Step>, apiUsdPerRequest: number): number | undefined {
  for (const step of steps) {
    const { requestsMonthly } = breakEven([step], apiUsdPerRequest);
    if (requestsMonthly !== undefined) return requestsMonthly;
  }
  return undefined;
}

/**
 * Price of a block's hour over what the API asks for the requests that it serves in an hour, at full load: the share
 * of the time that it has to be busy. Above 1 it never pays.
 */
export function breakEvenUtilisation(
  nodeHourlyUsd: number,
  profile: Profile,
  plan: FleetPlan,
  apiUsdPerRequest: number,
): number {
  const { nodes, replicas } = blockOf(plan);
  const requestsPerHour = (replicas * plan.outputTokensPerSecond * 3600) / profile.outputTokens;
  return (nodes * nodeHourlyUsd) / (requestsPerHour * apiUsdPerRequest);
}

/** Served requests over those that the paid node hours could serve at full load. */
export function utilisationOf(requests: number, nodeHours: number, profile: Profile, plan: FleetPlan): number {
  const { nodes, replicas } = blockOf(plan);
  const possible = ((nodeHours / nodes) * replicas * plan.outputTokensPerSecond * 3600) / profile.outputTokens;
  return possible === 0 ? 0 : requests / possible;
}

import type { Dated } from "../catalogue/freshness";
import { breakEvenUtilisation, utilisationOf } from "../economics/break-even";
import type { Profile } from "../economics/demand";
import { fleetFor } from "../economics/fleet";
import { productionNodes, type SelfPlan, selfBill } from "../economics/self-cost";
import type { Answers } from "./questions";
import type { DecisionReport, ShapeRow, ThroughputRange, UtilisationBar } from "./report";
import { cheapestOf, type MonthlyCost } from "./verdict";

/** One way to run an open model: a purchasable shape on which it fits and whose throughput is known. */
export interface FleetCandidate {
  /** Id in the catalogue of open models. */
  model: string;
  tensorParallel: number;
  plan: SelfPlan;
  /** Of the releases that a node's disk holds, in GB. */
  weightsGB: number;
  /** Left out: nobody measured it. */
  timeToFirstTokenMs?: number;
  /** `measured`, `interpolated`, `outside`, and what makes it so. */
  basis: string;
  doubts: readonly string[];
  /** Output tokens a second of one replica, from least to most by the evidence; left out: one's own figure, taken as it is. */
  speedRange?: { low: number; high: number };
  meetsObjectives: boolean;
  /** Where and when the throughput was measured. */
  throughput: { asOf: string; source: string };
  /** Of the node's price. */
  price: Dated;
}

export interface RankedFleet {
  candidate: FleetCandidate;
  nodes: number;
  monthlyUsd: number;
}

/** Those that keep the objectives, the cheapest month first. */
export function rankFleets(
  candidates: readonly FleetCandidate[],
  profile: Profile,
  requestsMonthly: number,
  apiUsdPerRequest: number,
): RankedFleet[] {
  return candidates
    .filter(({ meetsObjectives }) => meetsObjectives)
    .map((candidate) => ({
      candidate,
      nodes: fleetFor(requestsMonthly, profile, candidate.plan.fleet).nodes,
      monthlyUsd: selfBill(requestsMonthly, profile, candidate.plan, apiUsdPerRequest).monthlyUsd,
    }))
    .sort((a, b) => a.monthlyUsd - b.monthlyUsd);
}

const lastPart = (model: string): string => model.replace(/^.*\//, "");

export const fleetName = ({ model, tensorParallel, plan }: FleetCandidate): string =>
  `${lastPart(model)} on ${plan.fleet.instanceType}, TP ${tensorParallel}`;

export const shapeRow = ({ candidate, nodes, monthlyUsd }: RankedFleet): ShapeRow => ({
  model: candidate.model,
  instanceType: candidate.plan.fleet.instanceType,
  tensorParallel: candidate.tensorParallel,
  nodes,
  monthlyUsd,
  ...(candidate.timeToFirstTokenMs === undefined ? {} : { timeToFirstTokenMs: candidate.timeToFirstTokenMs }),
  basis: candidate.basis,
});

/** How busy a fleet's nodes must be to cost less than a rival, and how busy they would be. */
export function utilisationBar(
  { candidate }: RankedFleet,
  rival: { name: string; usdPerRequest: number },
  profile: Profile,
  requestsMonthly: number,
): UtilisationBar {
  const { plan } = candidate;
  const { hourlyUsd, nodeHours } = productionNodes(requestsMonthly, profile, plan);
  return {
    fleet: fleetName(candidate),
    rival: rival.name,
    breakEven: breakEvenUtilisation(hourlyUsd, profile, plan.fleet, rival.usdPerRequest),
    actual: utilisationOf(requestsMonthly, nodeHours, profile, plan.fleet),
  };
}

/** What own models cost when a copy is as slow, or as fast, as the evidence allows. */
function throughputRange(
  { candidate: { plan, speedRange: range } }: RankedFleet,
  profile: Profile,
  requestsMonthly: number,
  apiUsdPerRequest: number,
): ThroughputRange | undefined {
  if (range === undefined) return undefined;
  const at = (outputTokensPerSecond: number) => ({
    outputTokensPerSecond,
    selfMonthlyUsd: selfBill(
      requestsMonthly,
      profile,
      { ...plan, fleet: { ...plan.fleet, outputTokensPerSecond } },
      apiUsdPerRequest,
    ).monthlyUsd,
  });
  return { slow: at(range.low), expected: at(plan.fleet.outputTokensPerSecond), fast: at(range.high) };
}

/** Whether the answer would be another one if a copy were as slow as the evidence allows. */
export function slowest(
  best: RankedFleet,
  profile: Profile,
  requests: number,
  apiUsdPerRequest: number,
  { cost, answers }: { cost: MonthlyCost; answers: Answers },
): DecisionReport["throughput"] {
  const range = throughputRange(best, profile, requests, apiUsdPerRequest);
  if (range === undefined) return undefined;
  // A hybrid has own nodes too, and its month is not known at another throughput: it is left out.
  const { hybridUsd: _, ...options } = cost;
  const [cheapestWhenSlow] = cheapestOf({ ...options, selfUsd: range.slow.selfMonthlyUsd }, answers.needsFrontier);
  return { ...range, cheapestWhenSlow };
}

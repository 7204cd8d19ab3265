import { HOURS_A_MONTH } from "../aws/estimate";
import type { Problem } from "../errors";
import { type Bill, type BillKind, type BillLine, billOf, type Unpriced } from "./bill";
import type { Profile } from "./demand";
import { type FleetPlan, fleetFor } from "./fleet";
import { type NodeCost, type NodePrices, nodeCost } from "./node-price";

/** Everything that self-hosting is paid for. What is left out is listed as unpriced; what is free is given as 0. */
export interface SelfPlan {
  fleet: FleetPlan;
  nodePrices: NodePrices;
  /** Besides production. */
  environments: readonly OtherEnvironment[];
  quantities: Partial<Record<Item, number>>;
  unitPrices: UnitPrices;
  /** Left out: refused. Nobody at all is `{ hoursMonthly: 0, usdPerHour: 0 }`. */
  people?: People;
  setup: Setup;
  /** Node hours of gates and benchmarks in a month, on the fleet's shape. */
  evaluationNodeHours?: number;
  /** Share of requests, 0 to 1, that go to the API all the same: saturation, outage, cold start. */
  fallbackShare: number;
}

export interface OtherEnvironment {
  name: string;
  instanceType: string;
  nodes: number;
  hoursMonthly: number;
  hourlyUsd: number;
}

interface People {
  hoursMonthly: number;
  usdPerHour: number;
}

/** Before the first month without the API: it is paid on meanwhile. */
export interface Setup {
  months: number;
  monthlyUsd: number;
  /** Spread over so many months of the bill. Left out: counted in the payback alone. */
  amortisedOverMonths?: number;
}

/** What is bought besides nodes, with the unit that its quantity and price are in. */
export const ITEMS = {
  diskGBPerNode: { kind: "storage", what: "EBS gp3", unit: "GB a node" },
  bucketGB: { kind: "storage", what: "S3", unit: "GB" },
  registryGB: { kind: "storage", what: "ECR", unit: "GB" },
  clusters: { kind: "platform", what: "EKS control plane", unit: "clusters", hourly: true },
  loadBalancers: { kind: "network", what: "load balancer", unit: "balancers", hourly: true },
  loadBalancerUnits: { kind: "network", what: "load balancer capacity units", unit: "units", hourly: true },
  natGateways: { kind: "network", what: "NAT gateway", unit: "gateways", hourly: true },
  natGB: { kind: "network", what: "NAT processing", unit: "GB" },
  crossZoneGB: { kind: "network", what: "traffic between zones", unit: "GB" },
  egressBytesPerToken: { kind: "network", what: "traffic to the internet", unit: "bytes an output token" },
  replicatedGB: { kind: "network", what: "replication between regions", unit: "GB" },
  writtenLogGB: { kind: "observability", what: "logs written", unit: "GB" },
  observabilityUsd: { kind: "observability", what: "metrics and dashboards", unit: "US dollars", inDollars: true },
} as const satisfies Record<string, ItemKind>;
export type Item = keyof typeof ITEMS;

interface ItemKind {
  kind: BillKind;
  what: string;
  unit: string;
  /** Its price is of an hour. */
  hourly?: true;
  /** The quantity is the price of a month. */
  inDollars?: true;
}

/** Of one unit for an hour or a month, in US dollars; `egressBytesPerToken` by the GB. */
export type UnitPrices = Partial<Record<Item, { usd: number; asOf: string; source: string }>>;

const DISK_OVER_WEIGHTS = 1.2;

/** What makes a plan's total a lie, all at once. `weightsGB` are those of the releases that a node holds. */
export function selfPlanProblems({ people, fleet, quantities, setup }: SelfPlan, weightsGB: number): Problem[] {
  const problems: Problem[] = [];
  if (people === undefined)
    problems.push({
      path: "people",
      allowed: "hours a month and US dollars an hour: someone runs what is self-hosted",
      fix: "give both, or hoursMonthly: 0 where they are paid elsewhere",
    });
  const disk = quantities.diskGBPerNode;
  const least = Math.ceil(weightsGB * DISK_OVER_WEIGHTS);
  if (disk !== undefined && disk < least)
    problems.push({
      path: "quantities.diskGBPerNode",
      given: `${disk} GB`,
      allowed: `at least ${least} GB: ${DISK_OVER_WEIGHTS} × ${weightsGB} GB of weights`,
      fix: "take a larger disk, or instance store and say so with weightsGB: 0",
    });
  if (fleet.coldStartSeconds > 3600)
    problems.push({
      path: "fleet.coldStartSeconds",
      given: `${fleet.coldStartSeconds} s`,
      allowed: "at most 3600 s: nodes are counted by the hour",
      fix: "measure a start; beyond an hour keep the nodes",
    });
  if (setup.amortisedOverMonths !== undefined && setup.amortisedOverMonths < 1)
    problems.push({
      path: "setup.amortisedOverMonths",
      given: `${setup.amortisedOverMonths}`,
      allowed: "at least 1 month",
      fix: "leave it out to count the set-up in the payback alone",
    });
  return problems;
}

/** Nodes of production for a volume. */
export function productionNodes(requestsMonthly: number, profile: Profile, plan: SelfPlan): NodeCost {
  const { nodesByHour } = fleetFor(requestsMonthly, profile, plan.fleet);
  return nodeCost(nodesByHour, plan.nodePrices, plan.fleet.coldStartSeconds);
}

/** A month with so many requests. `apiUsdPerRequest` is what a fallback pays. */
export function selfBill(requestsMonthly: number, profile: Profile, plan: SelfPlan, apiUsdPerRequest: number): Bill {
  const nodes = productionNodes(requestsMonthly, profile, plan);
  const items = itemLines(requestsMonthly, profile, plan, nodes);
  const evaluation = plan.evaluationNodeHours;
  const lines: BillLine[] = [
    nodeLine(requestsMonthly, profile, plan, nodes),
    ...plan.environments.map(environmentLine),
    ...items.lines,
    ...peopleLine(plan.people),
    ...setupLine(plan.setup),
    ...(evaluation === undefined ? [] : [evaluationLine(evaluation, plan)]),
    {
      kind: "fallback",
      what: `${percent(plan.fallbackShare)} of requests on the API all the same`,
      monthlyUsd: plan.fallbackShare * requestsMonthly * apiUsdPerRequest,
    },
  ];
  const unpriced = [
    ...items.unpriced,
    ...(plan.people === undefined ? [{ what: "people", why: "hours and rate not given" }] : []),
    ...(evaluation === undefined ? [{ what: "evaluation runs", why: "node hours not given" }] : []),
  ];
  return billOf(lines, unpriced);
}

/** Of a further request, beside nodes: what `v` is in V* = F / (a − v). */
export const variableUsd = (profile: Profile, plan: SelfPlan, apiUsdPerRequest: number): number =>
  plan.fallbackShare * apiUsdPerRequest + egressGB(1, profile, plan) * (plan.unitPrices.egressBytesPerToken?.usd ?? 0);

const egressGB = (requests: number, { outputTokens }: Profile, { quantities }: SelfPlan): number =>
  (requests * outputTokens * (quantities.egressBytesPerToken ?? 0)) / 1e9;

const percent = (share: number): string => `${Math.round(share * 1000) / 10} %`;
const round = (quantity: number): number => Math.round(quantity * 100) / 100;

function nodeLine(requestsMonthly: number, profile: Profile, plan: SelfPlan, nodes: NodeCost): BillLine {
  const { nodes: atPeak } = fleetFor(requestsMonthly, profile, plan.fleet);
  const { instanceType, spareNodes } = plan.fleet;
  const bought = [
    ...(plan.nodePrices.spot ? [`${percent(plan.nodePrices.spot.share)} spot`] : []),
    ...(plan.nodePrices.plan ? [`${plan.nodePrices.plan.nodes} by plan`] : []),
    "on demand",
  ].join(", ");
  const spare = spareNodes === 0 ? "" : `, ${spareNodes} of them spare`;
  return {
    kind: "nodes",
    what: `production: ${atPeak} × ${instanceType}${spare}, ${bought}, ${Math.round(nodes.nodeHours)} node hours`,
    monthlyUsd: nodes.monthlyUsd,
  };
}

const environmentLine = ({ name, instanceType, nodes, hoursMonthly, hourlyUsd }: OtherEnvironment): BillLine => ({
  kind: "nodes",
  what: `${name}: ${nodes} × ${instanceType}, ${hoursMonthly} h`,
  monthlyUsd: nodes * hoursMonthly * hourlyUsd,
});

/** Priced where quantity and price are known; the rest by name. */
function itemLines(requestsMonthly: number, profile: Profile, plan: SelfPlan, { nodeHours }: NodeCost) {
  const lines: BillLine[] = [];
  const unpriced: Unpriced[] = [];
  for (const item of Object.keys(ITEMS) as Item[]) {
    const { kind, what, unit } = ITEMS[item];
    const given = plan.quantities[item];
    const usd = "inDollars" in ITEMS[item] ? 1 : plan.unitPrices[item]?.usd;
    if (given === undefined) unpriced.push({ what, why: `${unit} not given` });
    else if (given > 0 && usd === undefined) unpriced.push({ what, why: "no price for this region" });
    else if (given > 0 && usd !== undefined) {
      const quantity = billed(item, given, { requestsMonthly, profile, plan, nodeHours });
      lines.push({ kind, what: `${what}: ${round(given)} ${unit}`, monthlyUsd: quantity * usd });
    }
  }
  return { lines, unpriced };
}

interface Month {
  requestsMonthly: number;
  profile: Profile;
  plan: SelfPlan;
  nodeHours: number;
}

/** In the unit of the price: what a node has by its hours, what a token is by the volume. */
function billed(item: Item, given: number, { requestsMonthly, profile, plan, nodeHours }: Month): number {
  if (item === "diskGBPerNode") return (given * nodeHours) / HOURS_A_MONTH;
  if (item === "egressBytesPerToken") return egressGB(requestsMonthly, profile, plan);
  return "hourly" in ITEMS[item] ? given * HOURS_A_MONTH : given;
}

const peopleLine = (people: People | undefined): BillLine[] =>
  people === undefined
    ? []
    : [
        {
          kind: "people",
          what: `people: ${people.hoursMonthly} h at $${people.usdPerHour} (${percent(people.hoursMonthly / FULL_TIME_HOURS)} of one full-time)`,
          monthlyUsd: people.hoursMonthly * people.usdPerHour,
        },
      ];

/** 40 hours in each of 52 weeks, a twelfth. */
const FULL_TIME_HOURS = (40 * 52) / 12;

const setupLine = ({ months, monthlyUsd, amortisedOverMonths }: Setup): BillLine[] =>
  amortisedOverMonths === undefined
    ? []
    : [
        {
          kind: "setup",
          what: `set-up of ${months} months over ${amortisedOverMonths}`,
          monthlyUsd: (months * monthlyUsd) / amortisedOverMonths,
        },
      ];

const evaluationLine = (hours: number, { fleet, nodePrices }: SelfPlan): BillLine => ({
  kind: "evaluation",
  what: `gates and benchmarks: ${hours} h of ${fleet.instanceType}`,
  monthlyUsd: hours * nodePrices.onDemandUsd,
});

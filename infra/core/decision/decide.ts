import type { ApiPrice } from "../catalogue/api-price";
import { ageDays, type Dated } from "../catalogue/freshness";
import { usdPerRequest } from "../economics/api-cost";
import { compare, type Question } from "../economics/compare";
import type { Comparison, Month, Payback } from "../economics/comparison";
import { daysOf, monthly, type Profile, profileOf, sum } from "../economics/demand";
import { ITEMS, type Item } from "../economics/self-cost";
import { millions } from "../numbers";
import { contradictionsOf } from "./contradictions";
import {
  type FleetCandidate,
  fleetName,
  type RankedFleet,
  rankFleets,
  shapeRow,
  throughputRange,
  utilisationBar,
} from "./fleets";
import { judgeFirstToken } from "./latency";
import { type Answers, askedInOrder, VOLUME_RULE, volumeZone } from "./questions";
import type { DecisionReport, FitRow, PriceSource, WorkloadRow } from "./report";
import { ownedRisks } from "./risks";
import { type Factor, type FactorInputs, scorecard } from "./scorecard";
import { cheapestOf, type Decided, decideVerdict, type MonthlyCost } from "./verdict";
import { wayBack } from "./way-back";

export interface Rival {
  price: ApiPrice;
  /** False: drawn for comparison, never the one to beat. */
  goodEnough: boolean;
  /** Measured at the 95th percentile from where the clients are. */
  ttftP95Ms?: number;
}

/** All that a decision is made from; everything that is looked up comes with its source. */
export interface DecisionInputs {
  name: string;
  answers: Omit<Answers, "above20M">;
  /** Where the answers come from. */
  evidence: string;
  weights: Partial<Readonly<Record<Factor, number>>>;
  quality?: FactorInputs["quality"];
  /** What clients wait at most for the first token, where somebody asks for it, and their way to the region. */
  ttftMs?: number;
  clientNetworkMs?: number;
  /** What may be used instead; the cheapest that is good enough is the one to beat. */
  rivals: readonly Rival[];
  /** Hosts of a candidate's weights that are not among the rivals: shown where they cost less. */
  offers: readonly ApiPrice[];
  fleets: readonly FleetCandidate[];
  fit: readonly FitRow[];
  /** Why `fleets` is empty, where it is. */
  refused?: string;
  wayBack: { weeks: number; engineerHours: number; commitmentUsd: number };
  /** What all comparisons have in common. */
  common: Omit<Question, "price" | "self" | "weightsGB" | "sources">;
  warnings: readonly string[];
  assumptions: readonly string[];
}

const RUNNERS_UP = 2;
const BARS = 3;

export function decide(inputs: DecisionInputs): DecisionReport {
  const { answers: given, common } = inputs;
  const { usage, today } = common;
  const profile = profileOf(usage.workloads);
  const requests = monthly(sum(usage.workloads.map((one) => one.requests)), daysOf(usage));
  const usdOf = (price: ApiPrice): number => usdPerRequest(usage.workloads, price);
  const rivals = toBeatFirst(inputs, usdOf);
  const [main] = rivals as [Rival];
  const priced = rivals.map(({ price }) => ({ name: nameOf(price), usdPerRequest: usdOf(price) }));
  const ranked = rankFleets(inputs.fleets, profile, requests, usdOf(main.price));
  const [best] = ranked;
  const apiAllowed = given.dataMayLeave;
  const comparisons = (best === undefined ? [] : rivals.map(({ price }) => compareWith(best, price, common))).map(
    // What could be saved on an API is no advice to those who may use none.
    (comparison) => (apiAllowed ? comparison : { ...comparison, savings: [] }),
  );
  const middle = comparisons[0]?.months.find(({ percentile }) => percentile === 50)?.requests ?? requests;
  const cost = costs(comparisons[0], requests * usdOf(main.price));
  const answers: Answers = { ...given, above20M: requests > VOLUME_RULE.selfAbove };
  const evidence = { ...allFrom(inputs.evidence), above20M: `${usage.source}: ${millions(requests)} a month` };
  const rule = askedInOrder(answers, evidence);
  const breakEvenRequests = comparisons[0]?.breakEven.requestsMonthly;
  const firstToken = firstTokens(inputs, main, best);
  const verdict = decideVerdict({
    answers,
    cost,
    paybackMonth: comparisons[0]?.payback.month,
    lostAgain: isLostAgain(comparisons[0]?.payback),
    horizonMonths: common.horizonMonths,
    setup: best?.candidate.plan.setup ?? { months: 0, monthlyUsd: 0 },
    breakEvenRequests,
    requestsPerMonth: requests,
    ...(best === undefined ? { noFit: reasonOf(inputs) } : {}),
    ...(firstToken ? { firstToken } : {}),
  });
  const slow = best && slowest(best, profile, middle, usdOf(main.price), { cost: cost.p50, answers });
  return {
    name: inputs.name,
    decidedOn: today,
    usage: { source: usage.source, from: usage.from, to: usage.to },
    setupMonths: best?.candidate.plan.setup.months ?? 0,
    verdict,
    rule,
    volumeRule: volumeZone(requests),
    warnings: inputs.warnings,
    apiAllowed,
    ...(slow ? { throughput: slow } : {}),
    ...(firstToken ? { firstToken } : {}),
    contradictions: contradictionsOf({
      answers,
      rule,
      requestsPerMonth: requests,
      cheapest: cheapestOf(cost.p50, answers.needsFrontier)[0],
      breakEvenRequests,
      setupMonths: best?.candidate.plan.setup.months ?? 0,
      ...ownOf(verdict.verdict, cost.p50),
      ...(comparisons[0]?.savings[0] ? { saving: cheapestSaving(comparisons[0]) } : {}),
    }),
    risks: ownedRisks(verdict.verdict === "not yet" ? (answers.dataMayLeave ? "api" : "self") : verdict.verdict),
    scorecard: scorecard(
      { answers, cost: { low: cost.p10, high: cost.p90 }, ...(inputs.quality ? { quality: inputs.quality } : {}) },
      inputs.weights,
    ),
    comparisons,
    workloads: best === undefined ? [] : eachWorkload(best, main.price, common),
    notGoodEnough: rivals.filter(({ goodEnough }) => !goodEnough).map(({ price }) => nameOf(price)),
    offers: inputs.offers
      .map((price) => ({ name: nameOf(price), monthlyUsd: requests * usdOf(price) }))
      .filter(({ monthlyUsd }) => monthlyUsd < cheapestOf(cost.p50, answers.needsFrontier)[1]),
    utilisation: ranked
      .slice(0, BARS)
      .flatMap((fleet) => priced.slice(0, 2).map((rival) => utilisationBar(fleet, rival, profile, middle))),
    fit: inputs.fit,
    shapes: ranked.slice(0, 1 + RUNNERS_UP).map(shapeRow),
    ...wayBackOf(inputs, comparisons[0], best),
    prices: pricesOf(rivals, best, today),
    settings: settingsOf(inputs, best),
    assumptions: [...inputs.assumptions, ...(best?.candidate.doubts ?? []).map((doubt) => `throughput: ${doubt}`)],
  };
}

/** The cheapest first, of those that are good enough: where a frontier model is needed, open weights are not. */
function toBeatFirst({ rivals, answers }: DecisionInputs, usdOf: (price: ApiPrice) => number): Rival[] {
  const enough = rivals.filter(
    ({ price, goodEnough }) => goodEnough && !(answers.needsFrontier && price.sameWeightsAs !== undefined),
  );
  const [main] = [...(enough.length > 0 ? enough : rivals)].sort((a, b) => usdOf(a.price) - usdOf(b.price));
  return main === undefined ? [] : [main, ...rivals.filter((rival) => rival !== main)];
}

const nameOf = ({ provider, model }: ApiPrice): string => `${provider} ${model}`;

const allFrom = (text: string): Record<keyof Answers, string> => ({
  dataMayLeave: text,
  above20M: text,
  mlCapacity: text,
  needsFrontier: text,
  weeksAcceptable: text,
});

function compareWith({ candidate }: RankedFleet, price: ApiPrice, common: DecisionInputs["common"]): Comparison {
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

/** Without a fleet the API's price is all there is. */
function costs(comparison: Comparison | undefined, apiUsd: number): Record<"p10" | "p50" | "p90", MonthlyCost> {
  const at = (percentile: Month["percentile"]): MonthlyCost => {
    const month = comparison?.months.find((one) => one.percentile === percentile);
    if (month === undefined) return { apiUsd };
    return {
      apiUsd: month.api.monthlyUsd,
      selfUsd: month.self.monthlyUsd,
      ...(month.hybrid ? { hybridUsd: month.hybrid.monthlyUsd } : {}),
    };
  };
  return { p10: at(10), p50: at(50), p90: at(90) };
}

/** More than these are put together by whoever records the usage. */
const MOST_WORKLOADS = 20;

function eachWorkload(best: RankedFleet, price: ApiPrice, common: DecisionInputs["common"]): WorkloadRow[] {
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

function isLostAgain(payback: Payback | undefined): boolean {
  const end = payback?.cumulative.at(-1);
  return payback?.month !== undefined && end !== undefined && end.selfUsd > end.apiUsd;
}

const cheapestSaving = ({ savings }: Comparison) =>
  savings.reduce((least, one) => (one.monthlyUsd < least.monthlyUsd ? one : least));

function ownOf(verdict: Decided["verdict"], { selfUsd, hybridUsd }: MonthlyCost) {
  if (verdict === "self" && selfUsd !== undefined) return { own: { option: verdict, monthlyUsd: selfUsd } };
  if (verdict === "hybrid" && hybridUsd !== undefined) return { own: { option: verdict, monthlyUsd: hybridUsd } };
  return {};
}

/** Whether the answer would be another one if a copy were as slow as the evidence allows. */
function slowest(
  best: RankedFleet,
  profile: Profile,
  requests: number,
  apiUsdPerRequest: number,
  { cost, answers }: { cost: MonthlyCost; answers: Answers },
): DecisionReport["throughput"] {
  const range = throughputRange(best, profile, requests, apiUsdPerRequest);
  if (range === undefined) return undefined;
  // A hybrid has own nodes too, and its month is not known at another throughput: it takes part only where it is slow-proof.
  const { hybridUsd: _, ...options } = cost;
  const [cheapestWhenSlow] = cheapestOf({ ...options, selfUsd: range.slow.selfMonthlyUsd }, answers.needsFrontier);
  return { ...range, cheapestWhenSlow };
}

function settingsOf({ common, ttftMs }: DecisionInputs, best: RankedFleet | undefined): DecisionReport["settings"] {
  const plan = best?.candidate.plan;
  return {
    growthPerMonth: common.monthlyGrowth,
    horizonMonths: common.horizonMonths,
    ...(common.split ? { hybridLocalShare: common.split.localShare, hybridEscalation: common.split.escalation } : {}),
    ...(ttftMs === undefined ? {} : { ttftMs }),
    ...(plan
      ? {
          ...(plan.people
            ? { peopleHoursMonthly: plan.people.hoursMonthly, peopleUsdPerHour: plan.people.usdPerHour }
            : {}),
          setupMonths: plan.setup.months,
          setupMonthlyUsd: plan.setup.monthlyUsd,
          load: plan.fleet.load,
          spareNodes: plan.fleet.spareNodes,
          autoscaled: plan.fleet.autoscaled,
          fallbackShare: plan.fallbackShare,
        }
      : {}),
  };
}

function reasonOf({ refused, fleets }: DecisionInputs): string {
  const [close] = fleets;
  if (close === undefined) return refused ?? "no shape of the catalogue serves it";
  return `nothing measured keeps the objectives, ${fleetName(close)} does not either`;
}

function firstTokens({ ttftMs, clientNetworkMs }: DecisionInputs, main: Rival, best: RankedFleet | undefined) {
  if (ttftMs === undefined || best === undefined) return undefined;
  const network = clientNetworkMs === undefined ? {} : { networkMs: clientNetworkMs };
  const measured = (ms: number | undefined) => (ms === undefined ? {} : { measuredTtftMs: ms });
  return {
    withinMs: ttftMs,
    api: judgeFirstToken("api", ttftMs, { ...network, ...measured(main.ttftP95Ms) }),
    self: judgeFirstToken("self", ttftMs, { ...network, ...measured(best.candidate.timeToFirstTokenMs) }),
  };
}

function wayBackOf(
  { wayBack: given, answers }: DecisionInputs,
  comparison: Comparison | undefined,
  best: RankedFleet | undefined,
) {
  if (comparison === undefined || best === undefined || !answers.dataMayLeave) return {};
  const engineerHourlyUsd = best.candidate.plan.people?.usdPerHour ?? 0;
  return { wayBack: wayBack(comparison, { ...given, engineerHourlyUsd }) };
}

function pricesOf(rivals: readonly Rival[], best: RankedFleet | undefined, today: string): PriceSource[] {
  const dated = (what: string, usd: number, unit: string, of: Dated): PriceSource => ({
    what,
    usd,
    unit,
    ...(of.asOf === undefined ? {} : { asOf: of.asOf, ageDays: ageDays(of.asOf, today) }),
    source: of.source,
  });
  const api = rivals.flatMap(({ price }) => [
    dated(`${price.provider} ${price.model}, input`, price.usdPerMillion.input, "1M tokens", price),
    dated(`${price.provider} ${price.model}, output`, price.usdPerMillion.output, "1M tokens", price),
  ]);
  if (best === undefined) return api;
  const { plan, price } = best.candidate;
  const items = Object.entries(plan.unitPrices)
    .filter(([item]) => (plan.quantities[item as Item] ?? 0) > 0)
    .map(([item, price]) => dated(ITEMS[item as Item].what, price.usd, unitOf(item as Item), price));
  return [
    ...api,
    dated(`${plan.fleet.instanceType}, on demand`, plan.nodePrices.onDemandUsd, "node hour", price),
    ...items,
  ];
}

const unitOf = (item: Item): string => {
  const kind = ITEMS[item];
  if ("hourly" in kind) return "hour";
  return kind.kind === "storage" ? "GB and month" : "GB";
};

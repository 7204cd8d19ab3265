import type { ApiPrice } from "../catalogue/api-price";
import { usdPerRequest } from "../economics/api-cost";
import type { Comparison, Month, Payback } from "../economics/comparison";
import { daysOf, monthly, profileOf, sum } from "../economics/demand";
import { millions } from "../numbers";
import { compareWith, eachWorkload } from "./compare-fleet";
import { contradictionsOf } from "./contradictions";
import { fleetName, type RankedFleet, rankFleets, shapeRow, slowest, utilisationBar } from "./fleets";
import type { DecisionInputs, Rival } from "./inputs";
import { judgeFirstToken, networkSavingMs, REFERENCE_LATENCY } from "./latency";
import { pricesOf } from "./price-sources";
import { type Answers, askedInOrder, VOLUME_RULE, volumeZone } from "./questions";
import { settingsOf } from "./record";
import type { DecisionReport } from "./report";
import { ownedRisks } from "./risks";
import { scorecard } from "./scorecard";
import { cheapestOf, type Decided, decideVerdict, type MonthlyCost } from "./verdict";
import { wayBack } from "./way-back";

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
    referenceLatency: { ...REFERENCE_LATENCY, networkSavingMs: networkSavingMs() },
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

import type { ApiPrice } from "../catalogue/api-price";
import { InputError } from "../errors";
import { type ApiOverhead, apiBill, usdPerRequest } from "./api-cost";
import { type Bill, usdOf } from "./bill";
import { breakEven, breakEvenUtilisation, firstBreakEven, utilisationOf } from "./break-even";
import type { Comparison, Fleet, Month, Source } from "./comparison";
import { largestVolume, stepsTo } from "./curve";
import { daysOf, monthly, profileOf, sum } from "./demand";
import { fleetFor } from "./fleet";
import { hybridBill, type Split } from "./hybrid";
import { payback } from "./payback";
import { savings } from "./savings";
import { productionNodes, type SelfPlan, selfBill, selfPlanProblems } from "./self-cost";
import { type Assumptions, type Outcome, sensitivities } from "./sensitivity";
import type { LongRequests, Usage, Workload } from "./usage";

/** All that a comparison is made from; prices and throughput are looked up by the caller and come with their sources. */
export interface Question {
  today: string;
  usage: Usage;
  /** One workload by name; left out: all of them on one fleet. */
  workload?: string;
  price: ApiPrice;
  overhead?: ApiOverhead;
  self: SelfPlan;
  /** Of the releases that a node's disk holds; 0 where they lie on instance store. */
  weightsGB: number;
  split?: Split;
  /** Growth of the volume from month to month, and how many months to look at. */
  monthlyGrowth: number;
  horizonMonths: number;
  /** For the savings. */
  catalogue: readonly ApiPrice[];
  cacheableShare?: number;
  couldWaitShare?: number;
  /** Of prices and throughput, besides the API price's own. */
  sources: readonly Source[];
}

/** The curve is drawn so far beyond the busiest month and the break-even. */
const CURVE_BEYOND = 3;

/** Everything that the parts of the comparison have in common. */
interface Case extends Assumptions {
  question: Question;
  workloads: readonly Workload[];
  /** Of the API, at every volume. */
  apiFixedUsd: number;
}

/** API against own models for one workload or all of them. Refuses a plan whose total would be a lie. */
export function compare(question: Question): Comparison {
  const { usage, price, self: plan, overhead } = question;
  const workloads = chosen(question);
  refuseProblems(question, workloads);
  const profile = profileOf(workloads);
  const one: Case = {
    question,
    workloads,
    profile,
    plan,
    apiUsdPerRequest: usdPerRequest(workloads, price),
    apiFixedUsd: (overhead?.peopleMonthlyUsd ?? 0) + (overhead?.supportMonthlyUsd ?? 0),
  };
  const days = daysOf(usage);
  const requestsMonthly = monthly(sum(workloads.map(({ requests }) => requests)), days);
  const months = percentiles(workloads, requestsMonthly).map(([percentile, volume]) =>
    monthAt(percentile, volume, one),
  );
  const [, middle, busy] = months as [Month, Month, Month];
  const found = breakEven(stepsAgainst(one), one.apiUsdPerRequest);
  const drawn = CURVE_BEYOND * Math.max(busy.requests, found.requestsMonthly ?? 0);
  return {
    today: question.today,
    workload: question.workload ?? "all",
    rival: { provider: price.provider, model: price.model },
    requestsMonthly,
    tokensMonthly: {
      input: requestsMonthly * profile.inputTokens,
      cachedInput: requestsMonthly * profile.cachedInputTokens,
      output: requestsMonthly * profile.outputTokens,
    },
    fleet: fleetAt(middle.requests, one),
    months,
    curve: {
      apiUsdPerRequest: one.apiUsdPerRequest,
      apiFixedUsd: one.apiFixedUsd,
      steps: [...stepsTo(Math.min(drawn, largestVolume(profile, plan)), profile, plan, one.apiUsdPerRequest)],
    },
    breakEven: found,
    utilisation: utilisations(middle, one),
    payback: payback({
      requestsMonthly,
      monthlyGrowth: question.monthlyGrowth,
      setup: plan.setup,
      months: question.horizonMonths,
      apiUsd: (requests) => requests * one.apiUsdPerRequest + one.apiFixedUsd,
      // The set-up is paid in its months: spread over the later ones as well it would be paid twice.
      selfUsd: (requests) => {
        const bill = selfBill(requests, profile, plan, one.apiUsdPerRequest);
        return bill.monthlyUsd - usdOf(bill, "setup");
      },
    }),
    sensitivities: sensitivities(one, (moved) => outcomeAt(middle.requests, { ...one, ...moved })),
    savings: savings({ ...question, workloads: workloads.map((each) => scaled(each, monthly(1, days))), now: price }),
    sources: [
      { what: `price of ${price.provider} ${price.model}`, asOf: price.asOf, source: price.source },
      ...question.sources,
    ],
  };
}

const chosen = ({ usage, workload }: Question): readonly Workload[] =>
  workload === undefined ? usage.workloads : usage.workloads.filter(({ name }) => name === workload);

function refuseProblems({ usage, workload, self, weightsGB }: Question, workloads: readonly Workload[]): void {
  const problems = selfPlanProblems(self, weightsGB);
  if (workloads.length === 0)
    problems.push({
      path: "workload",
      ...(workload === undefined ? {} : { given: workload }),
      allowed: `one of ${usage.workloads.map(({ name }) => name).join(", ") || "none: the usage is empty"}`,
      fix: "name another one, or none for all together",
    });
  else if (workloads.every(({ outputTokens }) => outputTokens === 0))
    problems.push({
      path: "usage",
      given: "no output tokens",
      allowed: "requests with output: a fleet is sized by the tokens that it writes",
      fix: "record a log with token counts",
    });
  if (problems.length > 0) throw new InputError(problems);
}

/** Totals of a month instead of those of the period. */
const scaled = (workload: Workload, factor: number): Workload => ({
  ...workload,
  requests: workload.requests * factor,
  ...scaledTokens(workload, factor),
  ...(workload.longContext
    ? { longContext: workload.longContext.map((long) => ({ ...long, ...scaledTokens(long, factor) })) }
    : {}),
});

const scaledTokens = (some: Workload | LongRequests, factor: number) => ({
  inputTokens: some.inputTokens * factor,
  cachedInputTokens: (some.cachedInputTokens ?? 0) * factor,
  cacheWriteTokens: (some.cacheWriteTokens ?? 0) * factor,
  outputTokens: some.outputTokens * factor,
});

const DAYS_A_WEEK = 7;

/** A month of quiet weeks, of middling ones, of busy ones. Of several workloads the weeks are taken to meet. */
function percentiles(workloads: readonly Workload[], requestsMonthly: number): [Month["percentile"], number][] {
  const weeks = workloads.map(({ requestsByWeek }) => requestsByWeek);
  const at = (of: "p10" | "p50" | "p90") =>
    weeks.every((known) => known !== undefined)
      ? monthly(sum(weeks.map((known) => known[of])), DAYS_A_WEEK)
      : requestsMonthly;
  return [
    [10, at("p10")],
    [50, at("p50")],
    [90, at("p90")],
  ];
}

function monthAt(percentile: Month["percentile"], requests: number, one: Case): Month {
  const { question, workloads, profile, plan, apiUsdPerRequest } = one;
  const apiAt = (volume: number): Bill => apiBill(volume, workloads, question.price, question.overhead);
  const selfAt = (volume: number): Bill => selfBill(volume, profile, plan, apiUsdPerRequest);
  const api = apiAt(requests);
  const self = selfAt(requests);
  const { nodeHours } = productionNodes(requests, profile, plan);
  const millions = (requests * (profile.inputTokens + profile.outputTokens)) / 1e6;
  return {
    percentile,
    requests,
    api,
    self,
    ...(question.split ? { hybrid: hybridBill(requests, question.split, selfAt, apiAt) } : {}),
    nodes: fleetFor(requests, profile, plan.fleet).nodes,
    utilisation: utilisationOf(requests, nodeHours, profile, plan.fleet),
    ...(requests === 0
      ? {}
      : {
          usdPerMillionTokens: {
            api: api.monthlyUsd / millions,
            self: self.monthlyUsd / millions,
            people: usdOf(self, "people") / millions,
          },
        }),
  };
}

function fleetAt(requests: number, { profile, plan }: Case): Fleet {
  const { instanceType, gpusPerNode, gpusPerReplica, spareNodes, outputTokensPerSecond } = plan.fleet;
  const { replicas, nodes } = fleetFor(requests, profile, plan.fleet);
  const { nodeHours, hourlyUsd } = productionNodes(requests, profile, plan);
  return {
    instanceType,
    gpusPerNode,
    gpusPerReplica,
    replicas,
    nodes,
    spareNodes,
    nodeHours,
    hourlyUsd,
    outputTokensPerSecond,
  };
}

/** What the API costs at no request at all is on its side of the scale. */
function* stepsAgainst({ profile, plan, apiUsdPerRequest, apiFixedUsd }: Case) {
  for (const step of stepsTo(largestVolume(profile, plan), profile, plan, apiUsdPerRequest))
    yield { ...step, fixedUsd: step.fixedUsd - apiFixedUsd };
}

function utilisations({ requests, self, utilisation }: Month, one: Case): Comparison["utilisation"] {
  const { profile, plan, apiUsdPerRequest, apiFixedUsd } = one;
  const { hourlyUsd, nodeHours } = productionNodes(requests, profile, plan);
  const worth = (self.monthlyUsd - apiFixedUsd) / apiUsdPerRequest;
  return {
    nodesOnly: breakEvenUtilisation(hourlyUsd, profile, plan.fleet, apiUsdPerRequest),
    allLines: utilisationOf(worth, nodeHours, profile, plan.fleet),
    actual: utilisation,
  };
}

function outcomeAt(requests: number, one: Case): Outcome {
  const { profile, plan, apiUsdPerRequest, apiFixedUsd } = one;
  const self = selfBill(requests, profile, plan, apiUsdPerRequest).monthlyUsd;
  const found = firstBreakEven(stepsAgainst(one), apiUsdPerRequest);
  return {
    savingMonthlyUsd: requests * apiUsdPerRequest + apiFixedUsd - self,
    ...(found === undefined ? {} : { breakEvenRequestsMonthly: found }),
  };
}

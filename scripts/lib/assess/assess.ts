import { type DecisionFile, DecisionSchema } from "../../../infra/config/decision-file";
import type { ApiPrice } from "../../../infra/core/catalogue/api-price";
import { decide } from "../../../infra/core/decision/decide";
import type { DecisionReport } from "../../../infra/core/decision/report";
import { apiCost, total } from "../../../infra/core/economics/api-cost";
import { daysOf, monthly } from "../../../infra/core/economics/demand";
import type { Usage, Workload } from "../../../infra/core/economics/usage";
import { gather } from "../decide/gather";
import { priceNamed } from "../decide/price-named";

/** From what an API was asked and billed to a recommendation for each model of it. */

export interface Assessment {
  usage: { source: string; from: string; to: string };
  /** The dearest first. */
  workloads: readonly AssessedWorkload[];
  /** Models that no price is known for: nothing is said of them, and they are not counted as 0. */
  unpriced: readonly string[];
  /** Everything that neither the export nor the user said. */
  assumptions: readonly string[];
}

export interface AssessedWorkload {
  name: string;
  rival: string;
  requestsPerMonth: number;
  /** By the list, or by the bill where one was given. */
  apiMonthlyUsd: number;
  report: DecisionReport;
}

export interface AssessOptions {
  /** Open models that might do. */
  candidates: readonly string[];
  /** What the provider billed for the period, in US dollars: discounts and list prices that have changed come with it. */
  billedUsd?: number;
  /** What is said of the prices instead of where they stand to the list's. */
  priceNote?: string;
  /** What the usage's numbers do not say. */
  remarks?: readonly string[];
  today: string;
}

/** What the first article counts for a team of its own. */
const PEOPLE = { hoursMonthly: 200, usdPerHour: 100 };
const SETUP = { months: 3, monthlyUsd: 20_000 };

export function assess(usage: Usage, options: AssessOptions): Assessment {
  const priced = usage.workloads.map((workload) => ({ workload, price: priceNamed(workload.name, usage.source) }));
  const known = priced.filter((one): one is { workload: Workload; price: ApiPrice } => one.price !== undefined);
  const listed = known.reduce((sum, { workload, price }) => sum + total(apiCost(workload, price)), 0);
  const factor = options.billedUsd === undefined || listed === 0 ? 1 : options.billedUsd / listed;
  const workloads = known.map(({ workload, price }) => assessed(usage, workload, scaled(price, factor), options));
  return {
    usage: { source: usage.source, from: usage.from, to: usage.to },
    workloads: workloads.sort((a, b) => b.apiMonthlyUsd - a.apiMonthlyUsd),
    unpriced: priced.filter(({ price }) => price === undefined).map(({ workload }) => workload.name),
    assumptions: assumptionsOf(options, factor),
  };
}

function scaled(price: ApiPrice, factor: number): ApiPrice {
  if (factor === 1) return price;
  const { usdPerMillion, longContext, ...rest } = price;
  const times = <T extends object>(prices: T, keep: readonly string[] = []): T =>
    Object.fromEntries(
      Object.entries(prices).map(([key, usd]) => [
        key,
        keep.includes(key) ? usd : Number((Number(usd) * factor).toPrecision(4)),
      ]),
    ) as T;
  return {
    ...rest,
    usdPerMillion: times(usdPerMillion),
    ...(longContext ? { longContext: times(longContext, ["aboveTokens"]) } : {}),
    source: `${price.source}, times ${factor.toFixed(3)} by the bill`,
  };
}

function assessed(
  usage: Usage,
  workload: Workload,
  price: ApiPrice,
  { candidates, today }: AssessOptions,
): AssessedWorkload {
  const one = { ...usage, workloads: [workload] };
  const inputs = gather(workload.name, decisionOf(price, candidates), one, {
    today,
    rivals: [{ price, goodEnough: true }],
  });
  const report = decide({ ...inputs, evidence: "assumed" });
  const days = daysOf(usage);
  return {
    name: workload.name,
    rival: `${price.provider} ${price.model}`,
    requestsPerMonth: monthly(workload.requests, days),
    apiMonthlyUsd: monthly(total(apiCost(workload, price)), days),
    report,
  };
}

/** The decision that is assumed until somebody writes one. */
const decisionOf = ({ provider, model }: ApiPrice, candidates: readonly string[]): DecisionFile =>
  DecisionSchema.parse({
    usage: "",
    data: { class: "public", mayLeave: true },
    answers: { mlCapacity: true, needsFrontier: false, weeksAcceptable: true },
    rivals: [{ provider, model }],
    candidates: candidates.map((candidate) => ({ model: candidate })),
    people: PEOPLE,
    setup: SETUP,
  });

const assumptionsOf = ({ candidates, billedUsd, priceNote, remarks = [] }: AssessOptions, factor: number): string[] => [
  `${candidates.join(" or ")} is good enough: nobody has tested it on your own cases`,
  "the data may go on leaving: it already does; no agreement was looked at",
  "there are people who can run it, no frontier model is needed, weeks are acceptable",
  `people $${PEOPLE.hoursMonthly * PEOPLE.usdPerHour} a month, set-up ${SETUP.months} months at $${SETUP.monthlyUsd}: the first article's team`,
  priceNote ?? billedText(billedUsd, factor),
  ...remarks,
];

const billedText = (billedUsd: number | undefined, factor: number): string =>
  billedUsd === undefined
    ? "list prices: no bill was given (--billed)"
    : `the bill is ${Math.round(factor * 100)} % of the list price, for every model and kind of token alike`;

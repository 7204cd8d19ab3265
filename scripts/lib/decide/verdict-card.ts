import { ageText } from "../../../infra/core/catalogue/freshness";
import type { InputDifference } from "../../../infra/core/decision/record";
import type { DecisionReport, PriceSource } from "../../../infra/core/decision/report";
import type { Verdict } from "../../../infra/core/decision/verdict";
import { type Bill, shareOf } from "../../../infra/core/economics/bill";
import type { Month } from "../../../infra/core/economics/comparison";
import { table, wrapped } from "../report";
import { dollars, eachDollars, percent, short } from "../report-page/numbers";
import { rivalName } from "../report-page/volume-plot";

/** The decision as text of at most 80 columns. */

export const VERDICT: Readonly<Record<Verdict, string>> = {
  api: "USE THE API",
  self: "RUN OWN MODELS",
  hybrid: "HYBRID",
  "not yet": "NOT YET",
};

const OPTION = { api: "the API", self: "own models", hybrid: "hybrid" } as const;
const SAVINGS = 3;

export function verdictCard(report: DecisionReport): string {
  const { name, decidedOn, verdict, comparisons } = report;
  const parts = [
    wrapped(`${name}, ${decidedOn}: ${VERDICT[verdict.verdict]}`),
    wrapped(`  ${verdict.binding.constraint}: ${verdict.binding.text}`),
    ...(comparisons.length > 0 ? ["", monthly(report), "", facts(report)] : []),
    "",
    ...remarks(report).map((text) => wrapped(`- ${text}`)),
  ];
  return parts.join("\n");
}

function monthly({ comparisons }: DecisionReport): string {
  const [main, ...others] = comparisons;
  if (main === undefined) return "";
  const { months, fleet } = main;
  // A usage that does not tell its weeks apart has one number for all three.
  const alike = new Set(months.map(({ requests }) => requests)).size === 1;
  const shown = (all: readonly Month[]): readonly Month[] => (alike ? all.slice(0, 1) : all);
  const row = (what: string, all: readonly Month[], usdOf: (month: Month) => number | undefined) => [
    what,
    ...shown(all).map((month) => {
      const usd = usdOf(month);
      return usd === undefined ? "-" : dollars(usd);
    }),
  ];
  const volume = ({ percentile, requests }: Month) => (alike ? short(requests) : `P${percentile} ${short(requests)}`);
  return table(
    [
      ["a month at", ...shown(months).map((month) => volume(month).padStart(12))],
      row(cut(`API ${rivalName(main)}`), months, ({ api }) => api.monthlyUsd),
      ...others.map((other) => row(cut(`API ${rivalName(other)}`), other.months, ({ api }) => api.monthlyUsd)),
      row(cut(`own ${fleet.nodes} x ${fleet.instanceType}`), months, ({ self }) => self.monthlyUsd),
      ...(months.some(({ hybrid }) => hybrid) ? [row("hybrid", months, ({ hybrid }) => hybrid?.monthlyUsd)] : []),
    ],
    [1, 2, 3],
  );
}

const cut = (text: string): string => (text.length > 38 ? `${text.slice(0, 37)}…` : text);

function facts({ comparisons, shapes, throughput: speed, wayBack }: DecisionReport): string {
  const [main] = comparisons;
  if (main === undefined) return "";
  const { breakEven, utilisation, payback } = main;
  const even = breakEven.requestsMonthly;
  const [shape] = shapes;
  const middle = main.months.find(({ percentile }) => percentile === 50);
  const perMillion = middle?.usdPerMillionTokens;
  return table(
    [
      [
        "break-even V*",
        even === undefined ? "at no volume" : `${short(even)} requests a month, now ${short(main.requestsMonthly)}`,
      ],
      ["break-even u*", `${percent(utilisation.allLines)} of the nodes' capacity, used ${percent(utilisation.actual)}`],
      [
        "payback",
        payback.month === undefined
          ? `not within ${payback.cumulative.length} months`
          : `month ${payback.month}, set-up included`,
      ],
      ...(middle && middle.requests > 0
        ? [
            [
              "a request",
              `API ${each(middle.api, middle)}, own ${each(middle.self, middle)}; people are ${people(middle)} of own`,
            ],
          ]
        : []),
      ...(perMillion ? [["1M tokens", millionText(perMillion)]] : []),
      ...(speed ? [["a copy writes", speedText(speed)]] : []),
      ...(shape
        ? [["throughput", `${shape.model.replace(/^.*\//, "")}, TP ${shape.tensorParallel}, ${shape.basis}`]]
        : []),
      ...(wayBack ? [["the way back", `${dollars(wayBack.totalUsd)} once, ${wayBack.weeks} weeks`]] : []),
    ].map(([term = "", text = ""]) => [term, text.length > 63 ? `${text.slice(0, 62)}…` : text]),
  );
}

const each = ({ monthlyUsd }: Bill, { requests }: Month): string => eachDollars(monthlyUsd / requests);
const people = ({ self }: Month): string => percent(shareOf(self, "people"));

const millionText = ({ api, self, people: paid }: NonNullable<Month["usdPerMillionTokens"]>): string =>
  `in and out: API ${eachDollars(api)}, own ${eachDollars(self)}, of it people ${eachDollars(paid)}`;

/** The interval, and what it does to the month. */
const speedText = ({ slow, expected, fast }: NonNullable<DecisionReport["throughput"]>): string =>
  `${short(expected.outputTokensPerSecond)} tokens/s (${short(slow.outputTokensPerSecond)} to ${short(fast.outputTokensPerSecond)}): ` +
  `own ${dollars(fast.selfMonthlyUsd)} to ${dollars(slow.selfMonthlyUsd)}`;

function remarks({
  decidedOn,
  rule,
  contradictions,
  verdict,
  comparisons,
  volumeRule,
  warnings,
  apiAllowed,
  firstToken,
  workloads,
  notGoodEnough,
  offers,
  shapes,
  throughput: speed,
  prices,
  assumptions,
}: DecisionReport): string[] {
  const [main] = comparisons;
  const last = rule.asked.at(-1);
  const says = rule.verdict === "either" ? "either" : OPTION[rule.verdict];
  const savings = (main?.savings ?? []).slice(0, SAVINGS);
  const age = ({ ageDays }: PriceSource): number => ageDays ?? Number.POSITIVE_INFINITY;
  const oldest = [...prices].sort((a, b) => age(b) - age(a))[0];
  return [
    `rule ${rule.rule} says ${says}: ${last?.question}? ${last?.answer ? "yes" : "no"} (${last?.evidence})`,
    ...contradictions.map(({ text }) => `contradiction: ${text}`),
    ...verdict.flipsAt.map(
      ({ volume, cheapest }) => `at ${volume.toUpperCase()} of the volume the cheapest is ${OPTION[cheapest]}`,
    ),
    ...slowText(speed, verdict.verdict),
    ...(volumeRule === "grey zone" && apiAllowed
      ? ["rule of volume: between 10M and 20M requests a month, the article's grey zone"]
      : []),
    ...warnings.map((text) => `warning: ${text}`),
    ...(apiAllowed ? [] : ["no API is an option: data may not leave; what it would cost is shown for comparison only"]),
    ...(firstToken
      ? (["api", "self"] as const).map((side) => `first token, ${OPTION[side]}: ${firstToken[side].evidence}`)
      : []),
    ...(main !== undefined && main.breakEven.requestsMonthly === undefined && main.breakEven.note !== undefined
      ? [`no break-even: ${main.breakEven.note}`]
      : []),
    ...notGoodEnough.map((name) => `${name} is shown for comparison only: by the decision file it is not good enough`),
    ...savings.map(
      ({ what, savedUsd, provided }) =>
        `before any GPU: ${what} saves ${dollars(savedUsd)} a month, provided: ${provided}`,
    ),
    ...offers.map(
      ({ name, monthlyUsd }) =>
        `the same weights at ${name}: ${dollars(monthlyUsd)} a month; to count it, add it to rivals and its agreement to providers`,
    ),
    ...shapes
      .slice(1)
      .map(
        (s) =>
          `runner-up: ${s.nodes} x ${s.instanceType}, ${s.model}, TP ${s.tensorParallel}: ${dollars(s.monthlyUsd)}`,
      ),
    ...shapes
      .slice(0, 1)
      .filter(({ basis }) => basis.startsWith("measured here"))
      .map(({ basis }) => `throughput ${basis}`),
    ...workloads.map(
      ({ name, requestsMonthly, apiMonthlyUsd, selfMonthlyUsd, breakEvenRequests }) =>
        `alone, ${name}: ${short(requestsMonthly)} a month, API ${dollars(apiMonthlyUsd)}, own ${dollars(selfMonthlyUsd)}, ` +
        `break-even ${breakEvenRequests === undefined ? "at no volume" : short(breakEvenRequests)}`,
    ),
    ...unpriced(comparisons),
    ...(oldest ? [`oldest price: ${oldest.what}, ${ageText(oldest, decidedOn)}: ${oldest.source}`] : []),
    ...assumptions.map((text) => `assumed: ${text}`),
  ];
}

/** Only where it would turn a verdict for own models. */
export const slowText = (speed: DecisionReport["throughput"], verdict: Verdict): string[] =>
  speed === undefined || verdict !== "self" || speed.cheapestWhenSlow === "self"
    ? []
    : [
        `at the slow end of the throughput's range (${short(speed.slow.outputTokensPerSecond)} tokens/s a copy) own models cost ` +
          `${dollars(speed.slow.selfMonthlyUsd)} and the cheapest is ${OPTION[speed.cheapestWhenSlow]}: measure one copy first`,
      ];

function unpriced(comparisons: DecisionReport["comparisons"]): string[] {
  const items = comparisons[0]?.months[1]?.self.unpriced ?? [];
  return items.length === 0 ? [] : [`not priced, not counted as 0: ${items.map(({ what }) => what).join("; ")}`];
}

/** Why a verdict is no longer what was recorded. */
export function flipText(before: Verdict, now: DecisionReport, differences: readonly InputDifference[]): string {
  const rows = differences.map(({ input, before: was, now: is }) => [input, String(was ?? "-"), String(is ?? "-")]);
  return [
    `${now.name}: the verdict flips from ${VERDICT[before]} to ${VERDICT[now.verdict.verdict]}`,
    wrapped(`  ${now.verdict.binding.text}`),
    "",
    table([["input", "recorded", "now"], ...rows]),
  ].join("\n");
}

import { daysOf, monthly, profileOf, sum } from "../economics/demand";
import type { Usage } from "../economics/usage";
import type { RankedFleet } from "./fleets";
import type { DecisionInputs } from "./inputs";
import type { DecisionReport } from "./report";
import type { Verdict } from "./verdict";

/** What is kept of a decision beside its inputs, so that a later one can say what flipped it. */
export interface DecisionRecord {
  verdict: Verdict;
  binding: string;
  rule: string;
  decidedOn: string;
  pricesAsOf: { oldest: string; newest: string };
  evidence: readonly string[];
  inputs: Readonly<Record<string, RecordedInput>>;
}

type RecordedInput = string | number | boolean;

/** Six digits: what differs beyond them is the arithmetic of another machine. */
const rounded = (n: number): number => Number(n.toPrecision(6));

export function recordOf(report: DecisionReport, usage: Usage): DecisionRecord {
  const days = report.prices.flatMap(({ asOf }) => asOf ?? []).sort();
  return {
    verdict: report.verdict.verdict,
    binding: report.verdict.binding.text,
    rule: `${report.rule.rule}: ${report.rule.verdict}`,
    decidedOn: report.decidedOn,
    pricesAsOf: { oldest: days[0] ?? report.decidedOn, newest: days.at(-1) ?? report.decidedOn },
    evidence: [
      ...report.rule.asked.map(
        ({ rule, question, answer, evidence }) => `${rule} ${question}? ${answer ? "yes" : "no"} (${evidence})`,
      ),
      ...report.contradictions.map(({ text }) => text),
    ],
    inputs: inputsOf(report, usage),
  };
}

function inputsOf(
  { comparisons, shapes, rule, settings }: DecisionReport,
  usage: Usage,
): Record<string, RecordedInput> {
  const profile = profileOf(usage.workloads);
  const [main] = comparisons;
  const [shape] = shapes;
  const middle = main?.months.find(({ percentile }) => percentile === 50);
  return {
    ...Object.fromEntries(rule.asked.map(({ rule: id, question, answer }) => [`${id} ${question}`, answer])),
    requestsPerMonth: rounded(monthly(sum(usage.workloads.map(({ requests }) => requests)), daysOf(usage))),
    inputTokensPerRequest: rounded(profile.inputTokens),
    cachedInputTokensPerRequest: rounded(profile.cachedInputTokens),
    outputTokensPerRequest: rounded(profile.outputTokens),
    peakToAverage: rounded(profile.peakToAverage),
    ...settings,
    ...(main && middle && shape
      ? {
          rival: `${main.rival.provider} ${main.rival.model}`,
          apiUsdPerMillionRequests: rounded(main.curve.apiUsdPerRequest * 1e6),
          fleet: `${shape.model} on ${shape.instanceType}, TP ${shape.tensorParallel}`,
          nodes: middle.nodes,
          nodeHourlyUsd: rounded(main.fleet.hourlyUsd),
          outputTokensPerSecondOfReplica: rounded(main.fleet.outputTokensPerSecond),
          apiMonthlyUsd: rounded(middle.api.monthlyUsd),
          selfMonthlyUsd: rounded(middle.self.monthlyUsd),
          ...(middle.hybrid ? { hybridMonthlyUsd: rounded(middle.hybrid.monthlyUsd) } : {}),
          ...(main.breakEven.requestsMonthly === undefined
            ? {}
            : { breakEvenRequestsPerMonth: rounded(main.breakEven.requestsMonthly) }),
        }
      : {}),
  };
}

export interface InputDifference {
  input: string;
  /** `undefined`: it was not there. */
  before: RecordedInput | undefined;
  now: RecordedInput | undefined;
}

export function inputDifferences(before: DecisionRecord["inputs"], now: DecisionRecord["inputs"]): InputDifference[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(now)])];
  return names
    .filter((name) => before[name] !== now[name])
    .map((name) => ({ input: name, before: before[name], now: now[name] }));
}

/** What was given of growth, people, set-up and fleet. */
export function settingsOf(
  { common, ttftMs }: DecisionInputs,
  best: RankedFleet | undefined,
): DecisionReport["settings"] {
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

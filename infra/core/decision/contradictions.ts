import type { Saving } from "../economics/savings";
import { millions, wholeDollars } from "../numbers";
import { type AnsweredRule, type Answers, VOLUME_RULE } from "./questions";
import type { Option } from "./risks";

/** Where the articles' rules disagree with each other or with the computed cost: named, never smoothed over. */
export interface Contradiction {
  id: "untested-saving" | "volume-rule" | "no-on-call" | "frontier-inside" | "set-up-time";
  text: string;
}

export interface ContradictionInputs {
  answers: Answers;
  rule: AnsweredRule;
  requestsPerMonth: number;
  /** Of what is possible at the volume in the middle. */
  cheapest: Option;
  breakEvenRequests: number | undefined;
  setupMonths: number;
  /** What the verdict would have one pay a month, where that is for own models. */
  own?: { option: Exclude<Option, "api">; monthlyUsd: number };
  /** The largest saving on an API that needs no GPU. */
  saving?: Pick<Saving, "what" | "monthlyUsd">;
}

export function contradictionsOf(inputs: ContradictionInputs): Contradiction[] {
  const { answers, rule, setupMonths } = inputs;
  const found: Contradiction[] = [];
  const untested = untestedSaving(inputs);
  if (untested !== undefined) found.push({ id: "untested-saving", text: untested });
  const volume = volumeRule(inputs);
  if (volume !== undefined) found.push({ id: "volume-rule", text: volume });
  if (rule.verdict === "self" && !answers.mlCapacity)
    found.push({ id: "no-on-call", text: "self-host (rule) / blocked: no on-call" });
  if (!answers.dataMayLeave && answers.needsFrontier)
    found.push({
      id: "frontier-inside",
      text: "data may not leave, but frontier models are not sold as weights: an open model must do",
    });
  if (rule.rule === "Q5" && rule.verdict === "either" && setupMonths > 0.5)
    found.push({
      id: "set-up-time",
      text: `question 5 asks for 1-2 weeks, but its own article says 2-4 weeks and 2-3 months elsewhere; counted here: ${setupMonths} months`,
    });
  return found;
}

/** Own models are dearer than something that nobody has said is not good enough: the test of it is worth more than a GPU. */
function untestedSaving({ own, saving }: ContradictionInputs): string | undefined {
  if (own === undefined || saving === undefined || saving.monthlyUsd >= own.monthlyUsd) return undefined;
  const name = own.option === "self" ? "own models" : "hybrid";
  return (
    `${name} cost ${wholeDollars(own.monthlyUsd)} a month, but ${saving.what} would leave ` +
    `${wholeDollars(saving.monthlyUsd)}: test that first; a model that fails goes to rivals with goodEnough: false`
  );
}

/** The article says API below 10M requests a month, own models above 20M; its own example breaks even at 2.27M. */
function volumeRule({
  answers,
  requestsPerMonth,
  cheapest,
  breakEvenRequests,
}: ContradictionInputs): string | undefined {
  if (!answers.dataMayLeave) return undefined;
  const computed = breakEvenRequests === undefined ? "no volume" : `${millions(breakEvenRequests, 1)} requests a month`;
  const says = `computed break-even: ${computed}; the computed cost counts`;
  const now = millions(requestsPerMonth, 1);
  if (answers.above20M && cheapest === "api")
    return `own models above 20M (rule), but at ${now} the API costs less; ${says}`;
  if (requestsPerMonth < VOLUME_RULE.apiBelow && cheapest !== "api")
    return `API below 10M (rule), but at ${now} own models cost less; ${says}`;
  return undefined;
}

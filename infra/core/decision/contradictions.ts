import { millions } from "../numbers";
import { type AnsweredRule, type Answers, VOLUME_RULE } from "./questions";
import type { Option } from "./risks";

/** Where the articles' rules disagree with each other or with the computed cost: named, never smoothed over. */
export interface Contradiction {
  id: "volume-rule" | "no-on-call" | "frontier-inside" | "set-up-time";
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
}

export function contradictionsOf(inputs: ContradictionInputs): Contradiction[] {
  const { answers, rule, setupMonths } = inputs;
  const found: Contradiction[] = [];
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
      text: `the rule asks for 1-2 weeks; the same article says 2-4 weeks and 2-3 months; counted here: ${setupMonths} months`,
    });
  return found;
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

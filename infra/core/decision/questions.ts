/**
 * The five questions of the first article, in its order, as rules with evidence. They are shown beside the computed cost,
 * which overrules the second: the articles contradict each other about volume.
 */

export interface Answers {
  /** May data go to a third party at all? */
  dataMayLeave: boolean;
  /** More than 20 million requests a month? */
  above20M: boolean;
  /** Are there people who can run machine-learning infrastructure, nights included? */
  mlCapacity: boolean;
  /** Must it be the newest frontier model? */
  needsFrontier: boolean;
  /** Are one to two weeks until the first answer acceptable? */
  weeksAcceptable: boolean;
}

type RuleVerdict = "self" | "api" | "either";

interface Rule {
  id: "Q1" | "Q2" | "Q3" | "Q4" | "Q5";
  question: string;
  answer: keyof Answers;
  /** What an answer decides; one that decides nothing leads to the next question. */
  yes?: RuleVerdict;
  no?: RuleVerdict;
}

const QUESTIONS: readonly Rule[] = [
  { id: "Q1", question: "may data go to third parties", answer: "dataMayLeave", no: "self" },
  { id: "Q2", question: "more than 20M requests a month", answer: "above20M", yes: "self" },
  { id: "Q3", question: "people who can run ML infrastructure", answer: "mlCapacity", no: "api" },
  { id: "Q4", question: "newest frontier model needed", answer: "needsFrontier", yes: "api" },
  { id: "Q5", question: "one to two weeks acceptable", answer: "weeksAcceptable", no: "api", yes: "either" },
];

export interface AnsweredRule {
  rule: Rule["id"];
  verdict: RuleVerdict;
  /** Every question that was asked until one decided, with its answer and where that comes from. */
  asked: readonly { rule: Rule["id"]; question: string; answer: boolean; evidence: string }[];
}

/** The first rule that fires decides. `evidence`: where each answer comes from, as a phrase. */
export function askedInOrder(answers: Answers, evidence: Readonly<Record<keyof Answers, string>>): AnsweredRule {
  const asked: AnsweredRule["asked"][number][] = [];
  for (const { id, question, answer, yes, no } of QUESTIONS) {
    asked.push({ rule: id, question, answer: answers[answer], evidence: evidence[answer] });
    const verdict = answers[answer] ? yes : no;
    if (verdict !== undefined) return { rule: id, verdict, asked };
  }
  throw new Error("the last question decides either way");
}

/** Requests a month below which the first article says API, and above which it says own models; between: its grey zone. */
export const VOLUME_RULE = { apiBelow: 10e6, selfAbove: 20e6 } as const;

/** What the first article's rule of volume says by itself. */
export const volumeZone = (requestsPerMonth: number): "api" | "grey zone" | "self" => {
  if (requestsPerMonth < VOLUME_RULE.apiBelow) return "api";
  return requestsPerMonth > VOLUME_RULE.selfAbove ? "self" : "grey zone";
};

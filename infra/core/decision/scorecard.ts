import { wholeDollars } from "../numbers";
import type { Answers } from "./questions";

/**
 * The third article's table of factors, with weights that the user may change. It shows where a choice comes from; it
 * decides nothing: the verdict follows from constraints and from money.
 */

export const FACTORS = [
  "quality",
  "privacy",
  "costAtLowVolume",
  "costAtHighVolume",
  "operations",
  "timeToMarket",
] as const;
export type Factor = (typeof FACTORS)[number];

/** Points from 0 to 5, for and against both ways. */
interface FactorRow {
  factor: Factor;
  weight: number;
  api: number;
  self: number;
  evidence: string;
}

export interface Scorecard {
  rows: readonly FactorRow[];
  /** Sums of weight times points; no average, so that a weight moves its own row only. */
  totals: { api: number; self: number };
}

export interface FactorInputs {
  answers: Answers;
  /** Monthly cost in US dollars at the low and the high volume. Left out: nothing that fits was found. */
  cost: Readonly<Record<"low" | "high", { apiUsd: number; selfUsd?: number }>>;
  /** Share of the user's own test cases that each side passes, 0 to 1, where it was measured. */
  quality?: { api: number; self: number };
}

const MOST = 5;

/** The cheaper one has all points, the other as many as its price allows: half of them at twice the price. */
function costPoints({ apiUsd, selfUsd }: { apiUsd: number; selfUsd?: number }): { api: number; self: number } {
  if (selfUsd === undefined) return { api: MOST, self: 0 };
  const least = Math.min(apiUsd, selfUsd);
  const points = (usd: number) => (usd === 0 ? MOST : (MOST * least) / usd);
  return { api: points(apiUsd), self: points(selfUsd) };
}

const dollars = (usd: number | undefined): string => (usd === undefined ? "nothing fits" : wholeDollars(usd));

const costEvidence = ({ apiUsd, selfUsd }: { apiUsd: number; selfUsd?: number }): string =>
  `API ${dollars(apiUsd)}, own ${dollars(selfUsd)} a month`;

function points({ answers, cost, quality }: FactorInputs): Record<Factor, Omit<FactorRow, "factor" | "weight">> {
  const frontier = answers.needsFrontier;
  const measured = quality && {
    api: MOST * quality.api,
    self: MOST * quality.self,
    evidence: `own tests passed: API ${Math.round(100 * quality.api)} %, own ${Math.round(100 * quality.self)} %`,
  };
  return {
    quality: measured ?? {
      api: MOST,
      self: frontier ? 2 : 4,
      evidence: `${frontier ? "frontier wanted" : "frontier not needed"}; not measured on own tests`,
    },
    privacy: answers.dataMayLeave
      ? { api: 3, self: MOST, evidence: "data may leave, under an agreement" }
      : { api: 0, self: MOST, evidence: "data may not leave" },
    costAtLowVolume: { ...costPoints(cost.low), evidence: `P10: ${costEvidence(cost.low)}` },
    costAtHighVolume: { ...costPoints(cost.high), evidence: `P90: ${costEvidence(cost.high)}` },
    operations: {
      api: MOST,
      self: answers.mlCapacity ? 3 : 0,
      evidence: answers.mlCapacity ? "there are people for it" : "nobody to run it",
    },
    timeToMarket: {
      api: MOST,
      self: answers.weeksAcceptable ? 3 : 1,
      evidence: answers.weeksAcceptable ? "weeks are acceptable" : "weeks are too long",
    },
  };
}

/** Weights left out are 1. */
export function scorecard(inputs: FactorInputs, weights: Partial<Readonly<Record<Factor, number>>> = {}): Scorecard {
  const scored = points(inputs);
  const rows = FACTORS.map((factor) => ({ factor, weight: weights[factor] ?? 1, ...scored[factor] }));
  const total = (side: "api" | "self") => rows.reduce((sum, row) => sum + row.weight * row[side], 0);
  return { rows, totals: { api: total("api"), self: total("self") } };
}

import type { ApiPrice } from "../catalogue/api-price";
import type { Question } from "../economics/compare";
import type { FleetCandidate } from "./fleets";
import type { Answers } from "./questions";
import type { FitRow } from "./report";
import type { Factor, FactorInputs } from "./scorecard";

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

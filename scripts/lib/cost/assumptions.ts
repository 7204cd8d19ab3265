import type { SpeedObjective } from "../../../infra/core/throughput/throughput";

/** What tokens are asked of one model: of a usage file, or assumed. */
export interface Demand {
  /** Tokens of one request on average, cached ones among those of the input. */
  request: { inputTokens: number; cachedInputTokens: number; outputTokens: number };
  /** Averaged over the period; left out: nobody counted. */
  outputTokensPerSecond?: number;
  source: string;
}

/** Without a usage file: the lengths that most was measured with. */
export const ASSUMED_DEMAND: Demand = {
  request: { inputTokens: 1024, cachedInputTokens: 0, outputTokens: 1024 },
  source: "assumed; --usage gives your own",
};

/** One over the peak over the average that is planned with where nobody has counted it: 3. */
export const ASSUMED_UTILISATION = 1 / 3;

export const ASSUMED_OBJECTIVE: SpeedObjective = { timeToFirstTokenMs: 2000, timePerOutputTokenMs: 50 };

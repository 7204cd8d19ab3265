import type { Mix } from "../../../infra/core/economics/token-price";
import type { SpeedObjective } from "../../../infra/core/throughput/throughput";

/** What tokens are asked of one model: of a usage file, or assumed. */
export interface Demand {
  mix: Mix;
  /** Averaged over the period; left out: nobody counted. */
  outputTokensPerSecond?: number;
  source: string;
}

/** Without a usage file: the mix that most was measured with. */
export const ASSUMED_DEMAND: Demand = {
  mix: { inputTokens: 1024, outputTokens: 1024 },
  source: "assumed: 1,024 tokens in and out a request; --usage gives your own",
};

/** One over the peak over the average that is planned with where nobody has counted it: 3. */
export const ASSUMED_UTILISATION = 1 / 3;

export const ASSUMED_OBJECTIVE: SpeedObjective = { timeToFirstTokenMs: 2000, timePerOutputTokenMs: 50 };

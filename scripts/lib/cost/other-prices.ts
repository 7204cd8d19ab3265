import type { LoadedStack } from "../../../infra/config/schema";
import { rungsIn } from "../../../infra/core/aws/capacity";
import { type PlanPrice, planPrices, type SpotBand, spotBand } from "../../../infra/core/catalogue/shapes";

/** What a pool's nodes cost when they are not bought on demand: beside the sum, which counts the list. */
export interface OtherPrices {
  region: string;
  pool: string;
  instanceType: string;
  /** Only of a pool that may take it. */
  spot?: SpotBand;
  /** With a commitment of one or three years, paid also when idle. */
  plans: PlanPrice[];
}

export const otherPrices = ({ config }: Pick<LoadedStack, "config">): OtherPrices[] =>
  config.regions.flatMap((region) =>
    Object.entries(config.pools).flatMap(([pool, settings]) => {
      const { instanceType = "" } = settings;
      const maySpot = rungsIn(region, settings).some(({ capacity }) => capacity === "spot");
      const spot = maySpot ? spotBand(instanceType, region) : undefined;
      const plans = planPrices(instanceType, region);
      return spot || plans.length > 0 ? [{ region, pool, instanceType, ...(spot && { spot }), plans }] : [];
    }),
  );

import type { PinnedReleases, StackConfig } from "../config/schema";
import { instancePrice, PRICES_OF } from "../core/aws/prices";
import { API_PRICES } from "../core/catalogue/api-prices";
import type { CostConstants } from "../core/monitoring/cost-rules";
import { publicName } from "../core/public-name";

/** What the prices of one region's cell follow from. */
export interface CostCell {
  region: string;
  config: StackConfig;
  releases: PinnedReleases;
}

/** List prices of a cell's nodes, and of the API that sells the live weights cheapest. Nothing for pools without a list. */
export const costConstants = ({ region, config, releases }: CostCell): CostConstants => ({
  pools: Object.entries(config.pools).flatMap(([pool, { instanceType = "" }]) => {
    const price = instancePrice(region, instanceType);
    return price ? [{ pool, hourlyUsd: price.usd, asOf: PRICES_OF }] : [];
  }),
  apis: Object.entries(config.models).flatMap(([model, { live }]) => {
    const content = releases[model]?.[live]?.content;
    const name = content && publicName(content);
    // Announced ends depend on the day, and a rule file must not: an offer with one is left out.
    const [offer] = API_PRICES.filter(
      ({ sameWeightsAs, retiresOn }) => sameWeightsAs === name && retiresOn === undefined,
    )
      .filter(() => name !== undefined)
      .sort((a, b) => a.usdPerMillion.output - b.usdPerMillion.output);
    if (offer === undefined) return [];
    const { provider, asOf, usdPerMillion } = offer;
    return [{ model, provider, input: usdPerMillion.input, output: usdPerMillion.output, asOf }];
  }),
});

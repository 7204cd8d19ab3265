import { ageDays, type Dated } from "../catalogue/freshness";
import { ITEMS, type Item } from "../economics/self-cost";
import type { RankedFleet } from "./fleets";
import type { Rival } from "./inputs";
import type { PriceSource } from "./report";

/** Every price that a decision counts, with its unit, its day and where it comes from. */
export function pricesOf(rivals: readonly Rival[], best: RankedFleet | undefined, today: string): PriceSource[] {
  const dated = (what: string, usd: number, unit: string, of: Dated): PriceSource => ({
    what,
    usd,
    unit,
    ...(of.asOf === undefined ? {} : { asOf: of.asOf, ageDays: ageDays(of.asOf, today) }),
    source: of.source,
  });
  const api = rivals.flatMap(({ price }) => [
    dated(`${price.provider} ${price.model}, input`, price.usdPerMillion.input, "1M tokens", price),
    dated(`${price.provider} ${price.model}, output`, price.usdPerMillion.output, "1M tokens", price),
  ]);
  if (best === undefined) return api;
  const { plan, price } = best.candidate;
  const items = Object.entries(plan.unitPrices)
    .filter(([item]) => (plan.quantities[item as Item] ?? 0) > 0)
    .map(([item, price]) => dated(ITEMS[item as Item].what, price.usd, unitOf(item as Item), price));
  return [
    ...api,
    dated(`${plan.fleet.instanceType}, on demand`, plan.nodePrices.onDemandUsd, "node hour", price),
    ...items,
  ];
}

const unitOf = (item: Item): string => {
  const kind = ITEMS[item];
  if ("hourly" in kind) return "hour";
  return kind.kind === "storage" ? "GB and month" : "GB";
};

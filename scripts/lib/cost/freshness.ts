import type { LoadedStack } from "../../../infra/config/schema";
import { PART_PRICES, type Part, partSource } from "../../../infra/core/aws/part-prices";
import { STAND_IN } from "../../../infra/core/aws/prices";
import { ageDays, type Dated, isStale } from "../../../infra/core/catalogue/freshness";
import { onDemandPrice } from "../../../infra/core/catalogue/shapes";
import { SYSTEM_INSTANCE } from "../../../infra/values/aws/nodes/pool-size";
import type { ReleaseCost } from "./release-costs";

/** A set of prices that an answer rests on. */
export interface Basis extends Dated {
  what: string;
  /** Left out with `asOf`: the source does not tell its day, so it counts as stale. */
  ageDays?: number;
  stale: boolean;
}

/** Of nodes those of the stack, of each other kind the oldest. Measured speeds are old by nature; only prices make `--strict` fail. */
export function priceBases(
  stack: Pick<LoadedStack, "config">,
  releases: readonly ReleaseCost[],
  today: string,
): Basis[] {
  const of = (what: string, { asOf, source }: Dated): Basis => ({
    what,
    ...(asOf !== undefined && { asOf, ageDays: ageDays(asOf, today) }),
    stale: isStale({ asOf, source }, today),
    source,
  });
  const parts = Object.keys(PART_PRICES) as Part[];
  const oldest = parts.reduce((a, b) => (PART_PRICES[b].asOf < PART_PRICES[a].asOf ? b : a));
  const old = parts.filter((part) => isStale({ asOf: PART_PRICES[part].asOf, source: "" }, today));
  const which =
    old.length === parts.length || old.length === 0 ? "" : `: ${old.map((part) => PART_PRICES[part].of).join(", ")}`;
  const apis = releases.flatMap(({ api }) => api?.asOf ?? []).sort();
  return [
    ...nodeSources(stack).map(({ regions, ...fact }) => of(`nodes in ${regions.join(", ")}`, fact)),
    of(`everything else of AWS${which}`, { asOf: PART_PRICES[oldest].asOf, source: partSource(oldest) }),
    ...(apis[0] === undefined ? [] : [of("model APIs", { asOf: apis[0], source: "see homeport catalogue show" })]),
  ];
}

/** Each day and source that a price of the stack's nodes is from, with the regions that it is for. */
function nodeSources({ config }: Pick<LoadedStack, "config">): (Dated & { regions: string[] })[] {
  const found = new Map<string, Dated & { regions: string[] }>();
  const types = [SYSTEM_INSTANCE, ...Object.values(config.pools).flatMap(({ instanceType }) => instanceType ?? [])];
  for (const region of config.regions)
    for (const type of types) {
      const price = onDemandPrice(type, region) ?? onDemandPrice(type, STAND_IN);
      if (price === undefined) continue;
      const { asOf, source } = price;
      const key = `${asOf} ${source}`;
      const regions = found.get(key)?.regions ?? [];
      found.set(key, { ...(asOf !== undefined && { asOf }), source, regions: [...new Set([...regions, region])] });
    }
  return [...found.values()];
}

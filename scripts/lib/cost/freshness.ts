import { PART_PRICES, type Part, partSource } from "../../../infra/core/aws/part-prices";
import { PRICE_SOURCES, PRICES_OF } from "../../../infra/core/aws/prices";
import { ageDays, isStale } from "../../../infra/core/catalogue/freshness";
import type { ReleaseCost } from "./release-costs";

/** A set of prices or measurements that an answer rests on. */
export interface Basis {
  what: string;
  asOf: string;
  ageDays: number;
  stale: boolean;
  source: string;
}

/** Oldest of each kind. Measured speeds are old by nature; only prices make `--strict` fail. */
export function priceBases(releases: readonly ReleaseCost[], today: string): Basis[] {
  const of = (what: string, asOf: string, source: string): Basis => ({
    what,
    asOf,
    ageDays: ageDays(asOf, today),
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
    of("nodes", PRICES_OF, PRICE_SOURCES.join("; ")),
    of(`everything else of AWS${which}`, PART_PRICES[oldest].asOf, partSource(oldest)),
    ...(apis[0] === undefined ? [] : [of("model APIs", apis[0], "see homeport catalogue show")]),
  ];
}

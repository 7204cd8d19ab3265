import type { Dated } from "../catalogue/freshness";
import older from "./older-prices.generated.json";
import recorded from "./prices.generated.json";
import regional from "./regional-prices.json";

/** List prices in US dollars an hour: no discount, no savings plan, no tax. Dated, with their source, in the JSON files. */
export interface Price {
  usd: number;
  /** False: not looked up for this region, the price of us-east-1 stands in. */
  known: boolean;
}

type Prices = Readonly<Record<string, Readonly<Record<string, number>>>>;
const BY_REGION: Prices = recorded.regions;
const BY_TYPE: Prices = regional.types;
const OLDER: Prices = older.regions;
/** Its prices stand in for those of regions that list none. */
export const STAND_IN = "us-east-1";

/** Set by homeport catalogue refresh: then what AWS does not list in a region is not sold there. */
const EVERY_REGION = "everyRegion" in recorded;

/** Of the first recording; the others only fill in what that one lacks: the second tells no day, the third is of 2025. */
export const PRICES_OF = recorded.pricesOf;

/** One node on demand by the newest table that has this region, with its day and source. */
export function listPrice(region: string, type: string): (Dated & { usd: number }) | undefined {
  const usd = BY_REGION[region]?.[type];
  if (usd !== undefined) return { usd, asOf: PRICES_OF, source: recorded.source };
  if (EVERY_REGION) return undefined;
  const read = BY_TYPE[type]?.[region];
  if (read !== undefined) return { usd: read, source: regional.source };
  const past = OLDER[region]?.[type];
  return past === undefined ? undefined : { usd: past, asOf: older.pricesOf, source: older.source };
}

/** One node on demand, where a price is needed at any rate. `undefined` for a type that is not in the catalogue. */
export function instancePrice(region: string, type: string): Price | undefined {
  const listed = listPrice(region, type);
  if (listed !== undefined) return { usd: listed.usd, known: true };
  const standIn = BY_REGION[STAND_IN]?.[type];
  return standIn === undefined ? undefined : { usd: standIn, known: false };
}

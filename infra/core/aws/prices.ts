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
const STAND_IN = "us-east-1";

/** Of the first recording; the others only fill in what that one lacks: the second tells no day, the third is of 2025. */
export const PRICES_OF = recorded.pricesOf;

/** All, as a reader must know them. */
export const PRICE_SOURCES = [recorded.source, regional.source, older.source] as const;

/** One node on demand. `undefined` for a type that is not in the catalogue. */
export function instancePrice(region: string, type: string): Price | undefined {
  const usd = BY_REGION[region]?.[type] ?? BY_TYPE[type]?.[region] ?? OLDER[region]?.[type];
  if (usd !== undefined) return { usd, known: true };
  const standIn = BY_REGION[STAND_IN]?.[type];
  return standIn === undefined ? undefined : { usd: standIn, known: false };
}

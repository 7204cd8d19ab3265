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
const STAND_IN = "us-east-1";

/** The older of the two recordings. */
export const PRICES_OF = recorded.pricesOf;

/** One node on demand. `undefined` for a type that is not in the catalogue. */
export function instancePrice(region: string, type: string): Price | undefined {
  const usd = BY_REGION[region]?.[type] ?? BY_TYPE[type]?.[region];
  if (usd !== undefined) return { usd, known: true };
  const standIn = BY_REGION[STAND_IN]?.[type];
  return standIn === undefined ? undefined : { usd: standIn, known: false };
}

/**
 * What runs beside nodes. us-east-1 in 2026, as several independent price guides have it (cloudburn.io 2026-02, zacfukuda.com
 * 2026-06, the EKS pricing page as they cite it); AWS's own list was not read. Only the price of being there: bytes are extra.
 */
const PARTS = {
  controlPlane: 0.1,
  natGateway: 0.045,
  publicAddress: 0.005,
  /** One service in one zone. */
  interfaceEndpoint: 0.01,
  /** Network or application, without its capacity units. */
  loadBalancer: 0.0225,
} as const;
export type Part = keyof typeof PARTS;

/** Regions that have the prices of us-east-1 for what was looked up. */
const LIKE_STAND_IN: ReadonlySet<string> = new Set([STAND_IN, "us-east-2", "us-west-2"]);

export const partPrice = (region: string, part: Part): Price => ({
  usd: PARTS[part],
  known: LIKE_STAND_IN.has(region),
});

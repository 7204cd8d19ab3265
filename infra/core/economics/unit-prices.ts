import { PART_PRICES, PARTS_SOURCE, type Part, partPrice } from "../aws/part-prices";
import type { Item, UnitPrices } from "./self-cost";

/** Where each item's price is in the list of parts. What people observe with has none: it is the user's to give. */
const PARTS: Readonly<Partial<Record<Item, Part>>> = {
  diskGBPerNode: "diskGB",
  bucketGB: "bucketGB",
  registryGB: "registryGB",
  clusters: "controlPlane",
  loadBalancers: "loadBalancer",
  loadBalancerUnits: "loadBalancerUnit",
  natGateways: "natGateway",
  natGB: "natGB",
  crossZoneGB: "crossZoneGB",
  egressBytesPerToken: "internetGB",
  replicatedGB: "otherRegionGB",
};

/** AWS pays itself on both sides of a zone's border. */
const SIDES: Readonly<Partial<Record<Item, number>>> = { crossZoneGB: 2 };

/** List prices; `observability`: what logs and metrics cost in a month; left out, they are unpriced. */
export function unitPrices(region: string, observability?: UnitPrices["observability"]): UnitPrices {
  const entries = Object.entries(PARTS) as [Item, Part][];
  const prices: UnitPrices = Object.fromEntries(
    entries.map(([item, part]) => {
      const { usd, known } = partPrice(region, part);
      const source = known ? PARTS_SOURCE : `${PARTS_SOURCE}; of us-east-1: that of ${region} was not looked up`;
      return [item, { usd: usd * (SIDES[item] ?? 1), asOf: PART_PRICES[part].asOf, source }];
    }),
  );
  return observability === undefined ? prices : { ...prices, observability };
}

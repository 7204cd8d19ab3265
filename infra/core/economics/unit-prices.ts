import { PART_PRICES, type Part, partPrice, partSource } from "../aws/part-prices";
import type { Item, UnitPrices } from "./self-cost";

/** Where each item's price is in the list of parts. */
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
  writtenLogGB: "writtenLogGB",
};

/** A byte that crosses a zone's border is paid on both sides. */
const SIDES: Readonly<Partial<Record<Item, number>>> = { crossZoneGB: 2 };

/** List prices of what stands beside nodes. */
export function unitPrices(region: string): UnitPrices {
  const entries = Object.entries(PARTS) as [Item, Part][];
  return Object.fromEntries(
    entries.map(([item, part]) => {
      const { usd, known } = partPrice(region, part);
      const source = known
        ? partSource(part)
        : `${partSource(part)}; of us-east-1: that of ${region} was not looked up`;
      return [item, { usd: usd * (SIDES[item] ?? 1), asOf: PART_PRICES[part].asOf, source }];
    }),
  );
}

import { PART_PRICES, PARTS_SOURCE, type Part, partPrice } from "../../../infra/core/aws/part-prices";
import type { Item, UnitPrices } from "../../../infra/core/economics/self-cost";

/** What a bill's item is in the list of prices, and how often it is paid: bytes between zones on both ends. */
const PARTS: Readonly<Partial<Record<Item, { part: Part; times?: number }>>> = {
  diskGBPerNode: { part: "diskGB" },
  bucketGB: { part: "bucketGB" },
  registryGB: { part: "registryGB" },
  clusters: { part: "controlPlane" },
  loadBalancers: { part: "loadBalancer" },
  loadBalancerUnits: { part: "loadBalancerUnit" },
  natGateways: { part: "natGateway" },
  natGB: { part: "natGB" },
  crossZoneGB: { part: "crossZoneGB", times: 2 },
  egressBytesPerToken: { part: "internetGB" },
  replicatedGB: { part: "otherRegionGB" },
};

export const unitPrices = (region: string): UnitPrices =>
  Object.fromEntries(
    Object.entries(PARTS).map(([item, { part, times = 1 }]) => {
      const { usd, known } = partPrice(region, part);
      const source = known ? PARTS_SOURCE : `${PARTS_SOURCE}; of us-east-1, not looked up for ${region}`;
      return [item, { usd: usd * times, asOf: PART_PRICES[part].asOf, source }];
    }),
  );

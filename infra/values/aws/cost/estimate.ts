import { podsOfPool } from "../../../config/pods-of-pool";
import type { PinnedReleases, PoolConfig, StackConfig } from "../../../config/schema";
import { rungsIn } from "../../../core/aws/capacity";
import { type CostLine, costLine, type Estimate, estimateOf, HOURS_A_MONTH, hoursOn } from "../../../core/aws/estimate";
import { type Part, partPrice } from "../../../core/aws/part-prices";
import { instancePrice, type Price } from "../../../core/aws/prices";
import { entrancesOf } from "../../../core/entrances";
import { nodesNeeded } from "../../../core/nodes-needed";
import { interfaceEndpoints } from "../network/endpoints";
import { natZones, zonesIn } from "../network/subnets";
import { SYSTEM_INSTANCE, systemSize } from "../nodes/pool-size";

/**
 * What a stack costs by list prices once all of its releases run: nodes, control planes, and what is paid for being
 * there. Not in it: bytes, requests, disks, logs, and nodes that come on top of those that always run.
 */
interface Stack {
  name: string;
  config: StackConfig;
  releases: PinnedReleases;
}

export const estimate = (stack: Stack): Estimate =>
  estimateOf(stack.config.regions.flatMap((region) => [...nodeLines(region, stack), ...partLines(region, stack)]));

function nodeLines(region: string, { config, releases }: Stack): CostLine[] {
  const line = (what: string, instanceType: string, count: number, change: (price: Price) => Price, hours?: number) =>
    costLine(region, what, count, change(instancePrice(region, instanceType) ?? { usd: 0, known: false }), hours);
  return [
    line(`pool system: ${SYSTEM_INSTANCE}`, SYSTEM_INSTANCE, systemSize(region, config).min, (price) => price),
    ...Object.entries(config.pools).map(([pool, settings]) => {
      const { instanceType = "", gpusPerNode, min, offHours } = settings;
      const [rung] = rungsIn(region, settings);
      const count = Math.max(min, nodesNeeded(podsOfPool(pool, { config, releases }), gpusPerNode));
      const hours = offHours === undefined ? HOURS_A_MONTH : hoursOn(offHours);
      return line(`pool ${pool}: ${instanceType}, ${rung?.capacity}`, instanceType, count, paid(rung?.capacity), hours);
    }),
  ];
}

/** A block is paid in advance, spot is cheaper by nobody knows how much, a reservation costs what its nodes would. */
const paid =
  (capacity: PoolConfig["capacity"][number] | undefined) =>
  (price: Price): Price =>
    capacity === "block"
      ? { usd: 0, known: true }
      : { ...price, known: price.known && capacity !== undefined && capacity !== "spot" };

function partLines(region: string, { config }: Stack): CostLine[] {
  const nats = config.network.existing[region] === undefined ? natZones(region, config).length : 0;
  const endpoints = interfaceEndpoints(region, config).length * zonesIn(region, config).length;
  const entrances = entrancesOf(config).length;
  const addresses = config.traffic.exposure === "public" ? entrances * zonesIn(region, config).length : 0;
  const line = (what: string, part: Part, count: number) => costLine(region, what, count, partPrice(region, part));
  return [
    line("EKS control plane", "controlPlane", 1),
    line("NAT gateway", "natGateway", nats),
    line("public IPv4 address", "publicAddress", nats + addresses),
    line("interface endpoint, by zone", "interfaceEndpoint", endpoints),
    line("load balancer", "loadBalancer", entrances),
  ];
}

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
import { ROOT_GIB } from "../nodes/launch-template";
import { mostNodes } from "../nodes/max-nodes";
import { SYSTEM_POOL } from "../nodes/node-labels";
import { SYSTEM_INSTANCE, systemSize } from "../nodes/pool-size";

/**
 * What a stack costs by list prices once all of its releases run: nodes with their disks, control planes, weights, and what
 * is paid for being there. Not in it: bytes, requests, logs, nodes that come on top of those that always run, and the few
 * dollars of what only a plan can count.
 */
interface Stack {
  name: string;
  config: StackConfig;
  releases: PinnedReleases;
}

export const estimate = (stack: Stack): Estimate =>
  estimateOf(
    stack.config.regions.flatMap((region) => {
      const nodes = nodeLines(region, stack, nodesThatRun(region, stack));
      const disks = nodes.map((line) => diskLine(line, stack));
      return [...nodes, ...disks, ...partLines(region, stack), weightsLine(region, stack)];
    }),
  );

/** Nodes alone if every pool had as many as it may: the most that autoscaling can spend. */
export const nodesAtMost = (stack: Stack): Estimate =>
  estimateOf(
    stack.config.regions.flatMap((region) =>
      nodeLines(region, stack, {
        system: systemSize(region, stack.config).max,
        of: (_, pool) => mostNodes(region, pool),
      }),
    ),
  );

/** How many nodes there are of a region's pools. */
interface NodeCounts {
  system: number;
  of(name: string, pool: PoolConfig): number;
}

const nodesThatRun = (region: string, { config, releases }: Stack): NodeCounts => ({
  system: systemSize(region, config).min,
  of: (name, { min, gpusPerNode }) => Math.max(min, nodesNeeded(podsOfPool(name, { config, releases }), gpusPerNode)),
});

function nodeLines(region: string, { config }: Stack, counts: NodeCounts): CostLine[] {
  const line = (what: string, instanceType: string, count: number, change: (price: Price) => Price, hours?: number) =>
    costLine(region, what, count, change(instancePrice(region, instanceType) ?? { usd: 0, known: false }), hours);
  return [
    line(`pool ${SYSTEM_POOL}: ${SYSTEM_INSTANCE}`, SYSTEM_INSTANCE, counts.system, (price) => price),
    ...Object.entries(config.pools).map(([name, pool]) => {
      const { instanceType = "", offHours } = pool;
      const [rung] = rungsIn(region, pool);
      const hours = offHours === undefined ? HOURS_A_MONTH : hoursOn(offHours);
      const what = `pool ${name}: ${instanceType}, ${rung?.capacity}`;
      return line(what, instanceType, counts.of(name, pool), paid(rung?.capacity), hours);
    }),
  ];
}

/** Nobody knows how much cheaper spot and blocks are: what the list asks stands in. A reservation costs what its nodes would. */
const paid =
  (capacity: PoolConfig["capacity"][number] | undefined) =>
  ({ usd, known }: Price): Price => ({ usd, known: known && (capacity === "on-demand" || capacity === "reservation") });

/** A part that is paid by the month, as the same by the hour. */
export const byHour = (price: Price): Price => ({ ...price, usd: price.usd / HOURS_A_MONTH });

/** gp3 includes this much; GPU nodes are given more, because images and engines are read from it. */
const INCLUDED_MBPS = 125;
const GPU_MBPS = 500;

/** Disks of a pool's nodes are there for as long as the nodes are. */
function diskLine({ region, what, count, hours }: CostLine, { config }: Stack): CostLine {
  const [, pool = ""] = /^pool ([^:]+):/.exec(what) ?? [];
  const megabytes = (config.pools[pool]?.gpusPerNode ?? 0) > 0 ? GPU_MBPS : INCLUDED_MBPS;
  const { usd, known } = partPrice(region, "diskGB");
  const more = (megabytes - INCLUDED_MBPS) * partPrice(region, "diskMBps").usd;
  const price = byHour({ usd: ROOT_GIB * usd + more, known });
  return costLine(region, `disks of ${pool}: ${ROOT_GIB} GB, ${megabytes} MB/s`, count, price, hours);
}

const GB = 1e9;

/** Of all pinned releases, running or not: `homeport weights mirror` keeps each in every region. */
function weightsLine(region: string, { config, releases }: Stack): CostLine {
  const bytes = Object.entries(config.models)
    .flatMap(([model, settings]) => Object.keys(settings.releases).map((name) => releases[model]?.[name]))
    .flatMap((release) => release?.content.weights.files ?? [])
    .reduce((sum, file) => sum + file.bytes, 0);
  return costLine(region, "weights in S3, GB", Math.round(bytes / GB), byHour(partPrice(region, "bucketGB")));
}

function partLines(region: string, { config }: Stack): CostLine[] {
  const nats = config.network.existing[region] === undefined ? natZones(region, config).length : 0;
  const endpoints = interfaceEndpoints(region, config).length * zonesIn(region, config).length;
  const entrances = entrancesOf(config).length;
  const addresses = config.traffic.exposure === "public" ? entrances * zonesIn(region, config).length : 0;
  const line = (what: string, part: Part, count: number) => costLine(region, what, count, partPrice(region, part));
  // The state's key lies in the first region, one for weights in each.
  const keys = region === config.regions[0] ? 2 : 1;
  return [
    line("EKS control plane", "controlPlane", 1),
    line("NAT gateway", "natGateway", nats),
    line("public IPv4 address", "publicAddress", nats + addresses),
    line("interface endpoint, by zone", "interfaceEndpoint", endpoints),
    line("load balancer", "loadBalancer", entrances),
    costLine(region, "KMS key of homeport init", keys, byHour(partPrice(region, "key"))),
  ];
}

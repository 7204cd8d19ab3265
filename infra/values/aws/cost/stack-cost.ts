import type { LoadedStack } from "../../../config/schema";
import { rungsIn } from "../../../core/aws/capacity";
import { type CostLine, costLine, type Estimate, estimateOf, HOURS_A_MONTH } from "../../../core/aws/estimate";
import { PART_PRICES, type Part, partPrice } from "../../../core/aws/part-prices";
import type { Price } from "../../../core/aws/prices";
import { type Inventory, inventoryOf, type PlannedThing } from "../../../core/aws/resource-prices";
import { ROOT_GIB } from "../nodes/launch-template";
import { estimate } from "./estimate";

type Stack = Pick<LoadedStack, "name" | "config" | "releases">;

/** A part that is paid by the month, as the same by the hour. */
const byHour = (price: Price): Price => ({ ...price, usd: price.usd / HOURS_A_MONTH });

/**
 * Everything of a stack that has a price without knowing what will be asked of it: the estimate of its ceiling, the disks of
 * its nodes, its weights in each region's bucket.
 */
export function fixedCost(stack: Stack): Estimate {
  const nodes = estimate(stack);
  const disks = nodes.lines.filter(isPool).map((line) => diskLine(line, stack));
  return estimateOf([...nodes.lines, ...disks, ...stack.config.regions.map((region) => weightsLine(region, stack))]);
}

const isPool = ({ what }: CostLine): boolean => what.startsWith("pool ");

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
  return costLine(region, `disks of pool ${pool}: gp3, ${ROOT_GIB} GB, ${megabytes} MB/s`, count, price, hours);
}

const GB = 1e9;

/** Bytes of all pinned releases, running or not: `homeport weights mirror` keeps each in every region. */
const weightBytes = ({ config, releases }: Pick<Stack, "config" | "releases">): number =>
  Object.entries(config.models)
    .flatMap(([model, settings]) => Object.keys(settings.releases).map((name) => releases[model]?.[name]))
    .flatMap((release) => release?.content.weights.files ?? [])
    .reduce((sum, { bytes }) => sum + bytes, 0);

const weightsLine = (region: string, stack: Stack): CostLine =>
  costLine(region, "weights in S3, GB", Math.round(weightBytes(stack) / GB), byHour(partPrice(region, "bucketGB")));

/** Paid for by the month for being there; how many there are, only the plan knows. */
const COUNTED: readonly Part[] = ["key", "metricAlarm", "healthCheck", "webAcl", "accelerator"];
const NAMES: Partial<Record<Part, string>> = {
  key: "KMS key",
  metricAlarm: "CloudWatch alarm",
  healthCheck: "Route 53 health check",
  webAcl: "web firewall, without its rules",
  accelerator: "Global Accelerator",
};

export interface StackCost extends Estimate {
  /** Of the hour's dollars, those of nodes without their disks. */
  nodesHourlyUsd: number;
  /** Those of nodes if every pool had as many as its `max`: the most that autoscaling can spend. */
  nodesAtMostHourlyUsd: number;
  /** Left out: the plan was not looked at, and neither are the lines that only it knows. */
  inventory?: Inventory;
}

export function stackCost(stack: Stack, plan?: readonly PlannedThing[]): StackCost {
  const fixed = fixedCost(stack);
  const inventory = plan && inventoryOf(plan, COUNTED);
  const counted = (inventory?.parts ?? []).map(({ region, part, count }) => {
    const price = partPrice(region, part);
    return costLine(region, NAMES[part] ?? part, count, PART_PRICES[part].per === "hour" ? price : byHour(price));
  });
  const cost = estimateOf([...fixed.lines, ...counted]);
  const nodesHourlyUsd = fixed.lines.filter(isPool).reduce((sum, line) => sum + line.count * line.hourlyUsd, 0);
  const nodesAtMostHourlyUsd = nodesHourlyUsd + moreNodesUsd(stack, fixed);
  return { ...cost, nodesHourlyUsd, nodesAtMostHourlyUsd, ...(inventory && { inventory }) };
}

/** US dollars an hour of the nodes that pools may add to those that always run. */
function moreNodesUsd({ config }: Stack, { lines }: Estimate): number {
  const more = config.regions.flatMap((region) =>
    Object.entries(config.pools).map(([pool, settings]) => {
      if (rungsIn(region, settings).length === 0) return 0;
      const isOwn = (line: CostLine) => line.region === region && line.what.startsWith(`pool ${pool}:`);
      const own = lines.find(isOwn) ?? nodeAlone(region, pool, { config });
      return Math.max(0, settings.max - (lines.find(isOwn)?.count ?? 0)) * (own?.hourlyUsd ?? 0);
    }),
  );
  return more.reduce((sum, usd) => sum + usd, 0);
}

/** One node of a pool that has none now. */
function nodeAlone(region: string, pool: string, { config }: Pick<Stack, "config">): CostLine | undefined {
  const settings = config.pools[pool];
  if (settings === undefined) return undefined;
  const one = { ...config, regions: [region], models: {}, pools: { [pool]: { ...settings, min: 1 } } };
  return estimate({ name: "", config: one, releases: {} }).lines.find(({ what }) => what.startsWith(`pool ${pool}:`));
}

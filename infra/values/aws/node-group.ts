import type { PoolConfig, StackConfig } from "../../config/schema";
import { nodeImageRelease } from "../../core/aws/add-ons";
import { type Rung, rungsIn } from "../../core/aws/capacity";
import { INSTANCE_TYPES, zonesWith } from "../../core/aws/instance-catalog";
import type { Cell } from "./cell";
import { launchTemplate } from "./launch-template";
import { efaInterfaces, type PlannedInterface } from "./network-interfaces";
import { GPU_TAINT, gpuNodeLabels, LABELS, SYSTEM_POOL } from "./node-labels";
import { nodeRepair } from "./node-repair";
import { offHoursSchedule, type ScheduledSize } from "./off-hours";
import { longestGrace, type PoolSize, poolSize } from "./pool-size";
import { type SubnetKind, zonesIn } from "./subnets";
import { defaultTags } from "./tags";

/** Everything about one managed node group that is known before anything exists. */
export interface PlannedGroup {
  /** `a100-on-demand`: part of its names. At most 33 characters of the 37 that a prefix may have. */
  key: string;
  subnets: { kind: SubnetKind; zones: readonly string[] };
  /** One per network card, only where several nodes work together. */
  interfaces: readonly PlannedInterface[];
  template: ReturnType<typeof launchTemplate>;
  group: PlannedNodeGroup;
  schedule: readonly ScheduledSize[];
}

interface PlannedNodeGroup extends ReturnType<typeof nodeGroup> {
  /** Left out where the template names the type. */
  instanceTypes?: string[];
  labels: Record<string, string>;
  taints?: { key: string; value: string; effect: "NO_SCHEDULE" }[];
}

const CAPACITY_TYPE = {
  block: "CAPACITY_BLOCK",
  reservation: "ON_DEMAND",
  "on-demand": "ON_DEMAND",
  spot: "SPOT",
} as const;

/** In every region that has GPUs of the catalogue (moto 5.2.5's offerings, 2026-11-22; China and GovCloud not recorded). */
const SYSTEM_INSTANCE = "m7i.xlarge";
const SYSTEM_MAX = 6;

/** One group for everything without a GPU, then one per pool and rung of its ladder. */
export const plannedGroups = (cell: Cell): PlannedGroup[] => [
  systemGroup(cell),
  ...Object.entries(cell.config.pools)
    .filter(([, { manager }]) => manager === "node-group")
    .flatMap(([name, pool]) => poolGroups(name, pool, cell)),
];

function systemGroup({ region, place, config }: Cell): PlannedGroup {
  const rung = { capacity: "on-demand" } as const;
  const size = { min: config.environment.profile === "development" ? 1 : 2, max: SYSTEM_MAX };
  const settings = { gpu: false, graceSeconds: longestGrace(config) };
  const tags = { ...defaultTags(place.environment, config), [LABELS.pool]: SYSTEM_POOL };
  return {
    key: SYSTEM_POOL,
    subnets: { kind: "private", zones: zonesIn(region, config) },
    interfaces: [],
    template: launchTemplate({ ...settings, instanceType: SYSTEM_INSTANCE, rung, tags }),
    group: {
      ...nodeGroup(config, rung, size, false),
      instanceTypes: [SYSTEM_INSTANCE],
      labels: { [LABELS.pool]: SYSTEM_POOL, [LABELS.capacity]: rung.capacity },
    },
    schedule: [],
  };
}

function poolGroups(name: string, pool: PoolConfig, cell: Cell): PlannedGroup[] {
  const { region, place, config } = cell;
  const { min, max } = poolSize(name, cell);
  const instanceType = pool.instanceType ?? "";
  const tags = { ...defaultTags(place.environment, config), [LABELS.pool]: name };
  const settings = { gpu: true, graceSeconds: longestGrace(config), tags };
  return rungsIn(region, pool).map((rung, i) => {
    // The best way always has the nodes that running releases need; the others get them when it has none.
    const size = { min: i === 0 ? min : 0, max };
    return {
      key: `${name}-${rung.capacity}`,
      subnets: { kind: "gpu", zones: zonesFor(pool, rung, cell) },
      interfaces: pool.multiNode ? efaInterfaces(INSTANCE_TYPES.get(instanceType)?.efaInterfaces ?? 0) : [],
      template: launchTemplate({ ...settings, instanceType, rung }),
      group: {
        ...nodeGroup(config, rung, size, true),
        ...(rung.capacity === "block" ? {} : { instanceTypes: [instanceType] }),
        labels: gpuNodeLabels(name, pool, rung.capacity),
        taints: [{ key: GPU_TAINT.key, value: GPU_TAINT.value, effect: "NO_SCHEDULE" }],
      },
      schedule: pool.offHours === undefined ? [] : offHoursSchedule(pool.offHours, size),
    };
  });
}

/** Where the capacity lies; nodes that work together stay in one zone, the first that has the type. */
function zonesFor(pool: PoolConfig, { reserved }: Rung, { region, config }: Cell): string[] {
  if (reserved !== undefined) return [reserved.zone];
  const zones = zonesWith(pool.instanceType ?? "", region, zonesIn(region, config));
  return pool.multiNode ? zones.slice(0, 1) : zones;
}

function nodeGroup(config: StackConfig, { capacity, reserved }: Rung, { min, max }: PoolSize, gpu: boolean) {
  const amiType = gpu ? "AL2023_x86_64_NVIDIA" : "AL2023_x86_64_STANDARD";
  const { version } = config.cluster;
  return {
    amiType,
    version,
    releaseVersion: nodeImageRelease(version, amiType),
    capacityType: CAPACITY_TYPE[capacity],
    scalingConfig: { minSize: min, maxSize: max, desiredSize: min },
    // Never two nodes of a pool at once. Where there is no further node to be had, one goes before its successor comes.
    updateConfig: { maxUnavailable: 1, updateStrategy: reserved === undefined ? "DEFAULT" : "MINIMAL" },
    nodeRepairConfig: nodeRepair(gpu),
  };
}

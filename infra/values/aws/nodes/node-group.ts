import type { PoolConfig, StackConfig } from "../../../config/schema";
import { nodeImageRelease } from "../../../core/aws/add-ons";
import { type Rung, rungsIn } from "../../../core/aws/capacity";
import { INSTANCE_TYPES, zonesWith } from "../../../core/aws/instance-catalog";
import { zoneNumber } from "../../../core/aws/zones";
import { spread } from "../../../core/spread";
import type { Cell } from "../cell";
import { type SubnetKind, zonesIn } from "../network/subnets";
import { defaultTags } from "../tags";
import { launchTemplate, ROOT_GIB } from "./launch-template";
import { efaInterfaces, type PlannedInterface } from "./network-interfaces";
import { ACCELERATOR, GPU_TAINT, gpuNodeLabels, LABELS, SYSTEM_POOL } from "./node-labels";
import { nodeRepair } from "./node-repair";
import { offHoursSchedule, type ScheduledSize } from "./off-hours";
import { longestGrace, SYSTEM_INSTANCE, SYSTEM_MAX_PER_ZONE, systemSize } from "./pool-size";

/** One way of getting nodes for one pool, with everything that is known before anything exists. */
export interface PlannedGroups {
  /** `a100-on-demand`: part of its names. At most 32 characters of the 37 that a prefix may have, 5 are the zone's. */
  key: string;
  pool: string;
  subnetKind: SubnetKind;
  /** One per network card, only where several nodes work together. */
  interfaces: readonly PlannedInterface[];
  template: ReturnType<typeof launchTemplate>;
  group: PlannedNodeGroup;
  /** A managed node group in each: AWS cannot change a group's subnets, so a further zone is a further group. */
  zones: readonly ZoneGroup[];
}

export interface ZoneGroup {
  zone: string;
  scalingConfig: { minSize: number; maxSize: number; desiredSize: number };
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

/** `a100-on-demand-az4-`: begin of the name of a way's group in a zone. The region's zones differ in their numbers. */
export const groupPrefix = (key: string, zone: string): string => `${key}-az${zoneNumber(zone)}-`;

/** Groups for everything without a GPU, then those of each pool and rung of its ladder. */
export const plannedGroups = (cell: Cell): PlannedGroups[] => [
  systemGroups(cell),
  ...Object.entries(cell.config.pools)
    .filter(([, { manager }]) => manager === "node-group")
    .flatMap(([name, pool]) => poolGroups(name, pool, cell)),
];

function systemGroups({ region, place, config }: Cell): PlannedGroups {
  const rung = { capacity: "on-demand" } as const;
  const zones = zonesIn(region, config);
  const least = spread(systemSize(region, config).min, zones.length);
  const settings = { gpu: false, graceSeconds: longestGrace(config) };
  const tags = { ...defaultTags(place.environment, config), [LABELS.pool]: SYSTEM_POOL };
  return {
    key: SYSTEM_POOL,
    pool: SYSTEM_POOL,
    subnetKind: "private",
    interfaces: [],
    template: launchTemplate({ ...settings, instanceType: SYSTEM_INSTANCE, rung, tags }),
    group: {
      ...nodeGroup(config, rung, SYSTEM_INSTANCE),
      instanceTypes: [SYSTEM_INSTANCE],
      labels: { [LABELS.pool]: SYSTEM_POOL, [LABELS.capacity]: rung.capacity },
    },
    zones: zones.map((zone, i) => ({ zone, ...sized(least[i] ?? 0, SYSTEM_MAX_PER_ZONE), schedule: [] })),
  };
}

function poolGroups(name: string, pool: PoolConfig, cell: Cell): PlannedGroups[] {
  const { region, place, config } = cell;
  const instanceType = pool.instanceType ?? "";
  const tags = { ...defaultTags(place.environment, config), [LABELS.pool]: name };
  const settings = { gpu: true, graceSeconds: longestGrace(config), tags };
  return rungsIn(region, pool).map((rung, i) => ({
    key: `${name}-${rung.capacity}`,
    pool: name,
    subnetKind: "gpu",
    interfaces: pool.multiNode ? efaInterfaces(INSTANCE_TYPES.get(instanceType)?.efaInterfaces ?? 0) : [],
    template: launchTemplate({ ...settings, instanceType, rung }),
    group: {
      ...nodeGroup(config, rung, instanceType),
      ...(rung.capacity === "block" ? {} : { instanceTypes: [instanceType] }),
      labels: { ...gpuNodeLabels(name, pool, rung.capacity), [ACCELERATOR]: name },
      taints: [{ key: GPU_TAINT.key, value: GPU_TAINT.value, effect: "NO_SCHEDULE" }],
    },
    // What is always there is got the best way; pods that wait bring the rest, by the autoscaler.
    zones: zoneGroups(pool, i === 0 ? pool.min : 0, zonesFor(pool, rung, cell)),
  }));
}

/** Any zone may have all of a pool's nodes, for another may have none; the autoscaler holds their sum. */
function zoneGroups({ offHours, max }: PoolConfig, min: number, zones: readonly string[]): ZoneGroup[] {
  const least = spread(min, zones.length);
  return zones.map((zone, i) => {
    const size = { min: least[i] ?? 0, max };
    const schedule = offHours === undefined ? [] : offHoursSchedule(offHours, size);
    return { zone, ...sized(size.min, size.max), schedule };
  });
}

const sized = (min: number, max: number) => ({ scalingConfig: { minSize: min, maxSize: max, desiredSize: min } });

/** Where the capacity lies; nodes that work together stay in one zone, the first that has the type. */
export function zonesFor(pool: PoolConfig, { reserved }: Rung, { region, config }: Cell): string[] {
  if (reserved !== undefined) return [reserved.zone];
  const zones = zonesWith(pool.instanceType ?? "", region, zonesIn(region, config, "gpu"));
  return pool.multiNode ? zones.slice(0, 1) : zones;
}

function nodeGroup(config: StackConfig, { capacity, reserved }: Rung, instanceType: string) {
  const { gpusPerNode = 0, instanceStoreGB = 0 } = INSTANCE_TYPES.get(instanceType) ?? {};
  const gpu = gpusPerNode > 0;
  const amiType = gpu ? "AL2023_x86_64_NVIDIA" : "AL2023_x86_64_STANDARD";
  const { version } = config.cluster;
  return {
    amiType,
    version,
    releaseVersion: nodeImageRelease(version, amiType),
    capacityType: CAPACITY_TYPE[capacity],
    // Never two nodes of a pool at once. Where there is no further node to be had, one goes before its successor comes.
    updateConfig: { maxUnavailable: 1, updateStrategy: reserved === undefined ? "DEFAULT" : "MINIMAL" },
    nodeRepairConfig: nodeRepair(gpu),
    // An empty group is judged by its type and tags: without this one no pod that asks for scratch space would fit it.
    tags: { [SCRATCH_TAG]: `${Math.floor((instanceStoreGB > 0 ? instanceStoreGB : ROOT_GIB) / 2)}Gi` },
  };
}

/**
 * Read by the autoscaler of empty groups (kubernetes/autoscaler 1869 and, since 1.28, 5596). Half the disk: the other half
 * is images' and weights'.
 */
const SCRATCH_TAG = "k8s.io/cluster-autoscaler/node-template/resources/ephemeral-storage";

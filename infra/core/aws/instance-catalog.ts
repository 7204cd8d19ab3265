import catalog from "./instance-catalog.generated.json";

/** What the program knows of an EC2 instance type. Dated, with its source, in instance-catalog.generated.json. */
export interface InstanceType {
  /** `cpu` for none. */
  gpuClass: string;
  gpusPerNode: number;
  /** What an engine can allocate of one GPU, in GiB: 79.25 on an "80 GB" A100. */
  gpuMemoryGiB: number;
  vCpus: number;
  memoryGiB: number;
  /** All NVMe drives together; 0 for none. */
  instanceStoreGB: number;
  networkCards: number;
  efaInterfaces: number;
  regions: readonly string[];
  /** Zone ids by region. A region without zones is one whose zones were not recorded; EC2 knows them. */
  zones: Readonly<Record<string, readonly string[]>>;
}

const offered = (zones: Partial<Record<string, string[]>>) => ({
  regions: Object.keys(zones),
  zones: Object.fromEntries(Object.entries(zones).filter((entry): entry is [string, string[]] => !!entry[1]?.length)),
});

export const INSTANCE_TYPES: ReadonlyMap<string, InstanceType> = new Map(
  Object.entries(catalog.types).map(([name, { offered: zones, ...type }]) => [name, { ...type, ...offered(zones) }]),
);

/** Of these zones, those that have the type; all of them where that is not recorded. */
export const zonesWith = (type: string, region: string, zones: readonly string[]): string[] => {
  const known = INSTANCE_TYPES.get(type)?.zones[region];
  return zones.filter((zone) => known === undefined || known.includes(zone));
};

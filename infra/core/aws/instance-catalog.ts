import catalog from "./instance-catalog.json";

/** What the checks know of an EC2 instance type. Dated, with its source, in instance-catalog.json. */
export interface InstanceType {
  gpuClass: string;
  gpusPerNode: number;
  /** What an engine can allocate of one GPU, in GiB: 79.25 on an "80 GB" A100. */
  gpuMemoryGiB: number;
  regions: readonly string[];
}

export const INSTANCE_TYPES: ReadonlyMap<string, InstanceType> = new Map(Object.entries(catalog.types));

import zones from "./zones.json";

/** Availability zones by id: letters (`us-east-1a`) name different places in different accounts. */

/** Zones that EKS refuses for a control plane's subnets: `UnsupportedAvailabilityZoneException` after minutes. */
const WITHOUT_CONTROL_PLANE: ReadonlySet<string> = new Set(zones.withoutControlPlane);

const avoided = (zone: string): boolean => WITHOUT_CONTROL_PLANE.has(zone) || Object.hasOwn(zones.closed, zone);

const DEFAULT_COUNT = 3;

const ZONES: Readonly<Record<string, readonly string[]>> = zones.zones;

/** Every zone of a region; none for a region that is not AWS's. */
export const zonesOf = (region: string): readonly string[] => ZONES[region] ?? [];

export const takesControlPlane = (zone: string): boolean => !WITHOUT_CONTROL_PLANE.has(zone);

/** What a stack uses in a region unless its file says otherwise: the first three that EKS can use. */
export const defaultZones = (region: string): string[] =>
  zonesOf(region)
    .filter((zone) => !avoided(zone))
    .slice(0, DEFAULT_COUNT);

/** 4 of `use1-az4`; `undefined` for what is no zone id. */
export function zoneNumber(zone: string): number | undefined {
  const number = Number(/^[a-z]{2,5}\d-az([1-9])$/.exec(zone)?.[1]);
  return Number.isNaN(number) ? undefined : number;
}

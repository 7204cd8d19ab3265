import { INSTANCE_TYPES } from "../aws/instance-catalog";
import { listPrice } from "../aws/prices";
import compared from "./compared-prices.generated.json";
import { ageText, type Dated } from "./freshness";
import plans from "./plans.generated.json";
import hardware from "./shapes.generated.json";
import spot from "./spot.json";

/** What can be bought of AWS with GPUs: nobody sells four A100, only eight. */
export interface Shape {
  type: string;
  gpuClass: string;
  gpus: number;
  /** Of one GPU, in GiB: what an engine can allocate; for a shape that is only compared, what EC2 states. */
  gpuMemoryGiB: number;
  vCpus: number;
  memoryGiB: number;
  instanceStoreGB: number;
  /** As EC2 words it: `4x 100 Gigabit`. */
  network: string;
  efaInterfaces: number;
  regions: readonly string[];
  /** Whether a stack's pool may name it; the others are listed for comparison. */
  poolable: boolean;
}

type ByType<T> = Readonly<Record<string, T | undefined>>;
const NETWORK: ByType<string> = hardware.network;

export const SHAPES: readonly Shape[] = [
  ...[...INSTANCE_TYPES].flatMap(([type, { gpusPerNode, networkCards, zones, ...facts }]): Shape[] =>
    gpusPerNode === 0
      ? []
      : [{ type, ...facts, gpus: gpusPerNode, network: NETWORK[type] ?? "not recorded", poolable: true }],
  ),
  ...Object.entries(hardware.compared).map(
    ([type, { gpusPerNode, ...facts }]): Shape => ({ type, ...facts, gpus: gpusPerNode, poolable: false }),
  ),
];

/** US dollars an hour of one node, with the day that it is of. */
export interface HourlyPrice extends Dated {
  hourlyUsd: number;
}

/** The cheapest and the dearest zone of a region at one moment: not a promise for the next hour. */
export interface SpotBand extends Dated {
  lowHourlyUsd: number;
  highHourlyUsd: number;
  zones: number;
}

/** Instead of the list price for one or three years of commitment, paid also when idle; nothing upfront. */
export interface PlanPrice extends HourlyPrice {
  years: 1 | 3;
}

type ByRegion<T> = ByType<ByType<T>>;
const COMPARED: ByRegion<number> = compared.regions;
const SPOT: ByRegion<ByType<number>> = spot.types;
/** Of regions that homeport catalogue refresh --spot has asked; of the others the day is not known. */
const SPOT_OF: ByType<string> = spot.asOf;
const PLANS: { pricesOf?: string; source: string; types: ByRegion<{ "1y"?: number; "3y"?: number }> } = plans;

/** On demand in a region. `undefined`: not looked up there, and no other region's price stands in. */
export function onDemandPrice(type: string, region: string): HourlyPrice | undefined {
  const listed = listPrice(region, type);
  if (listed) {
    const { usd, ...fact } = listed;
    return { hourlyUsd: usd, ...fact };
  }
  const usd = COMPARED[region]?.[type];
  return usd === undefined ? undefined : { hourlyUsd: usd, asOf: compared.pricesOf, source: compared.source };
}

/** Spot in a region's zones. `undefined`: not looked up, or none was offered. */
export function spotBand(type: string, region: string): SpotBand | undefined {
  const zones = Object.values(SPOT[type]?.[region] ?? {}).filter((usd) => usd !== undefined);
  if (zones.length === 0) return undefined;
  const asOf = SPOT_OF[region];
  return {
    lowHourlyUsd: Math.min(...zones),
    highHourlyUsd: Math.max(...zones),
    zones: zones.length,
    ...(asOf === undefined ? { source: spot.source } : { asOf, source: "EC2 DescribeSpotPriceHistory, Linux" }),
  };
}

/** Prices with a commitment. Empty where none was read: then the discount is an input of the calculation, never a guess. */
export function planPrices(type: string, region: string): PlanPrice[] {
  const found = PLANS.types[type]?.[region];
  const of = (years: 1 | 3, hourlyUsd: number | undefined): PlanPrice[] =>
    hourlyUsd === undefined ? [] : [{ years, hourlyUsd, asOf: PLANS.pricesOf, source: PLANS.source }];
  return found ? [...of(1, found["1y"]), ...of(3, found["3y"])] : [];
}

/** An article's "GPU: $2-10 an hour", as a band in which a price of one GPU is no surprise. */
export const GPU_HOUR_BAND = { lowUsd: 2, highUsd: 10 } as const;

/** Whether a GPU-hour lies outside the articles' band, and on which side. */
export const outsideBand = (usdPerGpuHour: number): "below" | "above" | undefined =>
  usdPerGpuHour < GPU_HOUR_BAND.lowUsd ? "below" : usdPerGpuHour > GPU_HOUR_BAND.highUsd ? "above" : undefined;

/** US dollars of one GPU for one hour on demand. */
export const gpuHourUsd = ({ type, gpus }: Shape, region: string): number | undefined => {
  const price = onDemandPrice(type, region);
  return price && price.hourlyUsd / gpus;
};

/** Every price of a shape that the catalogue has, in one region or in all, with its day and source. */
export const shapeFacts = (only?: string): Dated[] =>
  SHAPES.flatMap(({ type, regions }) =>
    regions.flatMap((region) =>
      only !== undefined && region !== only
        ? []
        : [
            ...[onDemandPrice(type, region), spotBand(type, region)].filter((price) => price !== undefined),
            ...planPrices(type, region),
          ],
    ),
  ).map(({ asOf, source }) => ({ ...(asOf !== undefined && { asOf }), source }));

/** One line on where a price is from: `125 days old (2026-07-20)`. */
export const provenance = (fact: Dated, today: string): string =>
  fact.asOf === undefined ? ageText(fact, today) : `${ageText(fact, today)} (${fact.asOf})`;

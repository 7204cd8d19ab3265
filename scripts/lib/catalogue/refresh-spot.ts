import { join } from "node:path";
import { type _InstanceType, DescribeSpotPriceHistoryCommand, EC2Client, type SpotPrice } from "@aws-sdk/client-ec2";
import { SHAPES } from "../../../infra/core/catalogue/shapes";
import { jsonText } from "../../gen/generated-file";
import { awsClient } from "../aws/client";
import { replaceFile } from "../replace-file";
import { readText } from "../stack-paths";
import type { Refreshed } from "./refresh-aws";

const FILE = "infra/core/catalogue/spot.json";

type Zones = Readonly<Record<string, number>>;
interface SpotFile {
  recordedOn: string;
  source: string;
  /** Of regions that were asked for: the day. The rest is as the source says. */
  asOf: Readonly<Record<string, string>>;
  /** Instance type -> region -> zone id -> US dollars an hour. */
  types: Readonly<Record<string, Readonly<Record<string, Zones>>>>;
}

/** The newest price of each type in each zone of a region. */
async function readSpot(region: string, types: readonly string[], now: Date): Promise<Map<string, Zones>> {
  const ec2 = awsClient(EC2Client, { region });
  const newest = new Map<string, SpotPrice>();
  try {
    let NextToken: string | undefined;
    do {
      const page = await ec2.send(
        new DescribeSpotPriceHistoryCommand({
          StartTime: now,
          EndTime: now,
          InstanceTypes: types as _InstanceType[],
          ProductDescriptions: ["Linux/UNIX"],
          NextToken,
        }),
      );
      for (const price of page.SpotPriceHistory ?? []) {
        const key = `${price.InstanceType} ${price.AvailabilityZoneId}`;
        const known = newest.get(key);
        if (!known?.Timestamp || (price.Timestamp && price.Timestamp > known.Timestamp)) newest.set(key, price);
      }
      NextToken = page.NextToken;
    } while (NextToken);
  } finally {
    ec2.destroy();
  }
  const found = new Map<string, Zones>();
  for (const { InstanceType = "", AvailabilityZoneId = "", SpotPrice: usd } of newest.values())
    found.set(InstanceType, { ...found.get(InstanceType), [AvailabilityZoneId]: Number(usd) });
  return found;
}

const sortedKeys = <T>(record: Readonly<Record<string, T>>): Record<string, T> =>
  Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));

/** Replaces the spot prices of these regions by EC2's of this moment; everything is read before anything is written. */
export async function refreshSpot(root: string, regions: readonly string[], now: Date): Promise<Refreshed> {
  const path = join(root, FILE);
  const before = readText(path);
  const old = JSON.parse(before ?? "{}") as SpotFile;
  const types = SHAPES.map(({ type }) => type);
  const read = new Map<string, Map<string, Zones>>();
  for (const region of regions) read.set(region, await readSpot(region, types, now));
  const today = now.toISOString().slice(0, 10);
  const rows = types.map((type): [string, Record<string, Zones>] => {
    const kept = Object.entries(old.types[type] ?? {}).filter(([region]) => !read.has(region));
    const fresh = regions.flatMap((region): [string, Zones][] => {
      const zones = read.get(region)?.get(type);
      return zones ? [[region, sortedKeys(zones)]] : [];
    });
    return [type, sortedKeys(Object.fromEntries([...kept, ...fresh]))];
  });
  const next: SpotFile = {
    ...old,
    asOf: sortedKeys({ ...old.asOf, ...Object.fromEntries(regions.map((region) => [region, today])) }),
    types: Object.fromEntries(rows.filter(([, byRegion]) => Object.keys(byRegion).length > 0)),
  };
  replaceFile(path, before, jsonText(next));
  const fresh = [...read].flatMap(([region, found]) =>
    [...found].flatMap(([type, zones]) => Object.entries(zones).map(([zone, usd]) => ({ type, region, zone, usd }))),
  );
  return {
    written: [FILE],
    prices: fresh.length,
    changed: fresh.filter(({ type, region, zone, usd }) => old.types[type]?.[region]?.[zone] !== usd).length,
  };
}

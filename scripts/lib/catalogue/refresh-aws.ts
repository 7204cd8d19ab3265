import { join } from "node:path";
import { INSTANCE_TYPES } from "../../../infra/core/aws/instance-catalog";
import { isAwsRegion } from "../../../infra/core/aws/regions";
import { SHAPES } from "../../../infra/core/catalogue/shapes";
import { OperationError } from "../../../infra/core/errors";
import { replaceFile } from "../replace-file";
import { readText } from "../stack-paths";
import { type PriceFile, planFileText, priceFileText } from "./price-files";
import { type Listed, readPriceList } from "./price-list";

/** Where the catalogue's refreshable tables lie in the checkout. */
const FILES = {
  onDemand: "infra/core/aws/prices.generated.json",
  compared: "infra/core/catalogue/compared-prices.generated.json",
  plans: "infra/core/catalogue/plans.generated.json",
} as const;

export interface Refreshed {
  /** Paths below the checkout. */
  written: string[];
  /** Prices in them, and how many of those differ from before or are new. */
  prices: number;
  changed: number;
}

type Regions = PriceFile["regions"];

function byRegion(rows: readonly Listed[], wanted: ReadonlySet<string>): Regions {
  const regions: Record<string, Record<string, number>> = {};
  for (const { type, region, onDemand } of rows)
    if (onDemand !== undefined && wanted.has(type) && isAwsRegion(region))
      regions[region] = { ...regions[region], [type]: onDemand };
  return regions;
}

const pricesIn = (regions: Regions): [string, number][] =>
  Object.entries(regions).flatMap(([region, prices]) =>
    Object.entries(prices).map(([type, usd]): [string, number] => [`${region} ${type}`, usd]),
  );

function changes(before: Regions, after: Regions): number {
  const known = new Map(pricesIn(before));
  return pricesIn(after).filter(([key, usd]) => known.get(key) !== usd).length;
}

/**
 * Replaces on-demand and plan prices by what the AWS Price List says today. Everything is read before anything is
 * written; a type that AWS lists nowhere stops it, for a price would be lost.
 */
export async function refreshFromAws(root: string, today: string, onType: (type: string) => void): Promise<Refreshed> {
  const pool = new Set(INSTANCE_TYPES.keys());
  const compared = new Set(SHAPES.filter(({ poolable }) => !poolable).map(({ type }) => type));
  const rows = await readPriceList([...pool, ...compared], onType);
  const priced = new Set(rows.filter(({ onDemand }) => onDemand !== undefined).map(({ type }) => type));
  const lost = [...pool, ...compared].filter((type) => !priced.has(type));
  if (lost.length > 0)
    throw new OperationError(
      `the AWS Price List has no on-demand price of ${lost.join(", ")}`,
      "nothing was written; if AWS no longer sells it, take it out of scripts/gen/aws-facts.ts or catalogue-shapes.ts",
    );
  const head = {
    recordedOn: today,
    pricesOf: today,
    source:
      "AWS Price List (GetProducts of AmazonEC2), US dollars an hour, Linux; written by homeport catalogue refresh",
  };
  const plans: Record<string, Record<string, Listed["plans"]>> = {};
  for (const { type, region, plans: found } of rows)
    if (Object.keys(found).length > 0 && isAwsRegion(region)) plans[type] = { ...plans[type], [region]: found };
  const regions = { onDemand: byRegion(rows, pool), compared: byRegion(rows, compared) };
  const texts: [string, string][] = [
    [FILES.onDemand, priceFileText({ ...head, regions: regions.onDemand })],
    [FILES.compared, priceFileText({ ...head, regions: regions.compared })],
    [
      FILES.plans,
      planFileText({ ...head, source: `${head.source}; standard reservations, nothing upfront`, types: plans }),
    ],
  ];
  const before = texts.map(([path]) => readText(join(root, path)));
  texts.forEach(([path, text], i) => {
    replaceFile(join(root, path), before[i], text);
  });
  const old = (i: number): Regions => (JSON.parse(before[i] ?? "{}") as { regions?: Regions }).regions ?? {};
  return {
    written: texts.map(([path]) => path),
    prices: pricesIn(regions.onDemand).length + pricesIn(regions.compared).length,
    changed: changes(old(0), regions.onDemand) + changes(old(1), regions.compared),
  };
}

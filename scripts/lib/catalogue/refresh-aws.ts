import { join } from "node:path";
import { INSTANCE_TYPES } from "../../../infra/core/aws/instance-catalog";
import { isAwsRegion } from "../../../infra/core/aws/regions";
import { SHAPES } from "../../../infra/core/catalogue/shapes";
import { OperationError } from "../../../infra/core/errors";
import { jsonText } from "../../gen/generated-file";
import { replaceFile } from "../replace-file";
import { readText } from "../stack-paths";
import { type PriceFile, planFileText, priceFileText } from "./price-files";
import { type Listed, readInstances, withPriceList } from "./price-list";
import { type KeptPart, type PartFile, renewParts } from "./refresh-parts";

/** Where the catalogue's refreshable tables lie in the checkout. */
const FILES = {
  onDemand: "infra/core/aws/prices.generated.json",
  compared: "infra/core/catalogue/compared-prices.generated.json",
  plans: "infra/core/catalogue/plans.generated.json",
  parts: "infra/core/aws/part-prices.json",
} as const;

export interface Refreshed {
  /** Paths below the checkout. */
  written: string[];
  /** Prices in them, and how many of those differ from before or are new. */
  prices: number;
  changed: number;
  /** Of what is bought besides nodes: parts that stay as they were, for the Price List's answer is not one price. */
  kept?: KeptPart[];
  /** Shapes for comparison that AWS lists nowhere on demand: they have no price any more. */
  notListed?: string[];
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
 * Replaces on-demand and plan prices, and those of what is bought besides nodes, by what the AWS Price List says today.
 * Everything is read before anything is written; a type that a pool may name and AWS lists nowhere stops it.
 */
export async function refreshFromAws(root: string, today: string, onAsk: (what: string) => void): Promise<Refreshed> {
  const before = new Map<string, string | undefined>(
    Object.values(FILES).map((path) => [path, readText(join(root, path))]),
  );
  const pool = new Set(INSTANCE_TYPES.keys());
  const compared = new Set(SHAPES.filter(({ poolable }) => !poolable).map(({ type }) => type));
  const knownParts = JSON.parse(before.get(FILES.parts) ?? "") as PartFile;
  const { rows, parts } = await withPriceList(async (ask) => ({
    rows: await readInstances(ask, [...pool, ...compared], onAsk),
    parts: await renewParts(ask, knownParts, today, onAsk),
  }));
  const priced = new Set(rows.filter(({ onDemand }) => onDemand !== undefined).map(({ type }) => type));
  const lost = [...pool].filter((type) => !priced.has(type));
  const notListed = [...compared].filter((type) => !priced.has(type));
  if (lost.length > 0)
    throw new OperationError(
      `the AWS Price List has no on-demand price of ${lost.join(", ")}`,
      "nothing was written; if AWS no longer sells it, take it out of scripts/gen/aws-facts.ts",
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
  const texts = {
    [FILES.onDemand]: priceFileText({ ...head, everyRegion: true, regions: regions.onDemand }),
    [FILES.compared]: priceFileText({ ...head, regions: regions.compared }),
    [FILES.plans]: planFileText({
      ...head,
      source: `${head.source}; standard reservations, nothing upfront`,
      types: plans,
    }),
    ...(parts.renewed > 0 && { [FILES.parts]: jsonText(parts.file) }),
  };
  for (const [path, text] of Object.entries(texts)) replaceFile(join(root, path), before.get(path), text);
  const old = (path: string): Regions => (JSON.parse(before.get(path) ?? "{}") as { regions?: Regions }).regions ?? {};
  return {
    written: Object.keys(texts),
    prices: pricesIn(regions.onDemand).length + pricesIn(regions.compared).length + parts.renewed,
    changed:
      changes(old(FILES.onDemand), regions.onDemand) + changes(old(FILES.compared), regions.compared) + parts.changed,
    kept: parts.kept,
    ...(notListed.length > 0 && { notListed }),
  };
}

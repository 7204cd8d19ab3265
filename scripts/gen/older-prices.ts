import { isAwsRegion } from "../../infra/core/aws/regions";
import { onDemandPrice } from "../../infra/core/catalogue/shapes";
import type { PlanFile, PriceFile } from "../lib/catalogue/price-files";
import { goModuleTexts } from "./packages";

/**
 * AWS's own price list as ec2instances.info read it last year: all regions, and the only published table of prices with a
 * commitment. Called by catalogue-shapes.ts.
 */
const MODULE = { name: "github.com/cristim/ec2-instances-info", version: "v0.0.0-20250528091325-32acf84f42eb" };
const READ_ON = "2025-05-28";
const TABLE = "/data/instances.json";

/** What is read of a type: dollars an hour as text, by region. */
interface Listed {
  instance_type: string;
  pricing: Readonly<Record<string, { linux?: { ondemand?: string; reserved?: Readonly<Record<string, string>> } }>>;
}

/** AWS cut the P family since, by a third to a half: a price of then is one of today only where nothing has changed. */
const isUnchanged = (then: number, now: number | undefined): boolean =>
  now !== undefined && Math.abs(then - now) <= now * 1e-3;

const source = (what: string): string =>
  `Go module ${MODULE.name} ${MODULE.version} (ec2instances.info, MIT), US dollars an hour, Linux, ${what}; made by npx tsx scripts/gen/catalogue-shapes.ts`;

type ByType<T> = Record<string, Record<string, T>>;

/** Of these types: on-demand prices of regions that no newer source has, and prices with a commitment. */
export function olderPrices(types: readonly string[], recordedOn: string): { onDemand: PriceFile; plans: PlanFile } {
  const [text = "[]"] = goModuleTexts(MODULE.name, MODULE.version, (path) => path.endsWith(TABLE)).values();
  const listed = new Map((JSON.parse(text) as Listed[]).map((row) => [row.instance_type, row.pricing]));
  const onDemand: ByType<number> = {};
  const plans: ByType<{ "1y"?: number; "3y"?: number }> = {};
  for (const type of types) {
    const pricing = Object.entries(listed.get(type) ?? {}).filter(([region]) => isAwsRegion(region));
    const priceOf = (region: string) => Number(listed.get(type)?.[region]?.linux?.ondemand);
    const newest = (region: string) => newerPrice(type, region);
    if (!isUnchanged(priceOf("us-east-1"), newest("us-east-1"))) continue;
    for (const [region, { linux }] of pricing) {
      const then = priceOf(region);
      const now = newest(region);
      if (!(then > 0) || (now !== undefined && !isUnchanged(then, now))) continue;
      if (now === undefined) onDemand[region] = { ...onDemand[region], [type]: then };
      const plan = (term: string) => Number(linux?.reserved?.[`${term}Standard.noUpfront`]) || undefined;
      const [year, three] = [plan("yrTerm1"), plan("yrTerm3")];
      if (year ?? three)
        plans[type] = {
          ...plans[type],
          [region]: { ...(year && { "1y": year }), ...(three && { "3y": three }) },
        };
    }
  }
  return {
    onDemand: {
      recordedOn,
      pricesOf: READ_ON,
      source: source(
        "on demand, of regions that no newer source has and types whose price in us-east-1 is still the same",
      ),
      regions: onDemand,
    },
    plans: {
      recordedOn,
      pricesOf: READ_ON,
      source: source(
        "standard reservations with nothing upfront, where the on-demand price is still the same: not of the P family, whose prices AWS cut in June 2025",
      ),
      types: plans,
    },
  };
}

/** What the newer tables have: what this one fills in is not compared with itself. */
function newerPrice(type: string, region: string): number | undefined {
  const known = onDemandPrice(type, region);
  return known === undefined || known.asOf === READ_ON ? undefined : known.hourlyUsd;
}

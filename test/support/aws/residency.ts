import { AWS_REGIONS } from "../../../infra/core/aws/regions";
import { zonesOf } from "../../../infra/core/aws/zones";
import type { PlannedResource } from "../../../scripts/lib/render/recorder";

/** Names of AWS regions and ids of zones, wherever they stand in a text: `com.amazonaws.us-east-1.s3`, `use1-az4`. */
const REGION = new RegExp(
  `(?<![a-z0-9])(?:${[...AWS_REGIONS].sort((a, b) => b.length - a.length).join("|")})(?![0-9])`,
  "g",
);
const ZONE = /(?<![a-z0-9])[a-z]{3,5}[0-9]-az[0-9]+/g;

/**
 * Everything in a plan that lies or points outside a set of regions: providers, resources, and any text of any input,
 * be it a replica's bucket, a log's, an image's registry, an endpoint or a route's target.
 */
export function outside(plan: readonly PlannedResource[], allowed: readonly string[]): string[] {
  const zones = new Set(allowed.flatMap((region) => zonesOf(region)));
  return plan.flatMap(({ type, name, provider, inputs }) => {
    const text = JSON.stringify(inputs);
    const foreign = [
      ...regionsIn(provider).map((region) => `its provider is in ${region}`),
      ...regionsIn(text).map((region) => `speaks of ${region}`),
    ].filter((sentence) => !allowed.some((region) => sentence.endsWith(` ${region}`)));
    const away = [...new Set(text.match(ZONE) ?? [])].filter((zone) => !zones.has(zone));
    return [...foreign, ...away.map((zone) => `speaks of zone ${zone}`)].map((what) => `${type} ${name}: ${what}`);
  });
}

const regionsIn = (text: string): string[] => [...new Set(text.match(REGION) ?? [])];

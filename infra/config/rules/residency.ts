import { AWS_REGIONS, isAwsRegion, jurisdictionOf } from "../../core/aws/regions";
import { zonesOf } from "../../core/aws/zones";
import type { StackConfig } from "../schema";
import { certificatePlace } from "./certificates";
import type { Rule } from "./rule";

/** Regions that `environment.residency` leaves; all of them without one. */
export const allowedRegions = ({ environment: { residency } }: StackConfig): string[] =>
  AWS_REGIONS.filter((r) => isAwsRegion(r) && (residency?.includes(jurisdictionOf(r)) ?? true));

const regionOf = (zone: string): string => AWS_REGIONS.find((region) => zonesOf(region).includes(zone)) ?? zone;

/**
 * Every place in the file that names a region. Weights, replicas, logs and the state have none of their own: they lie in
 * the stack's regions, so what is right for those is right for them.
 */
function named({ regions, weights, traffic, pools, environment }: StackConfig): [path: string, region: string][] {
  const places = regions.map((region, i): [string, string] => [`regions[${i}]`, region]);
  // Outside AWS the bucket's region is a word that the S3 server wants to hear, not a place.
  if (weights.endpoint === undefined && !regions.includes(weights.region))
    places.push(["weights.region", weights.region]);
  if (environment.platform !== "aws") return places;
  for (const [region, arn] of Object.entries(traffic.certificates))
    places.push([`traffic.certificates.${region}`, certificatePlace(arn).region]);
  for (const [pool, { block, reservation }] of Object.entries(pools))
    for (const [kind, reserved] of Object.entries({ block, reservation }))
      if (reserved) places.push([`pools.${pool}.${kind}.zone`, regionOf(reserved.zone)]);
  return places;
}

/** Data stays in the environment's jurisdictions: every region that is named anywhere. */
export const regionsKeepResidency: Rule = ({ config }) => {
  const { residency } = config.environment;
  if (residency === undefined) return [];
  const allowed = allowedRegions(config);
  return named(config).flatMap(([path, region]) =>
    !isAwsRegion(region) || allowed.includes(region)
      ? []
      : [
          {
            path,
            given: `'${region}' lies in ${jurisdictionOf(region)}`,
            allowed: `environment.residency allows ${residency.join(", ")}`,
            fix: `use one of ${allowed.join(", ")}`,
          },
        ],
  );
};

import { INSTANCE_TYPES, zonesWith } from "../../core/aws/instance-catalog";
import { isAwsRegion, placeOf } from "../../core/aws/regions";
import { allowedRegions } from "./residency";
import { eachPool, onAws, type Rule } from "./rule";
import { usedZones } from "./zones";

const printed = (region: string): string => (isAwsRegion(region) ? `${region} (${placeOf(region)})` : region);

/** A type that a region does not have fails only after minutes of `pulumi up`. */
export const instanceTypesAreInTheirRegions: Rule = eachPool(({ instanceType, gpuClass }, path, { config }) => {
  const type = INSTANCE_TYPES.get(instanceType ?? "");
  // What is no region of AWS is said once, where it is written.
  const known = config.regions.filter(isAwsRegion);
  const absent = type ? known.filter((region) => !type.regions.includes(region)) : [];
  if (type === undefined || absent.length === 0) return [];
  const { residency } = config.environment;
  const problem = { path: `${path}.instanceType`, given: `${instanceType} is not offered in ${absent.join(", ")}` };
  if (residency === undefined)
    return [
      {
        ...problem,
        allowed: `${instanceType} is in ${type.regions.join(", ")}`,
        fix: "change `regions` or the instance type",
      },
    ];
  const inside = allowedRegions(config);
  const left = type.regions.filter((region) => inside.includes(region));
  if (left.length >= config.regions.length)
    return [{ ...problem, allowed: `within ${residency.join(", ")}: ${left.join(", ")}`, fix: "change `regions`" }];
  const count = left.length === 0 ? "no region" : left.length === 1 ? "only one region" : `only ${left.length} regions`;
  const instead = alternatives(gpuClass, inside, config.regions.length);
  return [
    {
      ...problem,
      allowed: `${count} of ${residency.join(", ")} has it${left.length === 0 ? "" : `: ${left.map(printed).join(", ")}`}`,
      fix: `${left.length === 0 ? "" : `keep ${left.join(", ")} alone, or `}use ${instead.length === 0 ? "another residency: no type is in so many regions" : `a type that is in enough of them: ${instead.join(", ")}`}`,
    },
  ];
});

/** Types of other classes that as many regions inside the residency have, nearest first: the same GPU with less memory. */
function alternatives(gpuClass: string, inside: readonly string[], count: number): string[] {
  const model = gpuClass.split("-")[0];
  return [...INSTANCE_TYPES]
    .filter(([, type]) => type.regions.filter((region) => inside.includes(region)).length >= count)
    .sort(([, a], [, b]) => Number(b.gpuClass.startsWith(`${model}-`)) - Number(a.gpuClass.startsWith(`${model}-`)))
    .map(([name]) => name)
    .slice(0, 3);
}

/** A region has a type in some of its zones only; nodes are made in the zones that the stack uses. */
export const instanceTypesAreInTheirZones: Rule = onAws(
  eachPool(({ instanceType = "" }, path, { config }) =>
    config.regions.flatMap((region) => {
      const type = INSTANCE_TYPES.get(instanceType);
      const zones = usedZones(region, config);
      if (!type?.regions.includes(region) || zones.length === 0 || zonesWith(instanceType, region, zones).length > 0)
        return [];
      return [
        {
          path: `${path}.instanceType`,
          given: `${instanceType} is in none of ${zones.join(", ")}`,
          allowed: `in ${region} it is in ${type.zones[region]?.join(", ")}`,
          fix: `add one of these to network.zones.${region}`,
        },
      ];
    }),
  ),
);

import { INSTANCE_TYPES } from "../../core/aws/instance-catalog";
import { zonesOf } from "../../core/aws/zones";
import type { Problem } from "../../core/errors";
import { eachPool, onAws, type Rule } from "./rule";
import { usedZones } from "./zones";

/** What was bought lies in one zone, and nodes are made only in the zones that the stack uses. */
export const reservedZonesAreUsed: Rule = onAws(
  eachPool((pool, path, { config }) =>
    (["block", "reservation"] as const).flatMap((kind): Problem[] => {
      const zone = pool[kind]?.zone;
      const used = config.regions.flatMap((region) => usedZones(region, config));
      if (zone === undefined || used.includes(zone)) return [];
      const home = config.regions.find((region) => zonesOf(region).includes(zone));
      return [
        {
          path: `${path}.${kind}.zone`,
          given: `'${zone}'`,
          allowed: `a zone that this stack uses: ${used.join(", ")}`,
          fix: home ? `add it to network.zones.${home}` : "correct it, or add its region to `regions`",
        },
      ];
    }),
  ),
);

export const blocksAreOfTheFamilyP: Rule = onAws(
  eachPool(({ block, instanceType = "" }, path) =>
    block === undefined || !INSTANCE_TYPES.has(instanceType) || instanceType.startsWith("p")
      ? []
      : [
          {
            path: `${path}.block`,
            given: `a block of ${instanceType}`,
            allowed: "AWS sells capacity blocks of the P family only",
            fix: "remove it, and write `capacity: [spot, on-demand]` or a reservation",
          },
        ],
  ),
);

import { defaultZones, takesControlPlane, zonesOf } from "../../core/aws/zones";
import type { Problem } from "../../core/errors";
import type { StackConfig } from "../schema";
import { foreignRegions, onAws, type Rule } from "./rule";

/** Zones by id. A wrong one is found by EKS only after minutes of `pulumi up`. */

/** Zones that a region's nodes can lie in. */
export const usedZones = (region: string, { network }: StackConfig): string[] => {
  const existing = network.existing[region];
  return existing ? Object.keys(existing.gpuSubnets) : (network.zones[region] ?? defaultZones(region));
};

const FEWEST = 2;

const usable = (region: string): string[] => zonesOf(region).filter(takesControlPlane);

function zoneProblems(region: string, zones: readonly string[], path: (i: number) => string): Problem[] {
  return zones.flatMap((zone, i): Problem[] => {
    const problem = { path: path(i), allowed: `one of ${usable(region).join(", ")}`, fix: "use one of these" };
    if (!zonesOf(region).includes(zone)) return [{ ...problem, given: `'${zone}' is no zone of ${region}` }];
    if (!takesControlPlane(zone)) return [{ ...problem, given: `EKS cannot use '${zone}' for a control plane` }];
    if (zones.indexOf(zone) !== i) return [{ ...problem, given: `'${zone}' again`, fix: "remove the second one" }];
    return [];
  });
}

export const zonesBelongToTheirRegions: Rule = onAws((stack) => {
  const { network, regions } = stack.config;
  const given = Object.entries(network.zones).filter(([region]) => regions.includes(region));
  return [
    ...foreignRegions("network.zones", network.zones, stack),
    ...given.flatMap(([region, zones]): Problem[] =>
      Object.hasOwn(network.existing, region)
        ? [
            {
              path: `network.zones.${region}`,
              given: zones.join(", "),
              allowed: `the subnets of network.existing.${region} say the zones`,
              fix: "remove it here",
            },
          ]
        : zoneProblems(region, zones, (i) => `network.zones.${region}[${i}]`),
    ),
  ];
});

/** A control plane and a load balancer need two zones; so does surviving the loss of one. */
export const existingVpcsSpanZones: Rule = onAws(({ config: { network, regions, traffic } }) =>
  Object.entries(network.existing)
    .filter(([region]) => regions.includes(region))
    .flatMap(([region, vpc]) => {
      const at = `network.existing.${region}`;
      const needed: [keyof typeof vpc & `${string}Subnets`, number][] = [
        ["privateSubnets", FEWEST],
        ["gpuSubnets", 1],
        ["publicSubnets", traffic.exposure === "public" ? FEWEST : 0],
      ];
      return needed.flatMap(([kind, fewest]): Problem[] => {
        const zones = Object.keys(vpc[kind]);
        const problems =
          kind === "privateSubnets"
            ? zoneProblems(region, zones, (i) => `${at}.${kind}.${zones[i]}`)
            : zones
                .filter((zone) => !zonesOf(region).includes(zone))
                .map((zone) => ({
                  path: `${at}.${kind}.${zone}`,
                  given: `'${zone}' is no zone of ${region}`,
                  allowed: `one of ${zonesOf(region).join(", ")}`,
                  fix: "use one of these",
                }));
        if (zones.length >= fewest) return problems;
        return [
          ...problems,
          {
            path: `${at}.${kind}`,
            given: zones.length === 0 ? "no zone" : zones.join(", "),
            allowed: `subnets in at least ${fewest} zone${fewest === 1 ? "" : "s"}`,
            fix: `add a subnet, like \`${usable(region)[0]}: subnet-0a1b2c3d4e5f60718\``,
          },
        ];
      });
    }),
);

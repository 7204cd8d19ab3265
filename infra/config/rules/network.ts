import { type Cidr, contains, overlap, parseCidr, VPC_PREFIX } from "../../core/aws/cidr";
import { defaultVpcCidr, isAwsRegion } from "../../core/aws/regions";
import type { Problem } from "../../core/errors";
import type { StackConfig } from "../schema";
import { foreignRegions, onAws, type Rule } from "./rule";

/** IPv4 ranges of the cells: VPCs that can be joined to each other and to an office network later. */

/** What AWS recommends for a VPC: private ranges, and the shared one of RFC 6598. */
const PRIVATE = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"];

const isPrivate = (cidr: Cidr): boolean =>
  PRIVATE.some((range) => {
    const outer = parseCidr(range);
    return outer !== undefined && contains(outer, cidr);
  });

export const rangesNameRegions: Rule = onAws((stack) => [
  ...foreignRegions("network.cidrs", stack.config.network.cidrs, stack),
  ...foreignRegions("network.existing", stack.config.network.existing, stack),
]);

export const rangesAreWhole: Rule = onAws(({ config: { network } }) =>
  Object.entries(network.cidrs).flatMap(([region, text]): Problem[] => {
    const path = `network.cidrs.${region}`;
    if (Object.hasOwn(network.existing, region))
      return [
        {
          path,
          given: text,
          allowed: `network.existing.${region}.cidr says the range of a VPC that is there already`,
          fix: "remove it here",
        },
      ];
    const cidr = parseCidr(text);
    return cidr?.prefix === VPC_PREFIX && isPrivate(cidr)
      ? []
      : [
          {
            path,
            given: text,
            allowed: `a private /${VPC_PREFIX} range like 10.20.0.0/16: pods have addresses of the VPC, and each zone's part of it is fixed`,
            fix: "choose one, or remove it for the region's default range",
          },
        ];
  }),
);

/** The range of a region's VPC, whoever made it, and where it is written. */
function rangeOf(region: string, { network }: StackConfig): { path: string; text: string } | undefined {
  const existing = network.existing[region];
  if (existing) return { path: `network.existing.${region}.cidr`, text: existing.cidr };
  const given = network.cidrs[region];
  if (given !== undefined) return { path: `network.cidrs.${region}`, text: given };
  return isAwsRegion(region) ? { path: "", text: defaultVpcCidr(region) } : undefined;
}

/** Overlapping ranges can never be joined, and a VPC's range cannot be changed later. */
export const rangesStayApart: Rule = onAws(({ config }) => {
  const ranges = config.regions.flatMap((region) => {
    const range = rangeOf(region, config);
    const cidr = parseCidr(range?.text ?? "");
    return range && cidr ? [{ region, ...range, cidr }] : [];
  });
  return ranges.flatMap((range, i) => {
    const other = ranges.slice(0, i).find(({ cidr }) => overlap(cidr, range.cidr));
    if (other === undefined || other.region === range.region) return [];
    // The one that was written is the one to change.
    const [wrong, right] = range.path === "" ? [other, range] : [range, other];
    return [
      {
        path: wrong.path,
        given: `${wrong.text} overlaps ${right.text} of ${right.region}`,
        allowed: "ranges that do not overlap, so that the VPCs can be joined",
        fix: "choose another range, or remove it for the region's default range",
      },
    ];
  });
});

import type { StackConfig } from "../../../config/schema";
import { cidrPlan } from "../../../core/aws/cidr";
import { defaultZones } from "../../../core/aws/zones";

/** What a subnet is for. Only `public` ones ever have a route to an internet gateway, and `gpu` ones have no way out. */
const SUBNET_KINDS = ["public", "private", "gpu"] as const;
export type SubnetKind = (typeof SUBNET_KINDS)[number];

type Given = Pick<StackConfig, "environment" | "network" | "traffic">;

/** Zone ids of one region's cell, in the order of the stack file; an adopted VPC may have GPU subnets in fewer of them. */
export function zonesIn(
  region: string,
  { network }: Pick<StackConfig, "network">,
  kind: "private" | "gpu" = "private",
): readonly string[] {
  const given = Object.keys(network.existing[region]?.[`${kind}Subnets`] ?? {});
  return given.length > 0 ? given : (network.zones[region] ?? defaultZones(region));
}

/** IPv4 range of one region's VPC. */
export const vpcCidr = (region: string, { network }: Pick<StackConfig, "network">): string =>
  network.existing[region]?.cidr ?? cidrPlan(region, [], network.cidrs[region]).vpc;

/** Public subnets exist only for what needs them: NAT gateways and public load balancers. */
export const hasPublicSubnets = ({ environment, network, traffic }: Given): boolean =>
  !environment.airgapped && (network.nat !== "none" || traffic.exposure === "public");

export interface PlannedSubnet {
  kind: SubnetKind;
  zone: string;
  cidr: string;
  tags: Record<string, string>;
}

/** The tags by which controllers in the cluster find subnets, and people in the console. */
const TAGS: Readonly<Record<SubnetKind, Record<string, string>>> = {
  public: { "kubernetes.io/role/elb": "1" },
  private: { "kubernetes.io/role/internal-elb": "1" },
  gpu: {},
};

/** The subnets that a region's own VPC has. */
export function plannedSubnets(environment: string, region: string, config: Given): PlannedSubnet[] {
  const zones = zonesIn(region, config);
  const { subnets } = cidrPlan(region, zones, config.network.cidrs[region]);
  const kinds = SUBNET_KINDS.filter((kind) => kind !== "public" || hasPublicSubnets(config));
  return zones.flatMap((zone) =>
    kinds.map((kind) => ({
      kind,
      zone,
      cidr: subnets[zone]?.[kind] ?? "",
      tags: { Name: `homeport-${environment}-${kind}-${zone}`, "homeport.dev/subnet": kind, ...TAGS[kind] },
    })),
  );
}

/** Zones that have a NAT gateway. A single one is in the first zone listed, so that zones added later move nothing. */
export function natZones(region: string, config: Given): readonly string[] {
  const zones = zonesIn(region, config);
  return { none: [], single: zones.slice(0, 1), zonal: zones }[config.network.nat];
}

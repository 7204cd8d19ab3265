import {
  DescribeRouteTablesCommand,
  DescribeSubnetsCommand,
  DescribeVpcAttributeCommand,
  DescribeVpcEndpointsCommand,
  DescribeVpcsCommand,
  EC2Client,
  type Subnet,
} from "@aws-sdk/client-ec2";
import type { StackConfig } from "../../../infra/config/schema";
import type { Place } from "../../../infra/core/aws/names";
import type { SubnetKind } from "../../../infra/values/aws/network/subnets";
import { addressesTaken } from "../../../infra/values/aws/nodes/subnet-room";
import { awsClient } from "../aws/client";
import type { Asked, Check, Finding } from "./check";
import { expectedOf, tableOf, waysOut, wrongWay } from "./routes";

/** A VPC that somebody else made: whether it is what the stack file says, and what the program takes for granted. */

type Existing = StackConfig["network"]["existing"][string];

interface NamedSubnet {
  id: string;
  kind: SubnetKind;
  zone: string;
}

const subnetsOf = ({ privateSubnets, gpuSubnets, publicSubnets }: Existing): NamedSubnet[] =>
  Object.entries({ private: privateSubnets, gpu: gpuSubnets, public: publicSubnets }).flatMap(([kind, ids]) =>
    Object.entries(ids).map(([zone, id]) => ({ id, zone, kind: kind as SubnetKind })),
  );

/** What every check of one adopted VPC needs. */
interface Adopted {
  ec2: EC2Client;
  region: string;
  existing: Existing;
  subnets: readonly NamedSubnet[];
  config: StackConfig;
  /** Where the stack file names it. */
  path: string;
}

/** One check for each part of the VPC that a region adopts; none where it makes its own. */
export function existingVpcChecks({ region }: Place, { config }: Asked): Check[] {
  const existing = config.network.existing[region];
  if (existing === undefined) return [];
  const ec2 = awsClient(EC2Client, { region });
  const path = `network.existing.${region}`;
  const adopted = { ec2, region, existing, subnets: subnetsOf(existing), config, path };
  return [
    { name: `${region} vpc`, look: () => vpc(adopted) },
    { name: `${region} subnets`, look: () => places(adopted) },
    { name: `${region} subnet addresses`, look: () => room(adopted) },
    { name: `${region} routes`, look: () => routes(adopted) },
    ...(existing.endpoints.length === 0 ? [] : [{ name: `${region} vpc endpoints`, look: () => endpoints(adopted) }]),
  ];
}

const ofVpc = ({ existing: { vpcId } }: Adopted) => ({ Filters: [{ Name: "vpc-id", Values: [vpcId] }] });

async function vpc(adopted: Adopted): Promise<Finding> {
  const { ec2, region, path, existing } = adopted;
  const { vpcId, cidr } = existing;
  const { Vpcs = [] } = await ec2.send(new DescribeVpcsCommand(ofVpc(adopted)));
  const [found] = Vpcs;
  if (found === undefined) return { found: `${vpcId} is not in this account`, fix: `correct ${path}.vpcId` };
  const ranges = [found.CidrBlock, ...(found.CidrBlockAssociationSet ?? []).map(({ CidrBlock }) => CidrBlock)];
  if (!ranges.includes(cidr))
    return {
      found: `${vpcId} has ${[...new Set(ranges)].join(", ")}, not ${cidr}`,
      fix: `correct ${path}.cidr: security groups and policies name it`,
    };
  const off = await dnsOff(ec2, vpcId);
  if (off.length === 0) return { found: `${vpcId} is ${cidr}, with DNS` };
  const command = (option: string) => `aws ec2 modify-vpc-attribute --vpc-id ${vpcId} ${option} --region ${region}`;
  return {
    found: `${vpcId} has ${off.join(" and ")} off: nodes would find neither the cluster nor endpoints by name`,
    fix: off.map((one) => command(DNS[one])).join(" && "),
  };
}

/** EKS needs both, and so do the names of interface endpoints; the option that turns each on. */
const DNS = { enableDnsSupport: "--enable-dns-support", enableDnsHostnames: "--enable-dns-hostnames" } as const;

/** AWS answers one attribute at a time. */
async function dnsOff(ec2: EC2Client, VpcId: string): Promise<(keyof typeof DNS)[]> {
  const support = await ec2.send(new DescribeVpcAttributeCommand({ VpcId, Attribute: "enableDnsSupport" }));
  const names = await ec2.send(new DescribeVpcAttributeCommand({ VpcId, Attribute: "enableDnsHostnames" }));
  return [
    ...(support.EnableDnsSupport?.Value ? [] : ["enableDnsSupport" as const]),
    ...(names.EnableDnsHostnames?.Value ? [] : ["enableDnsHostnames" as const]),
  ];
}

async function described({ ec2, subnets }: Adopted): Promise<Map<string, Subnet>> {
  const Values = [...new Set(subnets.map(({ id }) => id))];
  const { Subnets = [] } = await ec2.send(new DescribeSubnetsCommand({ Filters: [{ Name: "subnet-id", Values }] }));
  return new Map(Subnets.map((subnet) => [subnet.SubnetId ?? "", subnet]));
}

async function places(adopted: Adopted): Promise<Finding> {
  const { existing, subnets, path } = adopted;
  const there = await described(adopted);
  const wrong = subnets.flatMap(({ id, kind, zone }) => {
    const found = there.get(id);
    if (found === undefined) return [`${id} is not there`];
    if (found.VpcId !== existing.vpcId) return [`${id} lies in ${found.VpcId}, not ${existing.vpcId}`];
    const at = found.AvailabilityZoneId;
    return at === zone ? [] : [`${id} (${kind}) lies in ${at}, not ${zone}`];
  });
  return wrong.length === 0
    ? { found: `all ${subnets.length} are in their zones` }
    : { found: wrong.join("; "), fix: `correct the subnets of ${path}` };
}

async function room(adopted: Adopted): Promise<Finding> {
  const there = await described(adopted);
  const need = addressesTaken(adopted.region, adopted.config);
  const small = adopted.subnets.flatMap(({ id, kind }) => {
    const free = there.get(id)?.AvailableIpAddressCount;
    return free === undefined || free >= need[kind] ? [] : [`${id} (${kind}) has ${free} free, may need ${need[kind]}`];
  });
  return small.length === 0
    ? { found: `enough: up to ${need.private} in a private subnet, ${need.gpu} in one for GPUs` }
    : { found: small.join("; "), fix: "name subnets with more room, or lower `max` of the pools" };
}

async function routes(adopted: Adopted): Promise<Finding> {
  const { ec2, existing, subnets, config, path } = adopted;
  const { RouteTables: tables = [] } = await ec2.send(new DescribeRouteTablesCommand(ofVpc(adopted)));
  const wrong = subnets.flatMap(({ id, kind }) => {
    const table = tableOf(id, tables);
    const why = table === undefined ? "has no route table" : wrongWay(expectedOf(kind, config), waysOut(table));
    return why === undefined ? [] : [`${id} (${kind}) ${why}`];
  });
  if (wrong.length > 0)
    return { found: wrong.join("; "), fix: "change the route tables, or name other subnets in network.existing" };
  const used = subnets.flatMap(({ id, kind }) => (kind === "public" ? [] : (tableOf(id, tables)?.RouteTableId ?? [])));
  const unnamed = [...new Set(used)].filter((table) => !existing.routeTables.includes(table));
  if (unnamed.length === 0 || existing.endpoints.includes("s3"))
    return { found: `${subnets.length} subnets lead where they should` };
  return {
    found: `${unnamed.join(", ")} would get no way to S3: not among ${path}.routeTables`,
    fix: "add it there, or `endpoints: [s3]` where it has S3's gateway endpoint already",
  };
}

async function endpoints(adopted: Adopted): Promise<Finding> {
  const { ec2, region, existing, path } = adopted;
  const { VpcEndpoints = [] } = await ec2.send(new DescribeVpcEndpointsCommand(ofVpc(adopted)));
  const there = VpcEndpoints.filter(({ State = "" }) => /^available$/i.test(State)).map(
    ({ ServiceName }) => ServiceName,
  );
  const missing = existing.endpoints.filter((service) => !there.includes(`com.amazonaws.${region}.${service}`));
  return missing.length === 0
    ? { found: `${existing.endpoints.join(", ")} are there` }
    : {
        found: `${existing.vpcId} has no endpoint for ${missing.join(", ")}`,
        fix: `remove it from ${path}.endpoints, and it is made`,
      };
}

import type { Route, RouteTable } from "@aws-sdk/client-ec2";
import type { StackConfig } from "../../../infra/config/schema";
import type { SubnetKind } from "../../../infra/values/aws/network/subnets";

/** Where packets go that leave a subnet of somebody else's VPC, and whether that is right for what it is used for. */

export const tableOf = (subnet: string, tables: readonly RouteTable[]): RouteTable | undefined =>
  tables.find(({ Associations = [] }) => Associations.some(({ SubnetId }) => SubnetId === subnet)) ??
  tables.find(({ Associations = [] }) => Associations.some(({ Main }) => Main));

const EVERYWHERE = ["0.0.0.0/0", "::/0"];

const targetOf = ({ GatewayId, NatGatewayId, EgressOnlyInternetGatewayId, ...others }: Route): string =>
  GatewayId ??
  NatGatewayId ??
  EgressOnlyInternetGatewayId ??
  others.TransitGatewayId ??
  others.VpcPeeringConnectionId ??
  others.NetworkInterfaceId ??
  "another gateway";

const isInternet = (target: string): boolean => /^(igw|eigw|nat)-/.test(target);

/** Routes to everywhere, or to the internet by whatever range; `dead` when what they led to is gone. */
export interface WayOut {
  target: string;
  dead: boolean;
}

export const waysOut = ({ Routes = [] }: RouteTable): WayOut[] =>
  Routes.flatMap((route) => {
    const target = targetOf(route);
    const range = route.DestinationCidrBlock ?? route.DestinationIpv6CidrBlock ?? "";
    return EVERYWHERE.includes(range) || isInternet(target) ? [{ target, dead: route.State === "blackhole" }] : [];
  });

/** What a subnet's ways out must be. */
export type Expected = "closed" | "open" | "either" | "public";

export const expectedOf = (
  kind: SubnetKind,
  { environment: { airgapped }, network: { nat } }: Pick<StackConfig, "environment" | "network">,
): Expected => {
  if (kind === "public") return "public";
  if (kind === "gpu" || airgapped) return "closed";
  // Without NAT the program's own private subnets have no way out either; every service has its endpoint.
  return nat === "none" ? "either" : "open";
};

/** What is wrong with a subnet's ways out; `undefined` where nothing is. */
export function wrongWay(expected: Expected, ways: readonly WayOut[]): string | undefined {
  const alive = ways.filter(({ dead }) => !dead).map(({ target }) => target);
  if (expected === "closed") return alive.length === 0 ? undefined : `leads out by ${alive.join(", ")}, and must not`;
  if (expected === "public")
    return alive.some((target) => target.startsWith("igw-")) ? undefined : "has no route to an internet gateway";
  const [usable] = alive.filter((target) => !/^e?igw-/.test(target));
  if (usable !== undefined) return undefined;
  if (alive.length > 0) return `leads out by ${alive.join(", ")}, which serves public addresses only: nodes have none`;
  if (expected === "either") return undefined;
  return ways.length > 0 ? `leads out by ${ways[0]?.target}, which is gone` : "has no way out";
}

import { defaultVpcCidr, isAwsRegion } from "./regions";
import { zoneNumber } from "./zones";

/** IPv4 ranges as numbers, and the plan by which a region's VPC is divided. */

export interface Cidr {
  /** First address, as a number. */
  first: number;
  /** Length of the prefix, 0 to 32. */
  prefix: number;
}

const size = ({ prefix }: Cidr): number => 2 ** (32 - prefix);

/** `undefined` for what is no range, and for one whose address is not its first (10.0.0.1/16). */
export function parseCidr(text: string): Cidr | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(text);
  if (!match) return undefined;
  const [a = 0, b = 0, c = 0, d = 0, prefix = 0] = match.slice(1).map(Number);
  if (Math.max(a, b, c, d) > 255 || prefix > 32) return undefined;
  // Multiplied, not shifted: a shift makes addresses from 128.0.0.0 on negative.
  const cidr = { first: ((a * 256 + b) * 256 + c) * 256 + d, prefix };
  return cidr.first % size(cidr) === 0 ? cidr : undefined;
}

export const formatCidr = ({ first, prefix }: Cidr): string =>
  `${[24, 16, 8, 0].map((bits) => Math.floor(first / 2 ** bits) % 256).join(".")}/${prefix}`;

export const contains = (outer: Cidr, inner: Cidr): boolean =>
  outer.first <= inner.first && inner.first + size(inner) <= outer.first + size(outer);

/** Two ranges overlap exactly when one holds the other: both begin at a multiple of their size. */
export const overlap = (a: Cidr, b: Cidr): boolean => contains(a, b) || contains(b, a);

interface ZoneSubnets {
  /** 1,024 addresses for NAT gateways and public load balancers. */
  public: string;
  /** 4,096 each for the control plane, CPU nodes and their pods, and for GPU nodes and theirs. */
  private: string;
  gpu: string;
}

export interface CidrPlan {
  vpc: string;
  /** By zone id. */
  subnets: Readonly<Record<string, ZoneSubnets>>;
}

/** Of the VPC's 256 blocks of 256 addresses, zone n takes 4 from 4n, and 16 each from 32n and 32n + 16. */
const BLOCK = 256;
const PLAN = {
  public: (n: number) => ({ first: 4 * n, prefix: 22 }),
  private: (n: number) => ({ first: 32 * n, prefix: 20 }),
  gpu: (n: number) => ({ first: 32 * n + 16, prefix: 20 }),
};
export const VPC_PREFIX = 16;
/** Zone 8's blocks would lie behind the VPC's end. */
const LAST_ZONE = 7;

/**
 * Subnets of one region by zone id (`use1-az4`). A zone's own number chooses its part of the range, so adding a zone or
 * a region moves nothing. `vpcCidr` must be a /16; the rules have checked it.
 */
export function cidrPlan(region: string, zones: readonly string[], vpcCidr?: string): CidrPlan {
  const text = vpcCidr ?? (isAwsRegion(region) ? defaultVpcCidr(region) : "");
  const vpc = parseCidr(text);
  if (vpc?.prefix !== VPC_PREFIX) throw new RangeError(`${region}: '${text}' is not a /16 range`);
  const part = (kind: keyof ZoneSubnets, n: number): string => {
    const { first, prefix } = PLAN[kind](n);
    return formatCidr({ first: vpc.first + first * BLOCK, prefix });
  };
  const subnets = zones.map((zone): [string, ZoneSubnets] => {
    const n = zoneNumber(zone);
    if (n === undefined || n > LAST_ZONE) throw new RangeError(`${zone}: not a zone id from az1 to az${LAST_ZONE}`);
    return [zone, { public: part("public", n), private: part("private", n), gpu: part("gpu", n) }];
  });
  return { vpc: text, subnets: Object.fromEntries(subnets) };
}

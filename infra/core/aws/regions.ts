/**
 * What is fixed for each AWS region. Region codes: cfn-lint 1.58.0 (2026-11-22).
 *
 * Jurisdiction: not the region's prefix, for London (eu-west-2) and Zurich (eu-central-2) are not in the EU.
 *
 * Second octet: of the region's VPC, 10.x.0.0/16. A range never moves, so a new region takes the next free number,
 * whatever its place in the list. 100 stays free: EKS may give 10.100.0.0/16 to Services.
 */
const REGIONS = {
  "us-east-1": { jurisdiction: "us", secondOctet: 64 },
  "us-east-2": { jurisdiction: "us", secondOctet: 65 },
  "us-west-1": { jurisdiction: "us", secondOctet: 66 },
  "us-west-2": { jurisdiction: "us", secondOctet: 67 },
  "us-gov-east-1": { jurisdiction: "us-gov", secondOctet: 68 },
  "us-gov-west-1": { jurisdiction: "us-gov", secondOctet: 69 },
  "ca-central-1": { jurisdiction: "ca", secondOctet: 70 },
  "ca-west-1": { jurisdiction: "ca", secondOctet: 71 },
  "mx-central-1": { jurisdiction: "mx", secondOctet: 72 },
  "sa-east-1": { jurisdiction: "sa", secondOctet: 73 },
  "eu-central-1": { jurisdiction: "eu", secondOctet: 74 },
  "eu-west-1": { jurisdiction: "eu", secondOctet: 75 },
  "eu-west-3": { jurisdiction: "eu", secondOctet: 76 },
  "eu-north-1": { jurisdiction: "eu", secondOctet: 77 },
  "eu-south-1": { jurisdiction: "eu", secondOctet: 78 },
  "eu-south-2": { jurisdiction: "eu", secondOctet: 79 },
  "eu-west-2": { jurisdiction: "uk", secondOctet: 80 },
  "eu-central-2": { jurisdiction: "ch", secondOctet: 81 },
  "ap-northeast-1": { jurisdiction: "jp", secondOctet: 82 },
  "ap-northeast-3": { jurisdiction: "jp", secondOctet: 83 },
  "ap-northeast-2": { jurisdiction: "kr", secondOctet: 84 },
  "ap-south-1": { jurisdiction: "in", secondOctet: 85 },
  "ap-south-2": { jurisdiction: "in", secondOctet: 86 },
  "ap-southeast-1": { jurisdiction: "sg", secondOctet: 87 },
  "ap-southeast-2": { jurisdiction: "au", secondOctet: 88 },
  "ap-southeast-4": { jurisdiction: "au", secondOctet: 89 },
  "ap-southeast-3": { jurisdiction: "id", secondOctet: 90 },
  "ap-southeast-5": { jurisdiction: "my", secondOctet: 91 },
  "ap-southeast-7": { jurisdiction: "th", secondOctet: 92 },
  "ap-southeast-6": { jurisdiction: "nz", secondOctet: 93 },
  "ap-east-1": { jurisdiction: "hk", secondOctet: 94 },
  "ap-east-2": { jurisdiction: "tw", secondOctet: 95 },
  "af-south-1": { jurisdiction: "za", secondOctet: 96 },
  "il-central-1": { jurisdiction: "il", secondOctet: 97 },
  "me-south-1": { jurisdiction: "bh", secondOctet: 98 },
  "me-central-1": { jurisdiction: "ae", secondOctet: 99 },
  "cn-north-1": { jurisdiction: "cn", secondOctet: 101 },
  "cn-northwest-1": { jurisdiction: "cn", secondOctet: 102 },
} as const;

type AwsRegion = keyof typeof REGIONS;

export const AWS_REGIONS: readonly string[] = Object.keys(REGIONS);

export const isAwsRegion = (region: string): region is AwsRegion => Object.hasOwn(REGIONS, region);

/** What `environment.residency` may name. */
export const JURISDICTIONS = [...new Set(Object.values(REGIONS).map(({ jurisdiction }) => jurisdiction))];

export const jurisdictionOf = (region: AwsRegion): (typeof JURISDICTIONS)[number] => REGIONS[region].jurisdiction;

/** IPv4 range of a region's VPC unless the stack file gives another. */
export const defaultVpcCidr = (region: AwsRegion): string => `10.${REGIONS[region].secondOctet}.0.0/16`;

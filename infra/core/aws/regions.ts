/**
 * What is fixed for each AWS region. Region codes: cfn-lint 1.58.0; places: botocore 1.44.5 (2026-11-22).
 *
 * Jurisdiction: not the region's prefix, for London (eu-west-2) and Zurich (eu-central-2) are not in the EU.
 *
 * Second octet: of the region's VPC, 10.x.0.0/16. A range never moves, so a new region takes the next free number,
 * whatever its place in the list. 100 stays free: EKS may give 10.100.0.0/16 to Services.
 */
const REGIONS = {
  "us-east-1": { place: "N. Virginia", jurisdiction: "us", secondOctet: 64 },
  "us-east-2": { place: "Ohio", jurisdiction: "us", secondOctet: 65 },
  "us-west-1": { place: "N. California", jurisdiction: "us", secondOctet: 66 },
  "us-west-2": { place: "Oregon", jurisdiction: "us", secondOctet: 67 },
  "us-gov-east-1": { place: "AWS GovCloud (US-East)", jurisdiction: "us-gov", secondOctet: 68 },
  "us-gov-west-1": { place: "AWS GovCloud (US-West)", jurisdiction: "us-gov", secondOctet: 69 },
  "ca-central-1": { place: "Canada", jurisdiction: "ca", secondOctet: 70 },
  "ca-west-1": { place: "Calgary", jurisdiction: "ca", secondOctet: 71 },
  "mx-central-1": { place: "Mexico", jurisdiction: "mx", secondOctet: 72 },
  "sa-east-1": { place: "São Paulo", jurisdiction: "sa", secondOctet: 73 },
  "eu-central-1": { place: "Frankfurt", jurisdiction: "eu", secondOctet: 74 },
  "eu-west-1": { place: "Ireland", jurisdiction: "eu", secondOctet: 75 },
  "eu-west-3": { place: "Paris", jurisdiction: "eu", secondOctet: 76 },
  "eu-north-1": { place: "Stockholm", jurisdiction: "eu", secondOctet: 77 },
  "eu-south-1": { place: "Milan", jurisdiction: "eu", secondOctet: 78 },
  "eu-south-2": { place: "Spain", jurisdiction: "eu", secondOctet: 79 },
  "eu-west-2": { place: "London", jurisdiction: "uk", secondOctet: 80 },
  "eu-central-2": { place: "Zurich", jurisdiction: "ch", secondOctet: 81 },
  "ap-northeast-1": { place: "Tokyo", jurisdiction: "jp", secondOctet: 82 },
  "ap-northeast-3": { place: "Osaka", jurisdiction: "jp", secondOctet: 83 },
  "ap-northeast-2": { place: "Seoul", jurisdiction: "kr", secondOctet: 84 },
  "ap-south-1": { place: "Mumbai", jurisdiction: "in", secondOctet: 85 },
  "ap-south-2": { place: "Hyderabad", jurisdiction: "in", secondOctet: 86 },
  "ap-southeast-1": { place: "Singapore", jurisdiction: "sg", secondOctet: 87 },
  "ap-southeast-2": { place: "Sydney", jurisdiction: "au", secondOctet: 88 },
  "ap-southeast-4": { place: "Melbourne", jurisdiction: "au", secondOctet: 89 },
  "ap-southeast-3": { place: "Jakarta", jurisdiction: "id", secondOctet: 90 },
  "ap-southeast-5": { place: "Malaysia", jurisdiction: "my", secondOctet: 91 },
  "ap-southeast-7": { place: "Thailand", jurisdiction: "th", secondOctet: 92 },
  "ap-southeast-6": { place: "New Zealand", jurisdiction: "nz", secondOctet: 93 },
  "ap-east-1": { place: "Hong Kong", jurisdiction: "hk", secondOctet: 94 },
  "ap-east-2": { place: "Taipei", jurisdiction: "tw", secondOctet: 95 },
  "af-south-1": { place: "Cape Town", jurisdiction: "za", secondOctet: 96 },
  "il-central-1": { place: "Tel Aviv", jurisdiction: "il", secondOctet: 97 },
  "me-south-1": { place: "Bahrain", jurisdiction: "bh", secondOctet: 98 },
  "me-central-1": { place: "UAE", jurisdiction: "ae", secondOctet: 99 },
  "cn-north-1": { place: "Beijing", jurisdiction: "cn", secondOctet: 101 },
  "cn-northwest-1": { place: "Ningxia", jurisdiction: "cn", secondOctet: 102 },
} as const;

type AwsRegion = keyof typeof REGIONS;

export const AWS_REGIONS: readonly string[] = Object.keys(REGIONS);

export const isAwsRegion = (region: string): region is AwsRegion => Object.hasOwn(REGIONS, region);

/** What `environment.residency` may name. */
export const JURISDICTIONS = [...new Set(Object.values(REGIONS).map(({ jurisdiction }) => jurisdiction))];

/** As a reader knows it: Frankfurt. */
export const placeOf = (region: AwsRegion): string => REGIONS[region].place;

export const jurisdictionOf = (region: AwsRegion): (typeof JURISDICTIONS)[number] => REGIONS[region].jurisdiction;

/** IPv4 range of a region's VPC unless the stack file gives another. */
export const defaultVpcCidr = (region: AwsRegion): string => `10.${REGIONS[region].secondOctet}.0.0/16`;

/**
 * Jurisdiction of each AWS region. Not the region's prefix: London (eu-west-2) and Zurich (eu-central-2) are not in the EU.
 * Region codes: cfn-lint 1.58.0 (2026-11-22).
 */
const REGION_JURISDICTION = {
  "us-east-1": "us",
  "us-east-2": "us",
  "us-west-1": "us",
  "us-west-2": "us",
  "us-gov-east-1": "us-gov",
  "us-gov-west-1": "us-gov",
  "ca-central-1": "ca",
  "ca-west-1": "ca",
  "mx-central-1": "mx",
  "sa-east-1": "sa",
  "eu-central-1": "eu",
  "eu-west-1": "eu",
  "eu-west-3": "eu",
  "eu-north-1": "eu",
  "eu-south-1": "eu",
  "eu-south-2": "eu",
  "eu-west-2": "uk",
  "eu-central-2": "ch",
  "ap-northeast-1": "jp",
  "ap-northeast-3": "jp",
  "ap-northeast-2": "kr",
  "ap-south-1": "in",
  "ap-south-2": "in",
  "ap-southeast-1": "sg",
  "ap-southeast-2": "au",
  "ap-southeast-4": "au",
  "ap-southeast-3": "id",
  "ap-southeast-5": "my",
  "ap-southeast-7": "th",
  "ap-southeast-6": "nz",
  "ap-east-1": "hk",
  "ap-east-2": "tw",
  "af-south-1": "za",
  "il-central-1": "il",
  "me-south-1": "bh",
  "me-central-1": "ae",
  "cn-north-1": "cn",
  "cn-northwest-1": "cn",
} as const;

type AwsRegion = keyof typeof REGION_JURISDICTION;

export const AWS_REGIONS: readonly string[] = Object.keys(REGION_JURISDICTION);

export const isAwsRegion = (region: string): region is AwsRegion => Object.hasOwn(REGION_JURISDICTION, region);

/** What `environment.residency` may name. */
export const JURISDICTIONS = [...new Set(Object.values(REGION_JURISDICTION))];

export const jurisdictionOf = (region: AwsRegion): (typeof JURISDICTIONS)[number] => REGION_JURISDICTION[region];

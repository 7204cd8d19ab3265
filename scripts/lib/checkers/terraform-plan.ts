import type { PlannedResource } from "../render/recorder";

/**
 * A plan in the words of Terraform, which is what the scanners of AWS resources read. Pulumi's AWS provider is made
 * from Terraform's, so the types and properties are the same under other names.
 */
export interface TerraformPlan {
  format_version: string;
  terraform_version: string;
  planned_values: { root_module: { resources: TerraformResource[] } };
}

interface TerraformResource {
  /** `aws_vpc.us-east-1_vpc` */
  address: string;
  mode: "managed";
  type: string;
  name: string;
  provider_name: string;
  values: Record<string, unknown>;
}

export function terraformPlan(plan: readonly PlannedResource[]): TerraformPlan {
  const aws = plan.filter(({ type }) => type.startsWith("aws:"));
  const references = referencesOf(aws);
  const resources = aws.map(
    (resource): TerraformResource => ({
      address: terraformAddress(resource),
      mode: "managed",
      type: terraformType(resource.type),
      name: plainName(resource.name),
      provider_name: "registry.terraform.io/hashicorp/aws",
      values: block(resource.inputs, references.of(resource)),
    }),
  );
  return { format_version: "1.2", terraform_version: "1.12.0", planned_values: { root_module: { resources } } };
}

export const terraformAddress = ({ type, name }: PlannedResource): string =>
  `${terraformType(type)}.${plainName(name)}`;

const plainName = (name: string): string => name.replace(/[^A-Za-z0-9_-]/g, "_");

/** Modules whose name Terraform says otherwise, or not at all. */
const PREFIXES: Readonly<Record<string, string>> = {
  amp: "aws_prometheus",
  costexplorer: "aws_ce",
  ec2: "aws",
};

/** Types whose name follows from nothing. */
const IRREGULAR: Readonly<Record<string, string>> = {
  "aws:cloudtrail/trail:Trail": "aws_cloudtrail",
  "aws:ec2/capacityReservation:CapacityReservation": "aws_ec2_capacity_reservation",
  "aws:lb/loadBalancer:LoadBalancer": "aws_lb",
  "aws:s3/bucketReplicationConfig:BucketReplicationConfig": "aws_s3_bucket_replication_configuration",
};

/** `aws:eks/nodeGroup:NodeGroup` -> `aws_eks_node_group` */
export function terraformType(type: string): string {
  const [, module = "", kind = ""] = /^aws:([^/:]+)[^:]*:(.+)$/.exec(type) ?? [];
  return IRREGULAR[type] ?? `${PREFIXES[module] ?? `aws_${module}`}_${snakeCase(kind).replace(/^_/, "")}`;
}

const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** Maps of the user's own keys; every other object is a block. */
const MAPS = new Set(["tags", "labels", "dimensions"]);

/** Lists of blocks that Terraform, too, calls by a plural. */
const PLURALS = new Set(["blockDeviceMappings", "networkInterfaces", "nodeRepairConfigOverrides", "tagSpecifications"]);

/** Blocks that Pulumi gives a name which is no plural of Terraform's. */
const OTHER_NAMES: Readonly<Record<string, string>> = { metricQueries: "metric_query" };

type Refer = (text: string, key: string) => string;

function block(fields: Record<string, unknown>, refer: Refer): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields)
      .filter(([, value]) => value !== undefined && value !== null)
      .map(([key, value]) => [blockName(key, value), inner(key, value, refer)]),
  );
}

/** Terraform calls a list of blocks by the single block. */
function blockName(key: string, value: unknown): string {
  const isBlocks = Array.isArray(value) && value.length > 0 && value.every(isRecord);
  if (!isBlocks || PLURALS.has(key)) return snakeCase(key);
  return (
    OTHER_NAMES[key] ??
    snakeCase(key)
      .replace(/ies$/, "y")
      .replace(/(?<=ss|x|ch|sh|us|ias)es$|(?<!s)s$/, "")
  );
}

/** One block is a list of one; a map stays as it is. */
function inner(key: string, value: unknown, refer: Refer): unknown {
  if (typeof value === "string") return refer(value, key);
  if (Array.isArray(value)) return value.map((item) => (isRecord(item) ? block(item, refer) : inner(key, item, refer)));
  if (!isRecord(value)) return value;
  return MAPS.has(key) ? value : [block(value, refer)];
}

/** `<id of us-east-1/vpc>` and the plain name of a bucket -> `aws_vpc.us-east-1_vpc.id`, by which scanners join. */
function referencesOf(aws: readonly PlannedResource[]): { of: (resource: PlannedResource) => Refer } {
  const byName = new Map<string, PlannedResource[]>();
  for (const resource of aws) byName.set(resource.name, [...(byName.get(resource.name) ?? []), resource]);
  const buckets = new Map(
    aws.filter(({ type }) => type === "aws:s3/bucket:Bucket").map((resource) => [resource.inputs.bucket, resource]),
  );
  return {
    of: (resource) => (text, key) => {
      const bucket = key === "bucket" ? buckets.get(text) : undefined;
      if (bucket !== undefined && bucket !== resource) return `${terraformAddress(bucket)}.id`;
      const [, field, name] = /^<([^<>]+) of ([^<>]+)>$/.exec(text) ?? [];
      if (field === undefined || name === undefined) return text;
      const meant = (byName.get(name) ?? []).filter(({ urn }) => resource.dependencies.includes(urn));
      return meant[0] === undefined ? text : `${terraformAddress(meant[0])}.${snakeCase(field)}`;
    },
  };
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

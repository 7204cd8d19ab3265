import type { PlannedResource } from "../../../scripts/lib/render/recorder";
import { schemaOf } from "./cloudformation";
import { MAPPED_TYPES } from "./mapped-types";
import { isRecord, schemaShape } from "./schema-shape";

/**
 * Types whose loss loses data, addresses or everything that stands on them, with the properties by which Pulumi
 * replaces them and CloudFormation does not (argument references of the provider's 6.x/7.x documentation, "forces new
 * resource"; read 2026-11-22).
 */
const STATEFUL: Readonly<Record<string, readonly string[]>> = {
  "aws:acm/certificate:Certificate": ["keyAlgorithm", "subjectAlternativeNames"],
  "aws:amp/workspace:Workspace": [],
  "aws:cloudtrail/trail:Trail": [],
  "aws:cloudwatch/logGroup:LogGroup": ["logGroupClass"],
  "aws:ec2/eip:Eip": [],
  "aws:ec2/subnet:Subnet": ["availabilityZoneId"],
  "aws:ec2/vpc:Vpc": [],
  "aws:ecr/repository:Repository": [],
  "aws:eks/cluster:Cluster": [],
  "aws:kms/alias:Alias": [],
  "aws:kms/key:Key": ["customerMasterKeySpec", "keyUsage", "multiRegion"],
  "aws:lb/loadBalancer:LoadBalancer": ["internal", "loadBalancerType"],
  "aws:route53/zone:Zone": ["delegationSetId"],
  "aws:s3/bucket:Bucket": ["objectLockEnabled"],
};

/** What an `up` from one plan to another would delete or make anew although it holds state: `<type> <name>: <why>`. */
export function statefulLosses(before: readonly PlannedResource[], after: readonly PlannedResource[]): string[] {
  const later = new Map(after.map((resource) => [resource.urn, resource]));
  return before.flatMap((resource) => {
    const { type, name, urn } = resource;
    if (STATEFUL[type] === undefined) return [];
    const next = later.get(urn);
    const reasons = next === undefined ? ["removed, or renamed without an alias"] : replacedBy(resource, next);
    return reasons.map((reason) => `${type} ${name}: ${reason}`);
  });
}

/** What would be made anew between two plans that both have it: `NodeGroup us-east-1/system: Subnets`. */
export function replacedBetween(before: readonly PlannedResource[], after: readonly PlannedResource[]): string[] {
  const later = new Map(after.map((resource) => [resource.urn, resource]));
  return before
    .filter(({ type }) => MAPPED_TYPES[type] !== undefined)
    .flatMap((resource) => {
      const reasons = replacedBy(resource, later.get(resource.urn) ?? resource);
      return reasons.length === 0 ? [] : [`${resource.type.split(":").at(-1)} ${resource.name}: ${reasons.join(", ")}`];
    });
}

/** Properties whose change makes a new resource of the same URN. */
export function replacedBy(before: PlannedResource, after: PlannedResource): string[] {
  const mapped = MAPPED_TYPES[before.type];
  if (mapped === undefined) throw new Error(`${before.type} is not in test/support/aws/mapped-types.ts`);
  const moved = before.provider === after.provider ? [] : ["its provider, that is its region or account"];
  const own = [...(STATEFUL[before.type] ?? []), "region"].filter((key) =>
    differ(before.inputs[key], after.inputs[key]),
  );
  const [old, young] = [before, after].map(({ inputs }) => schemaShape(inputs, mapped).shape);
  const createOnly = schemaOf(mapped.schema).createOnly.filter((path) => differ(at(old, path), at(young, path)));
  return [...moved, ...own, ...createOnly];
}

const differ = (a: unknown, b: unknown): boolean => JSON.stringify(a ?? null) !== JSON.stringify(b ?? null);

/** What stands at a path, in every item where the path goes through a list. */
function at(value: unknown, path: string): unknown {
  return path.split("/").reduce<unknown>((inner, step) => {
    if (Array.isArray(inner)) return inner.map((item) => (isRecord(item) ? item[step] : undefined));
    return isRecord(inner) ? inner[step] : undefined;
  }, value);
}

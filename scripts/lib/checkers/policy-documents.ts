import type { PlannedResource } from "../render/recorder";

/** Who a policy speaks to decides what it must say: a trust policy has no resource, an identity's no principal. */
type PolicyKind = "identity" | "resource" | "trust";

export interface PolicyDocument {
  resource: PlannedResource;
  kind: PolicyKind;
  document: Record<string, unknown>;
}

/** Properties that hold a policy, by type of resource. */
const PLACES: Readonly<Record<string, Readonly<Record<string, PolicyKind>>>> = {
  "aws:ec2/vpcEndpoint:VpcEndpoint": { policy: "resource" },
  "aws:ecr/repositoryPolicy:RepositoryPolicy": { policy: "resource" },
  "aws:eks/podIdentityAssociation:PodIdentityAssociation": { policy: "identity" },
  "aws:iam/policy:Policy": { policy: "identity" },
  "aws:iam/role:Role": { assumeRolePolicy: "trust" },
  "aws:iam/rolePolicy:RolePolicy": { policy: "identity" },
  "aws:kms/key:Key": { policy: "resource" },
  "aws:kms/keyPolicy:KeyPolicy": { policy: "resource" },
  "aws:s3/bucketPolicy:BucketPolicy": { policy: "resource" },
  "aws:sns/topicPolicy:TopicPolicy": { policy: "resource" },
  "aws:sqs/queuePolicy:QueuePolicy": { policy: "resource" },
};

/** Every IAM policy of a plan. */
export function policyDocuments(plan: readonly PlannedResource[]): PolicyDocument[] {
  return plan.flatMap((resource) =>
    Object.entries(PLACES[resource.type] ?? {}).flatMap(([property, kind]) => {
      const text = resource.inputs[property];
      if (text === undefined) return [];
      if (typeof text !== "string") throw new Error(`${resource.type} ${resource.name}: ${property} is no text`);
      return [{ resource, kind, document: withArns(text, plan) }];
    }),
  );
}

/** A policy with ARNs of the right form where only an apply knows them, so that their service can be judged. */
function withArns(text: string, plan: readonly PlannedResource[]): Record<string, unknown> {
  const whole = text.replace(/<arn of ([^<>]+)>/g, (reference, name: string) => {
    const types = plan.filter((resource) => resource.name === name).map(({ type }) => type);
    return Object.entries(FORMS).find(([type]) => types.includes(type))?.[1] ?? reference;
  });
  return JSON.parse(whole) as Record<string, unknown>;
}

/** An ARN of each type whose own is known only after an apply; roles last, for they share names with what they use. */
const FORMS: Readonly<Record<string, string>> = {
  "aws:amp/workspace:Workspace": "arn:aws:aps:us-east-1:123456789012:workspace/ws-1",
  "aws:cloudwatch/logGroup:LogGroup": "arn:aws:logs:us-east-1:123456789012:log-group:group",
  "aws:kms/key:Key": "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555",
  "aws:sns/topic:Topic": "arn:aws:sns:us-east-1:123456789012:topic",
  "aws:sqs/queue:Queue": "arn:aws:sqs:us-east-1:123456789012:queue",
  "aws:iam/role:Role": "arn:aws:iam::123456789012:role/role",
};

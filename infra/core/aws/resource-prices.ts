import type { Part } from "./part-prices";

/**
 * How each type of resource that the program makes is paid for. `free` types stand in infracost's list of free resources
 * (internal/providers/terraform/aws/registry.go at 95ba4f4, 2026-08-21) or are settings of something else.
 */
export type Payment =
  /** For being there (`nodes`: by the estimate of its pool), and `also` by what goes through it. */
  | { priced: Part | "nodes"; also?: Part }
  /** By what goes through it: of that the unit's price may be known, the amount is not. */
  | { byUse: Part | "no price recorded"; why: string }
  | { free: string };

const SETTING = { free: "a setting of something that is paid for" } as const;
const IDENTITY = { free: "identity and access" } as const;
const ROUTING = { free: "part of a network; its gateways are paid for" } as const;

const AWS: Readonly<Record<string, Payment>> = {
  "acm/certificate": { free: "a public certificate that stays in AWS" },
  "acm/certificateValidation": SETTING,
  "amp/alertManagerDefinition": SETTING,
  "amp/ruleGroupNamespace": { byUse: "no price recorded", why: "samples that rules read" },
  "amp/workspace": { byUse: "no price recorded", why: "samples taken in and kept" },
  "amp/workspaceConfiguration": SETTING,
  "autoscaling/schedule": SETTING,
  "budgets/budget": { free: "a budget without actions" },
  "cloudtrail/trail": { byUse: "dataEvents100k", why: "events of data; the first copy of management events is free" },
  "cloudwatch/eventRule": { free: "rules for events of AWS" },
  "cloudwatch/eventTarget": SETTING,
  "cloudwatch/logGroup": { byUse: "writtenLogGB", why: "lines written and kept" },
  "cloudwatch/metricAlarm": { priced: "metricAlarm" },
  "ec2/defaultSecurityGroup": ROUTING,
  "ec2/eip": { priced: "publicAddress" },
  "ec2/flowLog": { byUse: "no price recorded", why: "delivery of flow logs to a bucket" },
  "ec2/internetGateway": { byUse: "internetGB", why: "bytes to the internet" },
  "ec2/launchTemplate": { byUse: "no price recorded", why: "detailed monitoring of its nodes" },
  "ec2/natGateway": { priced: "natGateway", also: "natGB" },
  "ec2/placementGroup": ROUTING,
  "ec2/route": ROUTING,
  "ec2/routeTable": ROUTING,
  "ec2/routeTableAssociation": ROUTING,
  "ec2/securityGroup": ROUTING,
  "ec2/subnet": ROUTING,
  "ec2/vpc": { byUse: "crossZoneGB", why: "bytes between zones, both ways" },
  "ec2/vpcEndpoint": { priced: "interfaceEndpoint", also: "endpointGB" },
  "eks/accessEntry": IDENTITY,
  "eks/accessPolicyAssociation": IDENTITY,
  "eks/addon": { free: "add-ons of EKS run on nodes" },
  "eks/cluster": { priced: "controlPlane" },
  "eks/nodeGroup": { priced: "nodes" },
  "eks/podIdentityAssociation": IDENTITY,
  "globalaccelerator/accelerator": { priced: "accelerator" },
  "globalaccelerator/endpointGroup": { byUse: "no price recorded", why: "bytes in the dominant direction" },
  "globalaccelerator/listener": SETTING,
  "iam/instanceProfile": IDENTITY,
  "iam/role": IDENTITY,
  "iam/rolePolicy": IDENTITY,
  "iam/rolePolicyAttachment": IDENTITY,
  "kms/alias": SETTING,
  "kms/key": { priced: "key", also: "keyRequests10k" },
  "lb/listener": SETTING,
  "lb/loadBalancer": { priced: "loadBalancer", also: "loadBalancerUnit" },
  "lb/targetGroup": SETTING,
  "route53/healthCheck": { priced: "healthCheck" },
  "route53/record": { byUse: "no price recorded", why: "queries" },
  "s3/bucket": { byUse: "bucketGB", why: "logs kept in it" },
  "s3/bucketLifecycleConfiguration": SETTING,
  "s3/bucketObjectLockConfiguration": SETTING,
  "s3/bucketOwnershipControls": SETTING,
  "s3/bucketPolicy": SETTING,
  "s3/bucketPublicAccessBlock": SETTING,
  "s3/bucketReplicationConfig": { byUse: "otherRegionGB", why: "weights copied to another region, once for a release" },
  "s3/bucketServerSideEncryptionConfiguration": SETTING,
  "s3/bucketVersioning": SETTING,
  "scheduler/schedule": { byUse: "no price recorded", why: "calls of a schedule" },
  "sns/topic": { byUse: "no price recorded", why: "alarms sent" },
  "sns/topicPolicy": SETTING,
  "sns/topicSubscription": SETTING,
  "sqs/queue": { byUse: "no price recorded", why: "messages of interruptions" },
  "sqs/queuePolicy": SETTING,
  "vpc/securityGroupEgressRule": ROUTING,
  "vpc/securityGroupIngressRule": ROUTING,
  "wafv2/webAcl": { priced: "webAcl" },
  "wafv2/webAclAssociation": SETTING,
  "wafv2/webAclLoggingConfiguration": { byUse: "writtenLogGB", why: "requests written down" },
};

/** What has no bill of its own, by how its type begins. */
const WITHOUT_BILL: Readonly<Record<string, string>> = {
  "homeport:": "a group of resources",
  "kubernetes:": "runs on the nodes",
  "pulumi:": "the program itself",
  "random:": "a made-up password",
};

/** How a planned resource is paid for; `undefined`: nobody has said, which is an error of ours. */
export function paymentOf({ type, inputs }: PlannedThing): Payment | undefined {
  const [start, why] = Object.entries(WITHOUT_BILL).find(([prefix]) => type.startsWith(prefix)) ?? [];
  if (start !== undefined && why !== undefined) return { free: why };
  // `aws:ec2/vpc:Vpc`, with the provider's own name before it.
  const [, name = ""] = type.split(":");
  if (name === "ec2/vpcEndpoint" && inputs.vpcEndpointType !== "Interface") return { free: "a gateway endpoint" };
  return AWS[name];
}

/** What is read of a resource of a plan. */
export interface PlannedThing {
  type: string;
  name: string;
  inputs: Record<string, unknown>;
}

export interface Inventory {
  resources: number;
  /** Paid for being there. */
  priced: number;
  /** Priced at nothing, with a reason. */
  free: number;
  /** Paid by use, or without a recorded price: never counted as 0. Most of them first. */
  unpriced: { type: string; count: number; unit: Part | "no price recorded"; why: string }[];
  /** Parts of what is priced that cost more with use. */
  alsoByUse: Part[];
  /** Of each part that was asked for, how many there are in each region. */
  parts: { region: string; part: Part; count: number }[];
  /** Types that nobody has said anything about. */
  unknown: string[];
}

/** Every resource of a plan in exactly one of its numbers. A resource's name begins with its region. */
export function inventoryOf(plan: readonly PlannedThing[], counted: readonly Part[]): Inventory {
  const unpriced = new Map<string, Inventory["unpriced"][number]>();
  const parts = new Map<string, Inventory["parts"][number]>();
  const unknown = new Set<string>();
  const also = new Set<Part>();
  let [priced, free] = [0, 0];
  for (const thing of plan) {
    const payment = paymentOf(thing);
    if (payment === undefined) unknown.add(thing.type);
    else if ("free" in payment) free++;
    else if ("byUse" in payment) {
      const { byUse: unit, why } = payment;
      unpriced.set(thing.type, { type: thing.type, count: (unpriced.get(thing.type)?.count ?? 0) + 1, unit, why });
    } else {
      priced++;
      const { priced: part } = payment;
      if (payment.also !== undefined) also.add(payment.also);
      const [region = ""] = thing.name.split("/");
      if (part === "nodes" || !counted.includes(part)) continue;
      const key = `${region} ${part}`;
      parts.set(key, { region, part, count: (parts.get(key)?.count ?? 0) + 1 });
    }
  }
  return {
    resources: plan.length,
    priced,
    free,
    unpriced: [...unpriced.values()].sort((a, b) => b.count - a.count || (a.type < b.type ? -1 : 1)),
    alsoByUse: [...also],
    parts: [...parts.values()],
    unknown: [...unknown].sort(),
  };
}

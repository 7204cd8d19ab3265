import type { PlannedResource } from "../../scripts/lib/render/recorder";
import { withAllOptions } from "../support/aws/all-options";
import { planned } from "../support/aws/planned";
import { type Call, decisions, grantsOf } from "../support/aws/roles";
import { Stacks } from "../support/stacks";

/** Each role may do exactly this. What AWS's own managed policies grant is AWS's; which are attached is ours. */

jest.setTimeout(300_000); // the evaluator is installed first

const BUCKET = "arn:aws:s3:::homeport-prod-123456789012-weights-us-east-1";
const REPLICA = "arn:aws:s3:::homeport-prod-123456789012-weights-us-west-2";
const OBJECT = "/releases/ab/files/model.safetensors";
const LOGS = "arn:aws:s3:::homeport-prod-123456789012-logs-us-east-1/flow/a";
const KEY = "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555";
const ofWeights = {
  "kms:ResourceAliases": ["alias/homeport-prod-weights"],
  "kms:ViaService": "s3.us-east-1.amazonaws.com",
};
const GROUP = "arn:aws:autoscaling:us-east-1:123456789012:autoScalingGroup:1:autoScalingGroupName/a";
const TARGETS = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/hp/1";
const WORKSPACE = "arn:aws:aps:us-east-1:123456789012:workspace/ws-1";
const ours = { "aws:ResourceTag/homeport.dev/environment": "prod" };
const theirs = { "aws:ResourceTag/homeport.dev/environment": "staging" };

type Row = [action: string, resource: string, context?: Call["context"]];

/** Role -> what it must be able to do, and what it must not. */
type Table = Record<string, { may: Row[]; mayNot: Row[] }>;

const TABLE: Table = {
  "node-cache": {
    may: [
      ["s3:ListBucket", BUCKET, { "s3:prefix": "releases/ab/" }],
      ["s3:GetObject", BUCKET + OBJECT],
      ["kms:Decrypt", KEY, ofWeights],
    ],
    mayNot: [
      ["s3:PutObject", BUCKET + OBJECT],
      ["s3:DeleteObject", BUCKET + OBJECT],
      ["s3:GetObjectVersion", BUCKET + OBJECT],
      ["s3:ListBucket", BUCKET, { "s3:prefix": "" }],
      ["s3:GetObject", `${BUCKET}/elsewhere`],
      ["s3:GetObject", REPLICA + OBJECT],
      ["s3:GetObject", LOGS],
      ["kms:GenerateDataKey", KEY, ofWeights],
      ["kms:Decrypt", KEY, { ...ofWeights, "kms:ResourceAliases": ["alias/homeport-prod-state"] }],
      ["kms:Decrypt", KEY, { "kms:ResourceAliases": ofWeights["kms:ResourceAliases"] }],
      ["sts:AssumeRole", "arn:aws:iam::123456789012:role/homeport-prod-us-east-1-mirror"],
    ],
  },
  mirror: {
    may: [
      ["s3:PutObject", BUCKET + OBJECT],
      ["s3:PutObject", REPLICA + OBJECT],
      ["s3:GetObject", BUCKET + OBJECT],
      ["kms:GenerateDataKey", KEY, ofWeights],
      ["s3:GetReplicationConfiguration", BUCKET],
    ],
    mayNot: [
      ["s3:PutReplicationConfiguration", BUCKET],
      ["s3:DeleteObject", BUCKET + OBJECT],
      ["s3:DeleteObjectVersion", BUCKET + OBJECT],
      ["s3:PutObjectRetention", BUCKET + OBJECT],
      ["s3:BypassGovernanceRetention", BUCKET + OBJECT],
      ["s3:PutBucketPolicy", BUCKET],
      ["s3:PutObject", `${BUCKET}/elsewhere`],
      ["kms:ScheduleKeyDeletion", KEY, ofWeights],
    ],
  },
  replication: {
    may: [
      ["s3:GetReplicationConfiguration", BUCKET],
      ["s3:GetObjectVersionForReplication", BUCKET + OBJECT],
      ["s3:ReplicateObject", REPLICA + OBJECT],
    ],
    mayNot: [
      ["s3:ReplicateDelete", REPLICA + OBJECT],
      ["s3:ReplicateObject", BUCKET + OBJECT],
      ["s3:ReplicateObject", "arn:aws:s3:::somebody-else/releases/a"],
    ],
  },
  "load-balancer-controller": {
    may: [
      ["elasticloadbalancing:RegisterTargets", TARGETS, ours],
      ["elasticloadbalancing:DescribeTargetHealth", "*"],
    ],
    mayNot: [
      ["elasticloadbalancing:RegisterTargets", TARGETS, theirs],
      ["elasticloadbalancing:CreateLoadBalancer", "*"],
      ["elasticloadbalancing:DeleteTargetGroup", TARGETS, ours],
      ["ec2:AuthorizeSecurityGroupIngress", "*"],
      ["ec2:CreateSecurityGroup", "*"],
    ],
  },
  "cluster-autoscaler": {
    may: [["autoscaling:SetDesiredCapacity", GROUP, { "aws:ResourceTag/eks:cluster-name": "homeport-prod" }]],
    mayNot: [
      ["autoscaling:SetDesiredCapacity", GROUP, { "aws:ResourceTag/eks:cluster-name": "other" }],
      ["autoscaling:SetDesiredCapacity", GROUP],
      ["autoscaling:UpdateAutoScalingGroup", GROUP, { "aws:ResourceTag/eks:cluster-name": "homeport-prod" }],
      ["ec2:RunInstances", "*"],
    ],
  },
  prometheus: {
    may: [["aps:RemoteWrite", WORKSPACE, ours]],
    mayNot: [
      ["aps:RemoteWrite", WORKSPACE, theirs],
      ["aps:QueryMetrics", WORKSPACE, ours],
    ],
  },
  cluster: {
    may: [["kms:Decrypt", "<arn of us-east-1/cluster>"]],
    mayNot: [["kms:Decrypt", KEY]],
  },
  node: {
    may: [],
    mayNot: [
      ["s3:GetObject", BUCKET + OBJECT],
      ["ec2:RunInstances", "*"],
      ["iam:PassRole", "*"],
    ],
  },
  "ebs-csi": { may: [], mayNot: [["ec2:DeleteVolume", "*"]] },
  "vpc-cni": { may: [], mayNot: [["ec2:DeleteNetworkInterface", "*"]] },
};

const INSTANCE = "arn:aws:ec2:us-east-1:123456789012:instance/i-1";
const QUEUE = "arn:aws:sqs:us-east-1:123456789012:homeport-prod-interruptions";
const TOPIC = "arn:aws:sns:us-east-1:123456789012:homeport-prod-alarms";
const NODE_GROUP = "arn:aws:eks:us-east-1:123456789012:nodegroup/homeport-prod";
const NODE_ROLE = "arn:aws:iam::123456789012:role/homeport-prod-us-east-1-node";
const toEc2 = { "iam:PassedToService": "ec2.amazonaws.com" };
const owned = {
  "aws:ResourceTag/kubernetes.io/cluster/homeport-prod": "owned",
  "aws:ResourceTag/karpenter.sh/nodepool": "small-spot",
};
const asked = {
  "aws:RequestTag/kubernetes.io/cluster/homeport-prod": "owned",
  "aws:RequestTag/eks:eks-cluster-name": "homeport-prod",
  "aws:RequestTag/karpenter.sh/nodepool": "small-spot",
};
const ofAlarms = {
  "kms:ResourceAliases": ["alias/homeport-prod-alarms"],
  "kms:ViaService": "sns.us-east-1.amazonaws.com",
};

/** Roles that exist only where a stack asks for what they are for. */
const WITH_OPTIONS: Table = {
  karpenter: {
    may: [
      ["ec2:RunInstances", "arn:aws:ec2:us-east-1::image/ami-1"],
      ["ec2:RunInstances", INSTANCE, asked],
      ["ec2:CreateTags", INSTANCE, { ...asked, "ec2:CreateAction": "RunInstances" }],
      ["ec2:TerminateInstances", INSTANCE, owned],
      ["ec2:DescribeInstances", "*"],
      ["iam:PassRole", NODE_ROLE, toEc2],
      ["iam:GetInstanceProfile", NODE_ROLE.replace(":role/", ":instance-profile/")],
      ["iam:ListInstanceProfiles", "*"],
      ["sqs:ReceiveMessage", QUEUE],
    ],
    mayNot: [
      ["ec2:RunInstances", INSTANCE],
      ["ec2:RunInstances", INSTANCE, { ...asked, "aws:RequestTag/kubernetes.io/cluster/homeport-prod": "shared" }],
      ["ec2:CreateTags", INSTANCE, asked],
      ["ec2:TerminateInstances", INSTANCE],
      ["ec2:TerminateInstances", INSTANCE, { "aws:ResourceTag/kubernetes.io/cluster/homeport-staging": "owned" }],
      ["iam:PassRole", NODE_ROLE, { "iam:PassedToService": "lambda.amazonaws.com" }],
      ["iam:PassRole", "arn:aws:iam::123456789012:role/homeport-prod-us-east-1-mirror", toEc2],
      ["iam:CreateInstanceProfile", "*"],
      ["iam:AddRoleToInstanceProfile", "*"],
      ["sqs:DeleteQueue", QUEUE],
      ["s3:GetObject", BUCKET + OBJECT],
    ],
  },
  "block-ends": {
    may: [
      ["sns:Publish", TOPIC],
      ["kms:GenerateDataKey", KEY, ofAlarms],
      ["eks:UpdateNodegroupConfig", `${NODE_GROUP}/a100-on-demand-1/b6c2`],
    ],
    mayNot: [
      ["eks:UpdateNodegroupConfig", `${NODE_GROUP}/system-1/b6c2`],
      ["eks:UpdateNodegroupConfig", `${NODE_GROUP.replace("-prod", "-staging")}/a100-on-demand-1/b6c2`],
      ["eks:UpdateNodegroupVersion", `${NODE_GROUP}/a100-on-demand-1/b6c2`],
      ["eks:DeleteNodegroup", `${NODE_GROUP}/a100-on-demand-1/b6c2`],
      ["sns:Publish", TOPIC.replace("-prod", "-staging")],
      ["kms:GenerateDataKey", KEY, { "kms:ResourceAliases": ["alias/homeport-prod-weights"] }],
    ],
  },
  alertmanager: {
    may: [
      ["sns:Publish", TOPIC],
      ["kms:Decrypt", KEY, ofAlarms],
    ],
    mayNot: [
      ["sns:Subscribe", TOPIC],
      ["sns:SetTopicAttributes", TOPIC],
      ["sns:Publish", TOPIC.replace("us-east-1", "us-west-2")],
      ["kms:Decrypt", KEY, { ...ofAlarms, "kms:ResourceAliases": ["alias/homeport-prod-logs"] }],
    ],
  },
};

/** Every option at once, and alarms by an Alertmanager in the cluster. */
const withEverything = (prod: string): string =>
  withAllOptions(prod).replace("alertTo: [oncall]", "alertTo: [oncall]\n    prometheus: cluster");

const MANAGED: Record<string, string[]> = {
  cluster: ["AmazonEKSClusterPolicy"],
  "ebs-csi": ["AmazonEBSCSIDriverPolicyV2"],
  node: ["AmazonEC2ContainerRegistryPullOnly", "AmazonEKSWorkerNodePolicy"],
  "vpc-cni": ["AmazonEKS_CNI_Policy"],
};

const stacks = new Stacks();
let plan: PlannedResource[];
let planWithOptions: PlannedResource[];
beforeAll(async () => {
  plan = (await stacks.render("prod")).plan;
  planWithOptions = (await stacks.changed("prod", withEverything)).plan;
});

const callsOf = (pick: "may" | "mayNot", table = TABLE): Call[] =>
  Object.entries(table).flatMap(([role, rows]) =>
    rows[pick].map(([action, resource, context = {}]) => ({ role: `us-east-1/${role}`, action, resource, context })),
  );

const titled = (calls: readonly Call[], answers: readonly string[]): string[] =>
  calls.map(
    ({ role, action, resource, context }, i) =>
      `${answers[i]}: ${role} ${action} ${resource} ${JSON.stringify(context)}`,
  );

const rolesOf = (resources: readonly PlannedResource[]): string[] =>
  resources
    .filter(({ type, name }) => type === "aws:iam/role:Role" && name.startsWith("us-east-1/"))
    .map(({ name }) => name.replace("us-east-1/", ""));

describe("the roles of stack prod", () => {
  it("are all in the table: a new one says here what it may do", () => {
    expect(rolesOf(plan).sort()).toEqual(Object.keys(TABLE).sort());
  });

  it("and those that only options bring may do what they are for, and nothing near it", async () => {
    const more = rolesOf(planWithOptions).filter((role) => !(role in TABLE));
    expect(more.sort()).toEqual(Object.keys(WITH_OPTIONS).sort());
    for (const role of more) expect([role, grantsOf(planWithOptions, `us-east-1/${role}`).managed]).toEqual([role, []]);
    const [may, mayNot] = [callsOf("may", WITH_OPTIONS), callsOf("mayNot", WITH_OPTIONS)];
    const answers = titled([...may, ...mayNot], await decisions(planWithOptions, [...may, ...mayNot]));
    expect(answers.slice(0, may.length).filter((line) => !line.startsWith("Allow:"))).toEqual([]);
    expect(answers.slice(may.length).filter((line) => line.startsWith("Allow:"))).toEqual([]);
    console.info(`${may.length} allowed and ${mayNot.length} denied calls of ${more.length} roles of options`);
  });

  it("hold these of AWS's managed policies and no other", () => {
    for (const role of Object.keys(TABLE))
      expect([role, grantsOf(plan, `us-east-1/${role}`).managed]).toEqual([role, MANAGED[role] ?? []]);
  });

  it("may do what they are for", async () => {
    const calls = callsOf("may");
    const answers = await decisions(plan, calls);
    expect(titled(calls, answers).filter((line) => !line.startsWith("Allow:"))).toEqual([]);
    expect(answers.length).toBeGreaterThanOrEqual(14);
  });

  it("may do nothing near it: other verbs, other buckets, other prefixes, other keys, other environments", async () => {
    const calls = callsOf("mayNot");
    const answers = await decisions(plan, calls);
    expect(titled(calls, answers).filter((line) => line.startsWith("Allow:"))).toEqual([]);
    expect(answers.length).toBeGreaterThanOrEqual(35);
    console.info(
      `${callsOf("may").length} allowed and ${answers.length} denied calls of ${Object.keys(TABLE).length} roles`,
    );
  });

  it("are bound by the bucket's own policy: without TLS nobody reads, whatever a role holds", async () => {
    const bucket = plan.find(
      ({ type, name }) => type === "aws:s3/bucketPolicy:BucketPolicy" && name === "us-east-1/weights",
    );
    const everything = JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Action: "s3:*", Resource: "*" }],
    });
    const careless = [
      planned("aws:iam/role:Role", "us-east-1/careless", { name: "careless" }),
      planned("aws:iam/rolePolicy:RolePolicy", "us-east-1/careless", { role: "careless", policy: everything }),
      planned("aws:iam/rolePolicy:RolePolicy", "us-east-1/bucket", { role: "careless", policy: bucket?.inputs.policy }),
    ];
    const get = { role: "us-east-1/careless", action: "s3:GetObject", resource: BUCKET + OBJECT };
    expect(await decisions(careless, [{ ...get, context: { "aws:SecureTransport": "false" } }])).toEqual(["Deny"]);
  });
});

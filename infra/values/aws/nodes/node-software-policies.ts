import { clusterArn, clusterName, type Place, partitionOf, roleArn } from "../../../core/aws/names";
import { type PolicyDocument, policyDocument, type Statement } from "../policy";
import { interruptionQueueArn } from "./interruption-queue";
import { nodeRoleName } from "./node-role";

/** What the controllers that make nodes and register targets may do in AWS: reading is regional, changing needs our tags. */

const reads = (Sid: string, { region }: Place, ...Action: string[]): Statement => ({
  Sid,
  Effect: "Allow",
  Action,
  Resource: "*",
  Condition: { StringEquals: { "aws:RequestedRegion": region } },
});

/** Only groups of this cluster: EKS tags what it makes. */
export const autoscalerPolicy = (place: Place): PolicyDocument =>
  policyDocument(
    reads(
      "Look",
      place,
      "autoscaling:DescribeAutoScalingGroups",
      "autoscaling:DescribeAutoScalingInstances",
      "autoscaling:DescribeLaunchConfigurations",
      "autoscaling:DescribeScalingActivities",
      "autoscaling:DescribeTags",
      "ec2:DescribeImages",
      "ec2:DescribeInstanceTypes",
      "ec2:DescribeLaunchTemplateVersions",
      "ec2:GetInstanceTypesFromInstanceRequirements",
    ),
    {
      Sid: "LookAtGroups",
      Effect: "Allow",
      Action: "eks:DescribeNodegroup",
      Resource: `${clusterArn(place).replace(":cluster/", ":nodegroup/")}/*`,
    },
    {
      Sid: "Scale",
      Effect: "Allow",
      Action: ["autoscaling:SetDesiredCapacity", "autoscaling:TerminateInstanceInAutoScalingGroup"],
      Resource: `arn:${partitionOf(place.region)}:autoscaling:${place.region}:${place.account}:autoScalingGroup:*`,
      Condition: { StringEquals: { "aws:ResourceTag/eks:cluster-name": clusterName(place) } },
    },
  );

/** Only targets of the environment's own groups: load balancers are the program's, the controller makes none. */
export const loadBalancerControllerPolicy = (place: Place): PolicyDocument =>
  policyDocument(
    reads(
      "Look",
      place,
      "ec2:DescribeAvailabilityZones",
      "ec2:DescribeInstances",
      "ec2:DescribeNetworkInterfaces",
      "ec2:DescribeSecurityGroups",
      "ec2:DescribeSubnets",
      "ec2:DescribeVpcs",
      "elasticloadbalancing:DescribeTargetGroups",
      "elasticloadbalancing:DescribeTargetHealth",
    ),
    {
      Sid: "Register",
      Effect: "Allow",
      Action: ["elasticloadbalancing:RegisterTargets", "elasticloadbalancing:DeregisterTargets"],
      Resource: `arn:${partitionOf(place.region)}:elasticloadbalancing:${place.region}:${place.account}:targetgroup/*`,
      Condition: { StringEquals: { "aws:ResourceTag/homeport.dev/environment": place.environment } },
    },
  );

/**
 * After the policies of Karpenter 1.14's own template (getting-started/cloudformation.yaml, read 2026-11-22), without what
 * it needs to make instance profiles: ours is made by the program.
 */
export function karpenterPolicy(place: Place): PolicyDocument {
  const { region } = place;
  const ec2 = (account: string, ...kinds: string[]) =>
    kinds.map((kind) => `arn:${partitionOf(region)}:ec2:${region}:${account}:${kind}/*`);
  const owned = { [`aws:ResourceTag/kubernetes.io/cluster/${clusterName(place)}`]: "owned" };
  const asked = {
    [`aws:RequestTag/kubernetes.io/cluster/${clusterName(place)}`]: "owned",
    "aws:RequestTag/eks:eks-cluster-name": clusterName(place),
  };
  const made = ["fleet", "instance", "volume", "network-interface", "launch-template", "spot-instances-request"];
  return policyDocument(
    {
      Sid: "LaunchFrom",
      Effect: "Allow",
      Action: ["ec2:RunInstances", "ec2:CreateFleet"],
      Resource: [...ec2("", "image", "snapshot"), ...ec2(place.account, "security-group", "subnet")],
    },
    {
      Sid: "LaunchFromOwnTemplates",
      Effect: "Allow",
      Action: ["ec2:RunInstances", "ec2:CreateFleet"],
      Resource: ec2(place.account, "launch-template"),
      Condition: { StringEquals: owned, StringLike: { "aws:ResourceTag/karpenter.sh/nodepool": "*" } },
    },
    {
      Sid: "LaunchTagged",
      Effect: "Allow",
      Action: ["ec2:RunInstances", "ec2:CreateFleet", "ec2:CreateLaunchTemplate"],
      Resource: ec2(place.account, ...made),
      Condition: { StringEquals: asked, StringLike: { "aws:RequestTag/karpenter.sh/nodepool": "*" } },
    },
    {
      Sid: "TagWhatIsMade",
      Effect: "Allow",
      Action: "ec2:CreateTags",
      Resource: ec2(place.account, ...made),
      Condition: {
        StringEquals: { ...asked, "ec2:CreateAction": ["RunInstances", "CreateFleet", "CreateLaunchTemplate"] },
        StringLike: { "aws:RequestTag/karpenter.sh/nodepool": "*" },
      },
    },
    {
      Sid: "NameInstances",
      Effect: "Allow",
      Action: "ec2:CreateTags",
      Resource: ec2(place.account, "instance"),
      Condition: {
        StringEquals: owned,
        StringLike: { "aws:ResourceTag/karpenter.sh/nodepool": "*" },
        StringEqualsIfExists: { "aws:RequestTag/eks:eks-cluster-name": clusterName(place) },
        "ForAllValues:StringEquals": { "aws:TagKeys": ["eks:eks-cluster-name", "karpenter.sh/nodeclaim", "Name"] },
      },
    },
    {
      Sid: "DeleteOwn",
      Effect: "Allow",
      Action: ["ec2:TerminateInstances", "ec2:DeleteLaunchTemplate"],
      Resource: ec2(place.account, "instance", "launch-template"),
      Condition: { StringEquals: owned, StringLike: { "aws:ResourceTag/karpenter.sh/nodepool": "*" } },
    },
    {
      Sid: "GiveNodesTheirRole",
      Effect: "Allow",
      Action: "iam:PassRole",
      Resource: roleArn(place, nodeRoleName(place)),
      Condition: { StringEquals: { "iam:PassedToService": ["ec2.amazonaws.com", "ec2.amazonaws.com.cn"] } },
    },
    {
      Sid: "FindTheProfile",
      Effect: "Allow",
      Action: "iam:GetInstanceProfile",
      Resource: roleArn(place, nodeRoleName(place)).replace(":role/", ":instance-profile/"),
    },
    // It looks for profiles that it made and nobody uses, every 30 minutes, also where it makes none.
    { Sid: "LookForOldProfiles", Effect: "Allow", Action: "iam:ListInstanceProfiles", Resource: "*" },
    { Sid: "FindTheCluster", Effect: "Allow", Action: "eks:DescribeCluster", Resource: clusterArn(place) },
    {
      Sid: "HearOfInterruptions",
      Effect: "Allow",
      Action: ["sqs:DeleteMessage", "sqs:GetQueueUrl", "sqs:ReceiveMessage"],
      Resource: interruptionQueueArn(place),
    },
    {
      Sid: "FindImages",
      Effect: "Allow",
      Action: "ssm:GetParameter",
      Resource: `arn:${partitionOf(region)}:ssm:${region}::parameter/aws/service/*`,
    },
    { Sid: "Prices", Effect: "Allow", Action: "pricing:GetProducts", Resource: "*" },
    reads(
      "Look",
      place,
      "ec2:DescribeCapacityReservations",
      "ec2:DescribeImages",
      "ec2:DescribeInstanceStatus",
      "ec2:DescribeInstanceTypeOfferings",
      "ec2:DescribeInstanceTypes",
      "ec2:DescribeInstances",
      "ec2:DescribeLaunchTemplates",
      "ec2:DescribePlacementGroups",
      "ec2:DescribeSecurityGroups",
      "ec2:DescribeSpotPriceHistory",
      "ec2:DescribeSubnets",
    ),
  );
}

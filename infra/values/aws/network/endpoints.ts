import type { StackConfig } from "../../../config/schema";
import { type Place, partitionOf } from "../../../core/aws/names";
import { policyDocument } from "../policy";

/**
 * Which AWS services are called from inside the VPC, and by what. Interface endpoints follow from it: GPU nodes have no
 * other way out, and an airgapped environment has none at all. A component that calls one more service adds its row.
 * What nodes need: EKS user guide, clusters/private-clusters.adoc, read 2026-11-22.
 */
interface Need {
  by: string;
  services: readonly Service[];
  why: string;
  /** Left out: always. */
  when?: (config: StackConfig) => boolean;
}

/** The last part of an endpoint's name, `com.amazonaws.<region>.<service>`. */
const SERVICES = [
  "aps-workspaces",
  "autoscaling",
  "ec2",
  "ecr.api",
  "ecr.dkr",
  "eks",
  "eks-auth",
  "elasticloadbalancing",
  "sns",
  "sqs",
  "ssm",
  "ssmmessages",
  "sts",
] as const;
export type Service = (typeof SERVICES)[number];

const usesKarpenter = ({ pools }: StackConfig): boolean =>
  Object.values(pools).some(({ manager }) => manager === "karpenter");

const NEEDS: readonly Need[] = [
  { by: "nodes", services: ["ec2"], why: "a node asks for its own DNS name; vpc-cni gives pods addresses" },
  { by: "nodes", services: ["ecr.api", "ecr.dkr"], why: "images; their layers come through the S3 endpoint" },
  { by: "pod identity", services: ["eks-auth"], why: "pods' credentials" },
  { by: "ebs-csi-driver", services: ["ec2"], why: "volumes" },
  {
    by: "cluster autoscaler",
    services: ["autoscaling", "ec2", "eks"],
    why: "sizes of node groups, and what is in them",
  },
  { by: "load balancer controller", services: ["ec2", "elasticloadbalancing"], why: "pods as targets" },
  {
    by: "karpenter",
    services: ["ec2", "eks", "ssm", "sqs", "sts"],
    why: "nodes, their image, the cluster's address, notices of interruption",
    when: usesKarpenter,
  },
  {
    by: "prometheus",
    services: ["aps-workspaces"],
    why: "remote write",
    when: ({ monitoring }) => monitoring.prometheus === "managed",
  },
  {
    by: "alertmanager",
    services: ["sns"],
    why: "alarms",
    when: ({ monitoring }) => monitoring.prometheus === "cluster" && monitoring.alertTo.length > 0,
  },
  {
    by: "tunnel",
    services: ["ssm", "ssmmessages"],
    why: "the SSM agent through which operators reach the cluster; ec2messages is not used since agent 3.3.40",
    when: ({ cluster }) => cluster.access.via === "tunnel",
  },
  {
    by: "operators inside the VPC",
    services: ["eks", "sts"],
    why: "the commands that reach the cluster from there",
    when: ({ cluster }) => cluster.access.via === "inside",
  },
];

/** Needs that hold for a stack. */
export const needsOf = (config: StackConfig): readonly Need[] => NEEDS.filter(({ when }) => when?.(config) ?? true);

/** Services that get an interface endpoint in one region: needed, and not there already. */
export function interfaceEndpoints(region: string, config: StackConfig): Service[] {
  const there: readonly string[] = config.network.existing[region]?.endpoints ?? [];
  const needed = new Set(needsOf(config).flatMap(({ services }) => services));
  return SERVICES.filter((service) => needed.has(service) && !there.includes(service));
}

/** As in all regions outside China. */
export const endpointName = (region: string, service: Service | "s3"): string => `com.amazonaws.${region}.${service}`;

/** Whether the S3 gateway endpoint is ours to make. */
export const makesS3Endpoint = (region: string, { network }: Pick<StackConfig, "network">): boolean =>
  !network.existing[region]?.endpoints.includes("s3");

/**
 * Nothing in the VPC may use the credentials of another account here: an endpoint is a way out too. Only for services
 * whose endpoints are known to take a policy (aws-samples/data-perimeter-policy-examples and the ECR guide, 2026-11-22).
 */
const WITH_POLICY: ReadonlySet<Service> = new Set<Service>(["ec2", "ecr.api", "ecr.dkr", "ssm", "sts"]);

export const interfacePolicy = (service: Service, { account }: Pick<Place, "account">) =>
  WITH_POLICY.has(service)
    ? policyDocument({
        Sid: "OwnPrincipals",
        Effect: "Allow",
        Principal: "*",
        Action: "*",
        Resource: "*",
        Condition: { StringEquals: { "aws:PrincipalAccount": account } },
      })
    : undefined;

/** Buckets of this account, and AWS's own one that holds the layers of ECR's images. */
export const s3Policy = ({ account, region }: Pick<Place, "account" | "region">) =>
  policyDocument(
    {
      Sid: "OwnBuckets",
      Effect: "Allow",
      Principal: "*",
      Action: "*",
      Resource: "*",
      Condition: { StringEquals: { "aws:PrincipalAccount": account, "aws:ResourceAccount": account } },
    },
    {
      Sid: "ImageLayers",
      Effect: "Allow",
      Principal: "*",
      Action: "s3:GetObject",
      Resource: `arn:${partitionOf(region)}:s3:::prod-${region}-starport-layer-bucket/*`,
    },
  );

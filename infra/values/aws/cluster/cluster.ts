import type { StackConfig } from "../../../config/schema";
import { clusterArn, clusterName, type Place, partitionOf } from "../../../core/aws/names";
import { type PolicyDocument, policyDocument } from "../policy";

/** Everything that the control plane can log; `monitoring.audit` decides whether it does. */
const LOG_TYPES = ["api", "audit", "authenticator", "controllerManager", "scheduler"];

/** Plain part of an EKS cluster's arguments. */
export const clusterSettings = (place: Place, { cluster, monitoring }: StackConfig) => ({
  name: clusterName(place),
  version: cluster.version,
  accessConfig: {
    authenticationMode: "API",
    // Whoever runs the first `pulumi up` gets nothing by that; `cluster.admins` says who has rights (decision 0075).
    bootstrapClusterCreatorAdminPermissions: false,
  },
  bootstrapSelfManagedAddons: false,
  deletionProtection: cluster.deletionProtection,
  enabledClusterLogTypes: monitoring.audit ? LOG_TYPES : [],
  // Never extended support: it costs six times as much, and starts without anybody having chosen it.
  upgradePolicy: { supportType: "STANDARD" },
  zonalShiftConfig: { enabled: true },
});

/** Where the Kubernetes API answers. Nodes always use the private endpoint. */
export const apiAccess = ({ cluster: { access } }: Pick<StackConfig, "cluster">) => ({
  endpointPrivateAccess: true,
  endpointPublicAccess: access.via === "public",
  ...(access.via === "public" && { publicAccessCidrs: access.cidrs }),
});

/** Networks that may reach the private endpoint beside the nodes: with `inside`, the VPC and those joined to it. */
export const insideNetworks = (vpc: string, { cluster: { access } }: Pick<StackConfig, "cluster">): string[] =>
  access.via === "inside" ? [vpc, ...access.cidrs] : [];

/** EKS may become the cluster's role, for this cluster (user guide, cross-service-confused-deputy-prevention, 2025-08-19). */
export const clusterTrust = (place: Place): PolicyDocument =>
  policyDocument({
    Sid: "Eks",
    Effect: "Allow",
    Action: "sts:AssumeRole",
    Principal: { Service: "eks.amazonaws.com" },
    Condition: {
      StringEquals: { "aws:SourceAccount": place.account },
      ArnLike: { "aws:SourceArn": clusterArn(place) },
    },
  });

/** What the key that wraps Kubernetes Secrets lets whom do: IAM of this account decides, and nobody else. */
export const clusterKeyPolicy = ({ account, region }: Place): PolicyDocument =>
  policyDocument({
    Sid: "IamOfThisAccount",
    Effect: "Allow",
    Action: "kms:*",
    Resource: "*",
    Principal: { AWS: `arn:${partitionOf(region)}:iam::${account}:root` },
  });

/** What the cluster's role may do with that key; `key` is an Output in the program. */
export const clusterKeyUse = <T>(key: T) => ({
  Version: "2012-10-17",
  Statement: [
    {
      Sid: "WrapSecrets",
      Effect: "Allow",
      Action: ["kms:Encrypt", "kms:Decrypt", "kms:ListGrants", "kms:DescribeKey"],
      Resource: key,
    },
  ],
});

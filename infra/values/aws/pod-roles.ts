import type { StackConfig } from "../../config/schema";
import { clusterArn, type Place } from "../../core/aws/names";
import { NAMESPACES } from "../../core/names";
import { AUTOSCALER } from "./nodes/cluster-autoscaler";
import { KARPENTER, karpenterPools } from "./nodes/karpenter";
import { autoscalerPolicy, karpenterPolicy, loadBalancerControllerPolicy } from "./nodes/node-software-policies";
import { managedPolicyArn, type PolicyDocument, policyDocument } from "./policy";
import { LOAD_BALANCER_CONTROLLER } from "./traffic/load-balancer-controller";
import { publishPolicy } from "./watch/alarm-topic";
import { remoteWritePolicy } from "./watch/metrics";
import { nodeCachePolicy } from "./weights/weights-policies";

/** Who in the cluster may do what in AWS: one row per service account, one role for each. */
export interface PodRole {
  /** Its part of the role's name. */
  purpose: string;
  namespace: string;
  serviceAccount: string;
  /** What it may do, in our own words. */
  policy?: { Version: string; Statement: readonly object[] };
  /** ARN of a policy that AWS keeps, where a part of EKS needs what AWS says it needs. */
  managedPolicy?: string;
}

export function podRoles(place: Place, config: StackConfig): PodRole[] {
  return [
    {
      purpose: "vpc-cni",
      namespace: "kube-system",
      serviceAccount: "aws-node",
      managedPolicy: managedPolicyArn(place, "AmazonEKS_CNI_Policy"),
    },
    {
      purpose: "ebs-csi",
      namespace: "kube-system",
      serviceAccount: "ebs-csi-controller-sa",
      managedPolicy: managedPolicyArn(place, "AmazonEBSCSIDriverPolicyV2"),
    },
    {
      purpose: "node-cache",
      namespace: NAMESPACES.node,
      serviceAccount: "node-cache",
      policy: nodeCachePolicy(place),
    },
    { purpose: "cluster-autoscaler", ...AUTOSCALER, policy: autoscalerPolicy(place) },
    {
      purpose: "load-balancer-controller",
      ...LOAD_BALANCER_CONTROLLER,
      policy: loadBalancerControllerPolicy(place),
    },
    ...(karpenterPools(config).length === 0
      ? []
      : [{ purpose: "karpenter", ...KARPENTER, policy: karpenterPolicy(place) }]),
    ...monitoringRoles(place, config),
  ];
}

/** The collector sends to the managed Prometheus; a Prometheus in the cluster has an Alertmanager that tells the topic. */
function monitoringRoles(place: Place, { monitoring }: StackConfig): PodRole[] {
  const role = (serviceAccount: string, policy: PolicyDocument): PodRole => ({
    purpose: serviceAccount,
    namespace: NAMESPACES.monitoring,
    serviceAccount,
    policy,
  });
  if (monitoring.prometheus === "managed") return [role("prometheus", remoteWritePolicy(place))];
  const tells = monitoring.prometheus === "cluster" && monitoring.alertTo.length > 0;
  return tells ? [role("alertmanager", publishPolicy(place))] : [];
}

/**
 * EKS Pod Identity takes a role for the pods of one service account in one cluster: it says which in tags of its request
 * (user guide, pod-id-role, 2026-11-22). Without them, an association in any cluster of the account could.
 */
export const podTrust = (place: Place, { namespace, serviceAccount }: PodRole): PolicyDocument =>
  policyDocument({
    Sid: "PodIdentity",
    Effect: "Allow",
    Action: ["sts:AssumeRole", "sts:TagSession"],
    Principal: { Service: "pods.eks.amazonaws.com" },
    Condition: {
      StringEquals: {
        "aws:SourceAccount": place.account,
        "aws:RequestTag/eks-cluster-arn": clusterArn(place),
        "aws:RequestTag/kubernetes-namespace": namespace,
        "aws:RequestTag/kubernetes-service-account": serviceAccount,
      },
    },
  });

import type { StackConfig } from "../../../config/schema";
import { type Place, roleName } from "../../../core/aws/names";
import { managedPolicyArn } from "../policy";

/** The role of every node: joining, and pulling images. Pods have roles of their own, and cannot reach this one. */

/**
 * Known before it exists: Karpenter's policy and node classes name it. Karpenter's nodes have the role of the managed
 * groups, of which every cell has one, because EKS makes the access entry for those and takes only one for a role
 * (terraform-aws-eks, modules/karpenter: `create_access_entry = false` for a shared role; EKS user guide, creating access
 * entries; read 2026-11-22). Without one a node never joins.
 */
export const nodeRoleName = (place: Place): string => roleName(place, "node");

export const NODE_TRUST = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" }],
} as const;

/** Addresses of pods are not in here: the network plugin asks for them by its own role. */
const POLICIES = ["AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly"] as const;

/** Managed policies by name. Operators who come through a tunnel come by the node's SSM agent. */
export function nodePolicies(place: Place, { cluster }: Pick<StackConfig, "cluster">): Record<string, string> {
  const names = cluster.access.via === "tunnel" ? [...POLICIES, "AmazonSSMManagedInstanceCore"] : POLICIES;
  return Object.fromEntries(names.map((name) => [name, managedPolicyArn(place, name)]));
}

import type { StackConfig } from "../../../config/schema";
import { partitionOf } from "../../../core/aws/names";

/** An IAM role that may use the Kubernetes API, and with which of EKS's own access policies. */
export interface AccessEntry {
  /** Part of its logical name: `admin/123456789012/platform-admin`. */
  key: string;
  principalArn: string;
  policyArn: string;
}

/** `AmazonEKSViewPolicy` is Kubernetes' own `view`: everything in namespaces but Secrets. */
const POLICIES = { admin: "AmazonEKSClusterAdminPolicy", viewer: "AmazonEKSViewPolicy" } as const;

const keyOf = (kind: string, arn: string): string => {
  const [, account, role] = /::(\d{12}):role\/(.+)$/.exec(arn) ?? [];
  return `${kind}/${account}/${role}`;
};

export function accessEntries(region: string, { cluster }: Pick<StackConfig, "cluster">): AccessEntry[] {
  const entry = (kind: keyof typeof POLICIES) => (principalArn: string) => ({
    key: keyOf(kind, principalArn),
    principalArn,
    policyArn: `arn:${partitionOf(region)}:eks::aws:cluster-access-policy/${POLICIES[kind]}`,
  });
  return [...cluster.admins.map(entry("admin")), ...cluster.viewers.map(entry("viewer"))];
}

import type { StackConfig } from "../../../config/schema";
import { type AddOn, addOnVersions } from "../../../core/aws/add-ons";

/** An add-on that EKS runs and patches; its images come from AWS's own registry of the region. */
export interface PlannedAddOn {
  name: AddOn;
  version: string;
  /** JSON that its own schema allows. */
  configuration?: unknown;
}

/** Must stand before the first node: pods' addresses and network rules, Services, pods' credentials. */
const BEFORE_NODES: readonly AddOn[] = ["vpc-cni", "kube-proxy", "eks-pod-identity-agent"];

const GPU_TAINT = { key: "nvidia.com/gpu", operator: "Exists", effect: "NoSchedule" };

/** Only what differs from an add-on's defaults; the keys are those of its own schema (read 2026-11-22). */
const CONFIGURATION: Partial<Record<AddOn, unknown>> = {
  // Without it NetworkPolicies are accepted and do nothing.
  "vpc-cni": { enableNetworkPolicy: "true" },
  // The agent itself goes everywhere, but not its part that looks at GPUs.
  "eks-node-monitoring-agent": { dcgmAgent: { tolerations: [GPU_TAINT] } },
};

export function plannedAddOns({
  cluster,
}: Pick<StackConfig, "cluster">): Record<"beforeNodes" | "afterNodes", PlannedAddOn[]> {
  const all = Object.entries(addOnVersions(cluster.version)).map(([name, version]) => {
    const configuration = CONFIGURATION[name as AddOn];
    return { name: name as AddOn, version, ...(configuration !== undefined && { configuration }) };
  });
  return {
    beforeNodes: all.filter(({ name }) => BEFORE_NODES.includes(name)),
    afterNodes: all.filter(({ name }) => !BEFORE_NODES.includes(name)),
  };
}

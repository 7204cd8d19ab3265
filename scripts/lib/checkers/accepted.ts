import type { CheckerName, PlanCheckerName } from "./outcome";

/** One excuse: this problem of these objects is known, and wanted. */
export interface AcceptedRow {
  checker: CheckerName | PlanCheckerName;
  check: string;
  /** `Kind namespace/name`, or a plan's `aws_vpc us-east-1/vpc`; `*` stands for any text. */
  object: string;
  /** The problem's words, with `*` for any text, where a check knows several problems and only one is excused. */
  text?: string;
  /** For a problem that only some stacks have, by their own choice: elsewhere the row may excuse nothing. */
  dependsOnStack?: true;
  reason: string;
}

const NODE_CACHE = "DaemonSet homeport-node/node-cache";

const NO_CPU_LIMIT =
  "a CPU limit throttles a container although the node has time to spare, which shows as latency; the request " +
  "guarantees the share (AWS's EKS best practices say the same), and memory has request = limit";

const ROOT =
  "the node's folder belongs to root when it is new and is handed over file by file; the only pod that runs as root, " +
  "in a namespace of its own, with a read-only root and three capabilities";

const FOREIGN_PODS = "its pods are made by Envoy Gateway at run time, or must never exist there, so none is rendered";

/** Everything that the checkers may find without failing the run. A row that excuses nothing fails it. */
export const ACCEPTED: readonly AcceptedRow[] = [
  {
    checker: "kube-score",
    check: "container-resources",
    object: "*",
    text: "*: CPU limit is not set",
    reason: NO_CPU_LIMIT,
  },
  {
    checker: "kube-score",
    check: "container-image-pull-policy",
    object: "*",
    reason: "every image is named by its digest, so what is on the node is what would be pulled",
  },
  {
    checker: "kube-score",
    check: "deployment-replicas",
    object: "Deployment homeport-models/*",
    dependsOnStack: true,
    reason: "the number of replicas is the stack's: staged and previous releases may run one, `ha: true` refuses one",
  },
  {
    checker: "kube-score",
    check: "deployment-has-host-podantiaffinity",
    object: "Deployment homeport-models/*",
    dependsOnStack: true,
    reason: "topologySpreadConstraints over nodes and zones do the same and also balance more replicas than nodes",
  },
  {
    checker: "kube-score",
    check: "networkpolicy-targets-pod",
    object: "NetworkPolicy homeport-edge/default-deny",
    reason: FOREIGN_PODS,
  },
  {
    checker: "kube-score",
    check: "networkpolicy-targets-pod",
    object: "NetworkPolicy envoy-gateway-system/proxies-reach-engines-only",
    reason: FOREIGN_PODS,
  },
  { checker: "kube-score", check: "container-security-context-user-group-id", object: NODE_CACHE, reason: ROOT },
  { checker: "checkov", check: "CKV_K8S_11", object: "*", reason: NO_CPU_LIMIT },
  { checker: "checkov", check: "CKV_K8S_23", object: NODE_CACHE, reason: ROOT },
  { checker: "checkov", check: "CKV_K8S_25", object: NODE_CACHE, reason: ROOT },
  { checker: "checkov", check: "CKV_K8S_40", object: NODE_CACHE, reason: ROOT },
  {
    checker: "checkov",
    check: "CKV_K8S_35",
    object: NODE_CACHE,
    dependsOnStack: true,
    reason:
      "keys of a store outside AWS, in the S3 client's standard variables; the container has one process, which starts " +
      "no other, and pods in this namespace get no traffic",
  },
  { checker: "pod-security", check: "runAsNonRoot != true", object: NODE_CACHE, reason: ROOT },
  { checker: "pod-security", check: "runAsUser=0", object: NODE_CACHE, reason: ROOT },
  { checker: "pod-security", check: "unrestricted capabilities", object: NODE_CACHE, reason: ROOT },
  {
    checker: "pod-security",
    check: "restricted volume types",
    object: NODE_CACHE,
    reason: "its task is the node's own disk; engine pods see the folder through a volume claim, read-only",
  },
  {
    checker: "pod-security",
    check: "namespace-enforces-restricted",
    object: "Namespace homeport-node",
    reason: "holds the node cache alone, whose deviations are the rows above",
  },
];

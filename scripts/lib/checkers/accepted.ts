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

const DEVICE_PLUGIN = "DaemonSet homeport-node/nvidia-device-plugin";
const DCGM = "DaemonSet homeport-node/dcgm-exporter";

const GPU_ROOT =
  "the kubelet's sockets for devices and the driver's counters belong to root; no API token, a read-only root, and of " +
  "root's powers none, but SYS_ADMIN for the counters (NVIDIA's own manifests ask for as much or for `privileged`)";

/** The same excuse for several checks of one object that only stacks on AWS have. */
const onAws = (checker: CheckerName, object: string, reason: string, ...checks: string[]): AcceptedRow[] =>
  checks.map((check) => ({ checker, check, object, reason, dependsOnStack: true }));

const FOREIGN_PODS = "its pods are made by Envoy Gateway at run time, or must never exist there, so none is rendered";

const ONE_SPEAKS =
  "two that do not know of each other would say every alarm twice, and for peers they would need a port open between them; " +
  "Prometheus sends what is still wrong to the new one, a minute later";

const ASKS_THE_API = "finds what it measures by asking the API server, with a role that can only read";

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
    object: "NetworkPolicy homeport-models/default-deny",
    dependsOnStack: true,
    reason: "before the first release is mirrored no engine runs, and the wall stands all the same",
  },
  {
    checker: "kube-score",
    check: "networkpolicy-targets-pod",
    object: "NetworkPolicy envoy-gateway-system/proxies-reach-engines-only",
    reason: FOREIGN_PODS,
  },
  {
    checker: "kube-score",
    check: "networkpolicy-targets-pod",
    object: "NetworkPolicy homeport-node/metrics-of-dcgm-exporter",
    dependsOnStack: true,
    reason: "the exporter of a cluster that is not ours is its owner's to install; the rule waits for it",
  },
  {
    checker: "kube-score",
    check: "deployment-replicas",
    object: "Deployment homeport-monitoring/alertmanager",
    dependsOnStack: true,
    reason: ONE_SPEAKS,
  },
  {
    checker: "kube-score",
    check: "deployment-strategy",
    object: "Deployment homeport-monitoring/alertmanager",
    dependsOnStack: true,
    reason: ONE_SPEAKS,
  },
  { checker: "kube-score", check: "container-security-context-user-group-id", object: NODE_CACHE, reason: ROOT },
  { checker: "checkov", check: "CKV_K8S_11", object: "*", reason: NO_CPU_LIMIT },
  { checker: "checkov", check: "CKV_K8S_23", object: NODE_CACHE, reason: ROOT },
  { checker: "checkov", check: "CKV_K8S_25", object: NODE_CACHE, reason: ROOT },
  { checker: "checkov", check: "CKV_K8S_40", object: NODE_CACHE, reason: ROOT },
  {
    checker: "checkov",
    check: "CKV_K8S_38",
    object: "StatefulSet homeport-monitoring/prometheus",
    dependsOnStack: true,
    reason: ASKS_THE_API,
  },
  {
    checker: "checkov",
    check: "CKV_K8S_38",
    object: "Deployment homeport-monitoring/kube-state-metrics",
    dependsOnStack: true,
    reason: ASKS_THE_API,
  },
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
    reason: "holds what needs the node: the node cache and the software of GPUs, whose deviations are rows here",
  },
  {
    checker: "pod-security",
    check: "restricted volume types",
    object: "DaemonSet homeport-node/node-exporter",
    dependsOnStack: true,
    reason:
      "it measures the host's disks, memory and clock: the host's files read-only, as nobody and without capabilities; no " +
      "host network or processes",
  },
  ...[DEVICE_PLUGIN, DCGM].flatMap((object) => [
    ...onAws("pod-security", object, GPU_ROOT, "runAsNonRoot != true", "runAsUser=0", "restricted volume types"),
    ...onAws("kube-score", object, GPU_ROOT, "container-security-context-user-group-id"),
    ...onAws("checkov", object, GPU_ROOT, "CKV_K8S_23", "CKV_K8S_40"),
  ]),
  ...onAws(
    "kube-score",
    DEVICE_PLUGIN,
    "both probes ask whether the plugin's socket is there, the one sign of life that it gives; restarting takes longer",
    "pod-probes-identical",
  ),
  ...onAws("pod-security", DCGM, GPU_ROOT, "unrestricted capabilities"),
  ...onAws("checkov", DCGM, GPU_ROOT, "CKV_K8S_25", "CKV_K8S_39"),
  ...onAws(
    "checkov",
    "Deployment kube-system/cluster-autoscaler",
    "it watches pods and nodes, and drains: the token is its work; it reads no Secret",
    "CKV_K8S_38",
  ),
];

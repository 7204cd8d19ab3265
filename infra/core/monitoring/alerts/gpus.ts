import type { AlertRule } from "./alert-rule";

/** Hardware that fails. */
export const GPUS: readonly AlertRule[] = [
  {
    name: "GpuError",
    // The last XID stays until the driver starts again; 13, 31, 43 and 45 are a program's own mistakes.
    expr: "max by (node, gpu, UUID) (DCGM_FI_DEV_XID_ERRORS unless DCGM_FI_DEV_XID_ERRORS == 13 unless DCGM_FI_DEV_XID_ERRORS == 31 unless DCGM_FI_DEV_XID_ERRORS == 43 unless DCGM_FI_DEV_XID_ERRORS == 45) > 0",
    for: "0m",
    severity: "page",
    summary: "GPU {{ $labels.gpu }} of {{ $labels.node }} reported XID {{ $value }}",
    runbook:
      "Node repair replaces the node for the XIDs that need it (48, 64, 74, 79, 95) within minutes; watch the node go. If it stays: `kubectl drain <node> --ignore-daemonsets --delete-emptydir-data`, then end the instance. NVIDIA's XID catalogue says what the number means.",
  },
  {
    name: "GpuMemoryWornOut",
    expr: "max by (node, gpu, UUID) (DCGM_FI_DEV_ROW_REMAP_FAILURE) > 0",
    for: "0m",
    severity: "page",
    summary: "GPU {{ $labels.gpu }} of {{ $labels.node }} cannot replace a faulty row of its memory",
    runbook: "The GPU is broken for good. Drain the node and end the instance; a new one comes from the pool.",
  },
  {
    name: "GpuHot",
    expr: "max by (node, gpu, UUID) (DCGM_FI_DEV_GPU_TEMP) > 87",
    for: "10m",
    severity: "ticket",
    summary: "GPU {{ $labels.gpu }} of {{ $labels.node }} has {{ $value }} °C",
    runbook:
      "It slows itself down from about 90 °C, which shows as FirstTokenSlow. One GPU of a node: end the instance. All of them: tell AWS, it is the host's cooling.",
  },
];

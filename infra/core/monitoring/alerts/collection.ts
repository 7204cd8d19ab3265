import type { AlertRule } from "./alert-rule";

/** Whether anything of all this can be seen. */
export const COLLECTION: readonly AlertRule[] = [
  {
    name: "MetricsStopped",
    expr: 'absent(up{job="prometheus"})',
    for: "10m",
    severity: "page",
    summary: "no metrics arrive: every other alert is blind",
    runbook:
      "`kubectl -n homeport-monitoring get pods`, then the log of prometheus. With managed Prometheus a 403 there means its role or Pod Identity association, a time-out means the aps-workspaces endpoint.",
  },
  {
    name: "TargetDown",
    expr: 'sum by (job) (up{job!="engine"} == bool 0) > 0',
    for: "15m",
    severity: "ticket",
    summary: "{{ $value }} targets of {{ $labels.job }} give no metrics",
    runbook: "Is the pod running? Then something between it and the collector: the NetworkPolicy of its namespace.",
  },
  {
    name: "MetricsNotStored",
    expr: "sum(rate(prometheus_remote_storage_samples_failed_total[10m]) + rate(prometheus_remote_storage_samples_dropped_total[10m])) > 0",
    for: "15m",
    severity: "ticket",
    summary: "managed Prometheus refuses some of what it is sent",
    runbook:
      "The log of prometheus has the answer it got: 429 is a quota of the workspace (Service Quotas, aps), 400 is a label or a series limit, 403 is the role.",
  },
];

import { NAMESPACES } from "../names";
import { type ScrapeJob, storedNames } from "./known-metrics";

/** Prometheus listens here; nobody needs to know but itself and its probes. */
const PROMETHEUS_PORT = 9090;

/** Prometheus' own words for a job; only what we use of them. */
interface ScrapeConfig {
  job_name: ScrapeJob;
  [setting: string]: unknown;
}

interface Relabel {
  source_labels?: readonly string[];
  action?: "keep" | "drop" | "replace" | "labeldrop";
  regex?: string;
  target_label?: string;
  replacement?: string;
}

const label = (from: string, to: string): Relabel => ({
  source_labels: [`__meta_kubernetes_${from}`],
  target_label: to,
});
const keep = (from: string, regex: string): Relabel => ({ source_labels: [from], action: "keep", regex });

/** Whatever a pod offers beyond what we know is dropped: it costs money, and nobody has read it. */
const onlyKnown = (job: ScrapeJob): Relabel => keep("__name__", `up|${storedNames(job).join("|")}`);

/** Pods of one namespace by their labels, through one of their ports. */
function pods(
  job: ScrapeJob,
  where: { namespace: string; labels: string; portName?: string; path?: string; honorLabels?: boolean },
  relabel: readonly Relabel[] = [],
  metricRelabel: readonly Relabel[] = [],
): ScrapeConfig {
  return {
    job_name: job,
    metrics_path: where.path ?? "/metrics",
    honor_labels: where.honorLabels ?? false,
    kubernetes_sd_configs: [
      { role: "pod", namespaces: { names: [where.namespace] }, selectors: [{ role: "pod", label: where.labels }] },
    ],
    relabel_configs: [
      keep("__meta_kubernetes_pod_container_port_name", where.portName ?? "metrics"),
      keep("__meta_kubernetes_pod_phase", "Running"),
      label("pod_node_name", "node"),
      ...relabel,
    ],
    metric_relabel_configs: [onlyKnown(job), ...metricRelabel],
  };
}

/** vLLM calls the model `model_name`; release and variant it does not know. The pod's labels do. */
const RELEASE_LABELS = ["model", "release", "variant"].map((name) => label(`pod_label_homeport_dev_${name}`, name));

/** A node of 96 CPUs has 768 series of them; what is not idle is busy. Modes: proc_stat(5), guests are a metric of their own. */
const BUSY_CPU = "node_cpu_seconds_total;(iowait|irq|nice|softirq|steal|system|user)";

export function scrapeJobs(): ScrapeConfig[] {
  const engines = { namespace: NAMESPACES.models, labels: "app.kubernetes.io/name=vllm" };
  const proxies = {
    namespace: NAMESPACES.envoyGateway,
    labels: "app.kubernetes.io/name=envoy,app.kubernetes.io/component=proxy",
  };
  return [
    pods("guard", engines, [label("pod_name", "pod")]),
    // The engine listens on loopback only; the guard passes its metrics on.
    pods(
      "engine",
      { ...engines, path: "/engine-metrics" },
      [label("pod_name", "pod"), ...RELEASE_LABELS],
      [{ action: "labeldrop", regex: "model_name" }],
    ),
    pods("envoy", { ...proxies, path: "/stats/prometheus" }, [
      label("pod_name", "pod"),
      label("pod_label_gateway_envoyproxy_io_owning_gateway_name", "gateway"),
    ]),
    pods("envoy-gateway", { namespace: NAMESPACES.envoyGateway, labels: "control-plane=envoy-gateway" }),
    // Its own labels say which pod uses the GPU; ours must not hide them.
    pods("dcgm", { namespace: NAMESPACES.node, labels: "app.kubernetes.io/name=dcgm-exporter", honorLabels: true }),
    pods(
      "node",
      { namespace: NAMESPACES.node, labels: "app.kubernetes.io/name=node-exporter" },
      [],
      [{ source_labels: ["__name__", "mode"], action: "drop", regex: BUSY_CPU }],
    ),
    pods("node-cache", { namespace: NAMESPACES.node, labels: "app.kubernetes.io/name=node-cache", portName: "admin" }),
    pods("kube-state-metrics", {
      namespace: NAMESPACES.monitoring,
      labels: "app.kubernetes.io/name=kube-state-metrics",
      honorLabels: true,
    }),
    {
      job_name: "prometheus",
      static_configs: [{ targets: [`127.0.0.1:${PROMETHEUS_PORT}`] }],
      metric_relabel_configs: [onlyKnown("prometheus")],
    },
  ];
}

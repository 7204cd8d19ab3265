/** Dashboards for Grafana: what is asked, in which order; the schema's many words are added in one place. */

interface Query {
  expr: string;
  /** Grafana's template of the line's name: `{{pod}}`. */
  legend: string;
}

interface Panel {
  title: string;
  unit: string;
  queries: readonly Query[];
}

interface Dashboard {
  uid: string;
  title: string;
  panels: readonly Panel[];
}

/** Stands for the model's name in the chart's file; the template puts the name in. */
export const MODEL = "@model@";

const of = (metric: string, more = ""): string => `${metric}{model="${MODEL}"${more}}`;
const rate = (metric: string, more = ""): string => `rate(${of(metric, more)}[$__rate_interval])`;

const quantile = (q: number, metric: string): Query => ({
  expr: `histogram_quantile(${q}, sum by (release, le) (${rate(`${metric}_bucket`)}))`,
  legend: `p${q * 100} {{release}}`,
});

const MODEL_PANELS: readonly Panel[] = [
  {
    title: "Requests by outcome",
    unit: "reqps",
    queries: [
      {
        expr: `sum by (release, outcome) (${rate("homeport_guard_requests_total")})`,
        legend: "{{release}} {{outcome}}",
      },
    ],
  },
  {
    title: "Time to the first token",
    unit: "s",
    queries: [
      quantile(0.5, "homeport_guard_first_token_seconds"),
      quantile(0.95, "homeport_guard_first_token_seconds"),
    ],
  },
  {
    title: "Time between tokens",
    unit: "s",
    queries: [quantile(0.5, "vllm:inter_token_latency_seconds"), quantile(0.95, "vllm:inter_token_latency_seconds")],
  },
  {
    title: "Tokens a second",
    unit: "short",
    queries: [
      { expr: `sum by (release) (${rate("vllm:prompt_tokens_total")})`, legend: "in {{release}}" },
      { expr: `sum by (release) (${rate("vllm:generation_tokens_total")})`, legend: "out {{release}}" },
    ],
  },
  {
    title: "Sequences running and waiting",
    unit: "short",
    queries: [
      { expr: `sum by (release) (${of("vllm:num_requests_running")})`, legend: "running {{release}}" },
      { expr: `sum by (release) (${of("vllm:num_requests_waiting")})`, legend: "waiting {{release}}" },
    ],
  },
  {
    title: "Wait in the engine's queue",
    unit: "s",
    queries: [quantile(0.95, "vllm:request_queue_time_seconds")],
  },
  {
    title: "KV cache in use",
    unit: "percentunit",
    queries: [{ expr: `max by (pod) (${of("vllm:kv_cache_usage_perc")})`, legend: "{{pod}}" }],
  },
  {
    title: "Preemptions",
    unit: "ops",
    queries: [{ expr: `sum by (pod) (${rate("vllm:num_preemptions_total")})`, legend: "{{pod}}" }],
  },
  {
    title: "Prompt tokens found in the prefix cache",
    unit: "percentunit",
    queries: [
      {
        expr: `sum by (release) (${rate("vllm:prefix_cache_hits_total")}) / sum by (release) (${rate("vllm:prefix_cache_queries_total")})`,
        legend: "{{release}}",
      },
    ],
  },
  {
    title: "Pods ready, and the longest stall",
    unit: "short",
    queries: [
      { expr: `sum by (release) (${of("homeport_guard_ready")})`, legend: "ready {{release}}" },
      { expr: `max by (pod) (${of("homeport_guard_engine_stall_seconds")})`, legend: "stall in s {{pod}}" },
    ],
  },
];

const CAPACITY_PANELS: readonly Panel[] = [
  {
    title: "Nodes by pool and kind of capacity",
    unit: "short",
    queries: [
      {
        expr: "count by (label_homeport_dev_pool, label_homeport_dev_capacity) (kube_node_labels)",
        legend: "{{label_homeport_dev_pool}} {{label_homeport_dev_capacity}}",
      },
    ],
  },
  {
    title: "GPUs there and asked for",
    unit: "short",
    queries: [
      { expr: 'sum(kube_node_status_allocatable{resource="nvidia_com_gpu"})', legend: "there" },
      {
        expr: 'sum(kube_pod_container_resource_requests{resource="nvidia_com_gpu"})',
        legend: "asked for",
      },
    ],
  },
  {
    title: "Pods that wait for a node",
    unit: "short",
    queries: [
      { expr: 'sum by (namespace) (kube_pod_status_phase{phase="Pending"})', legend: "{{namespace}}" },
      { expr: "sum(kube_node_spec_unschedulable)", legend: "nodes that take none" },
    ],
  },
  {
    title: "GPU at work",
    unit: "percent",
    queries: [{ expr: "avg by (node) (DCGM_FI_DEV_GPU_UTIL)", legend: "{{node}}" }],
  },
  {
    title: "GPU memory in use",
    unit: "percentunit",
    queries: [
      {
        expr: "sum by (node) (DCGM_FI_DEV_FB_USED) / sum by (node) (DCGM_FI_DEV_FB_USED + DCGM_FI_DEV_FB_FREE)",
        legend: "{{node}}",
      },
    ],
  },
  {
    title: "GPU power",
    unit: "watt",
    queries: [{ expr: "sum by (node) (DCGM_FI_DEV_POWER_USAGE)", legend: "{{node}}" }],
  },
  {
    title: "Hottest GPU",
    unit: "celsius",
    queries: [{ expr: "max by (node) (DCGM_FI_DEV_GPU_TEMP)", legend: "{{node}}" }],
  },
  {
    title: "CPU of the nodes",
    unit: "percentunit",
    queries: [
      {
        expr: "sum by (node) (rate(node_cpu_usage_seconds_total[$__rate_interval])) / sum by (node) (machine_cpu_cores)",
        legend: "{{node}}",
      },
    ],
  },
  {
    title: "Memory of the nodes",
    unit: "percentunit",
    queries: [
      {
        expr: "sum by (node) (node_memory_working_set_bytes) / sum by (node) (machine_memory_bytes)",
        legend: "{{node}}",
      },
    ],
  },
  {
    title: "Fullest disk of the nodes",
    unit: "percentunit",
    queries: [
      {
        expr: 'max by (node) (container_fs_usage_bytes{id="/"} / container_fs_limit_bytes{id="/"})',
        legend: "{{node}}",
      },
    ],
  },
  {
    title: "Requests at the gateways",
    unit: "reqps",
    queries: [
      {
        expr: 'sum by (gateway, envoy_response_code_class) (rate(envoy_http_downstream_rq_xx{envoy_http_conn_manager_prefix=~"https?-.*"}[$__rate_interval]))',
        legend: "{{gateway}} {{envoy_response_code_class}}xx",
      },
    ],
  },
  {
    title: "Load by model",
    unit: "short",
    queries: [{ expr: "sum by (model) (homeport_guard_in_flight)", legend: "{{model}}" }],
  },
];

export const DASHBOARDS = {
  model: { uid: `homeport-model-${MODEL}`, title: `Homeport: model ${MODEL}`, panels: MODEL_PANELS },
  capacity: { uid: "homeport-capacity", title: "Homeport: capacity", panels: CAPACITY_PANELS },
} as const satisfies Record<string, Dashboard>;

const COLUMNS = 2;
const WIDTH = 24 / COLUMNS;
const HEIGHT = 8;
// biome-ignore lint/suspicious/noTemplateCurlyInString: the variable is Grafana's
const SOURCE = { type: "prometheus", uid: "${source}" };

const panelJson = ({ title, unit, queries }: Panel, i: number): object => ({
  id: i + 1,
  type: "timeseries",
  title,
  datasource: SOURCE,
  gridPos: { h: HEIGHT, w: WIDTH, x: (i % COLUMNS) * WIDTH, y: Math.floor(i / COLUMNS) * HEIGHT },
  fieldConfig: { defaults: { unit, min: 0, custom: { fillOpacity: 10, showPoints: "never" } }, overrides: [] },
  options: { legend: { displayMode: "list", placement: "bottom" }, tooltip: { mode: "multi", sort: "desc" } },
  targets: queries.map(({ expr, legend }, n) => ({
    refId: String.fromCharCode("A".charCodeAt(0) + n),
    datasource: SOURCE,
    expr,
    legendFormat: legend,
  })),
});

/** Grafana's own schema; the data source is chosen in Grafana, so that one file serves every region. */
export const dashboardJson = ({ uid, title, panels }: Dashboard): object => ({
  uid,
  title,
  tags: ["homeport"],
  schemaVersion: 39,
  editable: false,
  refresh: "30s",
  time: { from: "now-6h", to: "now" },
  templating: { list: [{ name: "source", label: "Source", type: "datasource", query: "prometheus" }] },
  panels: panels.map(panelJson),
});

/** One alarm: when it speaks, whom it wakes, and what to do then. */
export interface AlertRule {
  name: string;
  expr: string;
  /** How long it must be so. */
  for: string;
  /** `page`: clients notice now. `ticket`: they will, if nobody looks within the day. */
  severity: "page" | "ticket";
  summary: string;
  /** First steps, in order, for somebody who has just been woken. */
  runbook: string;
}

const RELEASE = "model, release, variant";

/** Share of requests that ended in one of these ways, by model. A model that nobody asks has none. */
const shareOf = (outcomes: string): string =>
  `sum by (model) (rate(homeport_guard_requests_total{outcome=~"${outcomes}"}[5m]))` +
  " / sum by (model) (rate(homeport_guard_requests_total[5m]))";

const DEPLOYED = `namespace="homeport-models"`;

const MODELS: readonly AlertRule[] = [
  {
    name: "ReleaseDown",
    expr: `kube_deployment_status_replicas_available{${DEPLOYED}} == 0 and kube_deployment_spec_replicas{${DEPLOYED}} > 0`,
    for: "5m",
    severity: "page",
    summary: "no pod of {{ $labels.deployment }} answers",
    runbook:
      "`homeport status` says whether it is the live release. If it is: `homeport rollback <model>` first, look later. Then `kubectl -n homeport-models describe pod`: Pending means no node (see PodsWaitForNodes), a waiting init container means weights (its message names the file), a restarting engine says why in its log.",
  },
  {
    name: "ReleaseShortOfPods",
    expr: `kube_deployment_status_replicas_available{${DEPLOYED}} < kube_deployment_spec_replicas{${DEPLOYED}}`,
    for: "20m",
    severity: "ticket",
    summary: "{{ $labels.deployment }} has fewer ready pods than it should",
    runbook:
      "`kubectl -n homeport-models get pods` shows which is missing. One that starts again and again: read its previous log. One that waits for a node: see PodsWaitForNodes. The others serve meanwhile; when they saturate, RequestsShed follows.",
  },
  {
    name: "EngineStalled",
    expr: `max by (${RELEASE}, pod) (homeport_guard_engine_stall_seconds) > 30`,
    for: "1m",
    severity: "page",
    summary: "the engine of {{ $labels.pod }} makes no progress",
    runbook:
      "The guard takes the pod out of service after 15 s and has it restarted after 80 s; this lasts longer than it should. `kubectl -n homeport-models logs <pod> -c engine --tail=50`, then delete the pod. If several pods of one release stall, `homeport rollback <model>`.",
  },
  {
    name: "RequestsFail",
    expr: `${shareOf("failed|cut|aborted|unavailable")} > 0.01`,
    for: "5m",
    severity: "page",
    summary: "{{ $value | humanizePercentage }} of the requests to {{ $labels.model }} fail",
    runbook:
      "The dashboard of the model shows which outcome: `unavailable` is pods that start or stop, `failed` and `aborted` are the engine, `cut` is streams that ended early. If it began with a promote, `homeport rollback <model>`; else read the engines' logs.",
  },
  {
    name: "RequestsShed",
    expr: `${shareOf("shed")} > 0.05`,
    for: "10m",
    severity: "ticket",
    summary: "{{ $value | humanizePercentage }} of the requests to {{ $labels.model }} are refused because it is full",
    runbook:
      "Clients get 429 with Retry-After. Look for one client that asks for most of it (audit log, field `client`). Else raise `replicas` (and the pool's `max`), or `maxInFlight` while FirstTokenSlow is quiet.",
  },
  {
    name: "FirstTokenSlow",
    expr: "histogram_quantile(0.95, sum by (model, le) (rate(homeport_guard_first_token_seconds_bucket[10m]))) > 10",
    for: "15m",
    severity: "ticket",
    summary: "one in twenty streams of {{ $labels.model }} waits more than 10 s for its first token",
    runbook:
      "Compare waiting sequences and KV cache on the model's dashboard. Both high: too much load, raise `replicas`. Both low: long prompts (prefill), or a GPU that runs slowly (see GpuHot).",
  },
  {
    name: "KeyValueCacheFull",
    expr: `max by (${RELEASE}, pod) (vllm:kv_cache_usage_perc) > 0.95`,
    for: "15m",
    severity: "ticket",
    summary: "the KV cache of {{ $labels.pod }} is nearly full",
    runbook:
      "Sequences are put back and computed again when it overflows (preemptions on the dashboard). Lower `maxInFlight` or `limits.maxTokens`, or add replicas; a smaller `max-model-len` is a new release.",
  },
  {
    name: "PodRestarts",
    expr: `increase(kube_pod_container_status_restarts_total{namespace=~"homeport-.+|envoy-gateway-system"}[1h]) > 3`,
    for: "0m",
    severity: "ticket",
    summary: "{{ $labels.container }} of {{ $labels.namespace }}/{{ $labels.pod }} keeps restarting",
    runbook:
      "`kubectl -n <namespace> describe pod <pod>` gives the reason of the last end: OOMKilled means its memory limit, a failed probe means it hung; `kubectl logs --previous` has its last words.",
  },
];

const GATEWAY: readonly AlertRule[] = [
  {
    name: "GatewayDown",
    expr: 'absent(up{job="envoy"} == 1)',
    for: "2m",
    severity: "page",
    summary: "no Envoy proxy answers: no request gets in",
    runbook:
      "`kubectl -n envoy-gateway-system get pods`. No pods: the controller has not made them, read its log. Pods that are Pending: the system pool has no room. All running: it may be only the collector that is shut out (NetworkPolicy).",
  },
  {
    name: "GatewayErrors",
    expr:
      'sum by (gateway) (rate(envoy_http_downstream_rq_xx{envoy_response_code_class="5",envoy_http_conn_manager_prefix=~"https?-.*"}[5m]))' +
      ' / sum by (gateway) (rate(envoy_http_downstream_rq_xx{envoy_http_conn_manager_prefix=~"https?-.*"}[5m])) > 0.02',
    for: "5m",
    severity: "page",
    summary: "{{ $value | humanizePercentage }} of the answers of {{ $labels.gateway }} are 5xx",
    runbook:
      "If RequestsFail speaks too, it is the engines. If not, it is between proxy and engines: the access log's `flags` and `details` say what (UF no connection, UH no healthy pod, UO overflow).",
  },
  {
    name: "GatewayRefusesConfiguration",
    expr: "sum(increase(xds_nack_total[15m])) > 0",
    for: "0m",
    severity: "page",
    summary: "an Envoy proxy refuses the configuration it is sent",
    runbook:
      "Proxies keep serving their last good configuration, so a promote or rollback would not take effect now. The log of the controller in envoy-gateway-system names the resource; take the last change of the stack file back.",
  },
];

const GPUS: readonly AlertRule[] = [
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

const NODES: readonly AlertRule[] = [
  {
    name: "NodeNotReady",
    expr: 'max by (node) (kube_node_status_condition{condition="Ready",status="true"}) == 0',
    for: "5m",
    severity: "page",
    summary: "node {{ $labels.node }} is not ready",
    runbook:
      "Node repair replaces it after 30 minutes. Sooner: `kubectl describe node <node>`; if its instance is gone or stuck, end it in EC2. Pods on it are moved after five minutes where there is room.",
  },
  {
    name: "PodsWaitForNodes",
    expr: `sum by (pod) (kube_pod_status_phase{${DEPLOYED},phase="Pending"}) > 0`,
    for: "15m",
    severity: "page",
    summary: "{{ $labels.pod }} has waited 15 minutes for a node",
    runbook:
      "`kubectl describe pod <pod>` says what no node has. No GPU free: the pool is at its `max`, or AWS has no capacity: the node group's events in EKS say InsufficientInstanceCapacity. Then take the next rung of the pool's `capacity` (another zone, a reservation, another variant of the release).",
  },
  {
    name: "NodeDiskFull",
    expr: 'max by (node, device) (container_fs_usage_bytes{id="/"} / container_fs_limit_bytes{id="/"}) > 0.85',
    for: "10m",
    severity: "ticket",
    summary: "{{ $labels.device }} of {{ $labels.node }} is {{ $value | humanizePercentage }} full",
    runbook:
      "The kubelet begins to evict pods at 90 %. Weights of releases that no stack names any more go by themselves (`weights.cacheGiB`); images go by the kubelet. Something else fills it: `kubectl debug node/<node>` and look.",
  },
];

const COLLECTION: readonly AlertRule[] = [
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
    runbook:
      "Is the pod running? Then something between it and the collector: the NetworkPolicy of its namespace, or for kubelets their serving certificate.",
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

export interface RuleGroup {
  name: string;
  rules: readonly AlertRule[];
}

/** When a capacity block ends: seconds since 1970. */
export interface BlockEnd {
  pool: string;
  endsAt: number;
}

const DAY = 86_400;

/** Prometheus knows the time too, so the end of a block needs nothing of AWS. */
const blockEnds = ({ pool, endsAt }: BlockEnd): AlertRule => ({
  name: "CapacityBlockEnds",
  expr: `label_replace(vector(${endsAt} - time()), "pool", "${pool}", "", "") < ${DAY} > 0`,
  for: "0m",
  severity: "ticket",
  summary: "the capacity block of pool {{ $labels.pool }} ends in {{ $value | humanizeDuration }}",
  runbook:
    "Its nodes are drained 40 minutes before the end. Buy the next block and put its id into `pools.<pool>.block`, or make sure that the pool's next kind of `capacity` has room.",
});

export const ruleGroups = (blocks: readonly BlockEnd[]): RuleGroup[] => [
  { name: "homeport-models", rules: MODELS },
  { name: "homeport-gateway", rules: GATEWAY },
  { name: "homeport-gpus", rules: GPUS },
  { name: "homeport-nodes", rules: [...NODES, ...blocks.map(blockEnds)] },
  { name: "homeport-metrics", rules: COLLECTION },
];

/** As Prometheus reads it, in a cluster and in the managed service: JSON is YAML. */
export const ruleFile = (groups: readonly RuleGroup[]): string =>
  `${JSON.stringify(
    {
      groups: groups.map(({ name, rules }) => ({
        name,
        rules: rules.map(({ name: alert, expr, for: lasting, severity, summary, runbook }) => ({
          alert,
          expr,
          for: lasting,
          labels: { severity },
          annotations: { summary, runbook },
        })),
      })),
    },
    null,
    2,
  )}\n`;

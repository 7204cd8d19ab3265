import { type AlertRule, ENGINES } from "./alert-rule";

const RELEASE = "model, release, variant";

/** Share of requests that ended in one of these ways, by model. A model that nobody asks has none. */
const shareOf = (outcomes: string): string =>
  `sum by (model) (rate(homeport_guard_requests_total{outcome=~"${outcomes}"}[5m]))` +
  " / sum by (model) (rate(homeport_guard_requests_total[5m]))";

/** Ends of a request that its client lost something by. */
export const FAILED_OUTCOMES = "failed|cut|aborted|unavailable";

/** What clients notice of a model. */
export const MODELS: readonly AlertRule[] = [
  {
    name: "ReleaseDown",
    expr: `kube_deployment_status_replicas_available{${ENGINES}} == 0 and kube_deployment_spec_replicas{${ENGINES}} > 0`,
    for: "5m",
    severity: "page",
    summary: "no pod of {{ $labels.deployment }} answers",
    runbook:
      "`homeport status` says whether it is the live release. If it is: `homeport rollback <model>` first, look later. Then `kubectl -n homeport-models describe pod`: Pending means no node (see PodsWaitForNodes), a waiting init container means weights (its message names the file), a restarting engine says why in its log.",
  },
  {
    name: "ReleaseShortOfPods",
    expr: `kube_deployment_status_replicas_available{${ENGINES}} < kube_deployment_spec_replicas{${ENGINES}}`,
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
    expr: `${shareOf(FAILED_OUTCOMES)} > 0.01`,
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

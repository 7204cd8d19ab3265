/**
 * Every metric family that we store, by the scrape job that yields it: rules and dashboards may use no other, and the
 * collector drops the rest (managed Prometheus is paid by the sample). Read from the sources named here on 2026-11-22.
 */
export const KNOWN_METRICS = {
  /** infra/agent/guard/metrics.ts; a test compares. */
  guard: {
    values: [
      "homeport_guard_requests_total",
      "homeport_guard_shed_total",
      "homeport_guard_cut_total",
      "homeport_guard_drained_total",
      "homeport_guard_prompt_tokens_total",
      "homeport_guard_completion_tokens_total",
      "homeport_guard_in_flight",
      "homeport_guard_ready",
      "homeport_guard_engine_stall_seconds",
    ],
    histograms: ["homeport_guard_first_token_seconds"],
  },
  /** vLLM 0.32.0, `v1/metrics/loggers.py`; prometheus_client adds `_total` to counters. Passed on by the guard. */
  engine: {
    values: [
      "vllm:num_requests_running",
      "vllm:num_requests_waiting",
      "vllm:kv_cache_usage_perc",
      "vllm:num_preemptions_total",
      "vllm:prefix_cache_queries_total",
      "vllm:prefix_cache_hits_total",
      "vllm:prompt_tokens_total",
      "vllm:generation_tokens_total",
      "vllm:request_success_total",
      "vllm:cache_config_info",
    ],
    histograms: [
      "vllm:time_to_first_token_seconds",
      "vllm:inter_token_latency_seconds",
      "vllm:e2e_request_latency_seconds",
      "vllm:request_queue_time_seconds",
    ],
  },
  /** Envoy 1.39.1, `/stats/prometheus` of a running one. */
  envoy: {
    values: [
      "envoy_http_downstream_rq_xx",
      "envoy_http_downstream_rq_active",
      "envoy_http_downstream_cx_active",
      "envoy_cluster_upstream_rq_xx",
      "envoy_cluster_upstream_rq_retry",
      "envoy_cluster_upstream_cx_connect_fail",
      "envoy_cluster_membership_healthy",
      "envoy_server_live",
    ],
    histograms: [],
  },
  /** Envoy Gateway 1.9.1, `internal/xds/cache/metrics.go` and its page of exported metrics. */
  "envoy-gateway": {
    values: ["xds_snapshot_update_total", "xds_nack_total", "status_update_total"],
    histograms: [],
  },
  /** dcgm-exporter, `etc/default-counters.csv` of 2026-05-12. */
  dcgm: {
    values: [
      "DCGM_FI_DEV_GPU_UTIL",
      "DCGM_FI_DEV_MEM_COPY_UTIL",
      "DCGM_FI_DEV_FB_USED",
      "DCGM_FI_DEV_FB_FREE",
      "DCGM_FI_DEV_GPU_TEMP",
      "DCGM_FI_DEV_POWER_USAGE",
      "DCGM_FI_DEV_XID_ERRORS",
      "DCGM_FI_DEV_UNCORRECTABLE_REMAPPED_ROWS",
      "DCGM_FI_DEV_ROW_REMAP_FAILURE",
    ],
    histograms: [],
  },
  /** node-exporter 1.11.1 as the chart starts it, `/metrics` of a running one. */
  node: {
    values: [
      "node_cpu_seconds_total",
      "node_memory_MemAvailable_bytes",
      "node_memory_MemTotal_bytes",
      "node_filesystem_avail_bytes",
      "node_filesystem_size_bytes",
      "node_filesystem_files",
      "node_filesystem_files_free",
      "node_filesystem_readonly",
      "node_disk_io_time_seconds_total",
      "node_disk_read_bytes_total",
      "node_disk_written_bytes_total",
      "node_timex_offset_seconds",
      "node_timex_maxerror_seconds",
      "node_timex_sync_status",
      "node_vmstat_oom_kill",
    ],
    histograms: [],
  },
  /** infra/agent/node-cache/admin.ts; a test compares. */
  "node-cache": {
    values: [
      "homeport_node_cache_release",
      "homeport_node_cache_fetched_bytes_total",
      "homeport_node_cache_hashed_bytes_total",
      "homeport_node_cache_retries_total",
      "homeport_node_cache_evicted_releases_total",
      "homeport_node_cache_evicted_bytes_total",
      "homeport_node_cache_last_round_seconds",
    ],
    histograms: [],
  },
  /** kube-state-metrics 2.19, `docs/metrics`. */
  "kube-state-metrics": {
    values: [
      "kube_node_info",
      "kube_node_labels",
      "kube_node_spec_unschedulable",
      "kube_node_status_allocatable",
      "kube_node_status_condition",
      "kube_pod_container_resource_requests",
      "kube_pod_container_status_restarts_total",
      "kube_pod_status_phase",
      "kube_deployment_spec_replicas",
      "kube_deployment_status_replicas_available",
    ],
    histograms: [],
  },
  /** Prometheus 3.13, `storage/remote/queue_manager.go`. */
  prometheus: {
    values: [
      "prometheus_remote_storage_samples_failed_total",
      "prometheus_remote_storage_samples_dropped_total",
      "prometheus_remote_storage_samples_pending",
    ],
    histograms: [],
  },
} as const satisfies Record<string, { values: readonly string[]; histograms: readonly string[] }>;

export type ScrapeJob = keyof typeof KNOWN_METRICS;
export const SCRAPE_JOBS = Object.keys(KNOWN_METRICS) as ScrapeJob[];

/** Names as they are stored: a histogram is three. */
export const storedNames = (job: ScrapeJob): string[] => {
  const { values, histograms } = KNOWN_METRICS[job];
  return [...values, ...histograms.flatMap((name) => ["bucket", "sum", "count"].map((part) => `${name}_${part}`))];
};

/**
 * For each alert: what must make it speak, and what looks alike and must not. Values are promtool's notation, one a
 * minute: `0+60x30` counts up by 60, thirty times.
 */
export interface AlertCase {
  fires: Series;
  silent: Series;
  /** Alerts that speak of the same trouble, and rightly. */
  with?: readonly string[];
}
export type Series = Readonly<Record<string, string>>;

/** Minutes after the start at which both are asked. */
export const ASKED_AT = 40;

const RELEASE = 'model="chat",release="r-ab12cd34ef",variant="a100x4"';
const guard = (name: string, more = "", pod = "a") =>
  `homeport_guard_${name}{job="guard",pod="${pod}",${RELEASE}${more}}`;
const requests = (outcome: string) => guard("requests_total", `,outcome="${outcome}"`);
const deployment = (name: string) =>
  `kube_deployment_${name}{namespace="homeport-models",deployment="chat-r-ab12cd34ef-a100x4"}`;
const AVAILABLE = deployment("status_replicas_available");
const WANTED = deployment("spec_replicas");
const bucket = (le: string) => guard("first_token_seconds_bucket", `,le="${le}"`);
const answers = (code: string) =>
  `envoy_http_downstream_rq_xx{job="envoy",gateway="homeport-internal",envoy_http_conn_manager_prefix="http-10080",envoy_response_code_class="${code}"}`;
const gpu = (name: string) => `DCGM_FI_DEV_${name}{job="dcgm",node="n1",gpu="3",UUID="GPU-1"}`;
const disk = (name: string) =>
  `node_filesystem_${name}{job="node",node="n1",device="/dev/md127",mountpoint="/mnt/k8s-disks/0",fstype="xfs"}`;
const memory = (name: string) => `node_memory_Mem${name}_bytes{job="node",node="n1"}`;
const clock = (name: string) => `node_timex_${name}{job="node",node="n1"}`;
const cached = (state: string) =>
  `homeport_node_cache_release{job="node-cache",node="n1",release="r-ab12cd34ef",state="${state}"}`;
const LAST_ROUND = 'homeport_node_cache_last_round_seconds{job="node-cache",node="n1"}';
const KILLED = 'node_vmstat_oom_kill{job="node",node="n1"}';
const waiting = 'kube_pod_status_phase{namespace="homeport-models",pod="chat-x",phase="Pending"}';
const restarts =
  'kube_pod_container_status_restarts_total{namespace="homeport-models",pod="chat-x",container="engine"}';
const ready = 'kube_node_status_condition{node="n1",condition="Ready",status="true"}';

export const ALERT_CASES: Readonly<Record<string, AlertCase>> = {
  ReleaseDown: {
    fires: { [AVAILABLE]: "2x10 0x40", [WANTED]: "2x60" },
    silent: { [AVAILABLE]: "0x60", [WANTED]: "0x60" }, // a release kept cold
    with: ["ReleaseShortOfPods"],
  },
  ReleaseShortOfPods: {
    fires: { [AVAILABLE]: "1x60", [WANTED]: "2x60" },
    silent: { [AVAILABLE]: "1x25 2x40", [WANTED]: "2x60" },
  },
  EngineStalled: {
    fires: { [guard("engine_stall_seconds")]: "0x30 0+60x30" },
    silent: { [guard("engine_stall_seconds")]: "0x38 20x10" },
  },
  RequestsFail: {
    fires: { [requests("ok")]: "0+1000x60", [requests("cut")]: "0+20x60" },
    silent: { [requests("ok")]: "0+1000x60", [requests("cut")]: "0+5x60", [requests("denied")]: "0+500x60" },
  },
  RequestsShed: {
    fires: { [requests("ok")]: "0+100x60", [requests("shed")]: "0+10x60" },
    silent: { [requests("ok")]: "0+100x60", [requests("shed")]: "0+4x60" },
  },
  FirstTokenSlow: {
    fires: { [bucket("10")]: "0+90x60", [bucket("20")]: "0+100x60", [bucket("+Inf")]: "0+100x60" },
    silent: { [bucket("10")]: "0+96x60", [bucket("20")]: "0+100x60", [bucket("+Inf")]: "0+100x60" },
  },
  KeyValueCacheFull: {
    fires: { [`vllm:kv_cache_usage_perc{job="engine",pod="a",${RELEASE}}`]: "0.99x60" },
    silent: { [`vllm:kv_cache_usage_perc{job="engine",pod="a",${RELEASE}}`]: "0.9x60" },
  },
  PodRestarts: {
    fires: { [restarts]: "0+1x60" },
    silent: { [restarts]: "0x20 1x40" },
  },
  GatewayDown: {
    fires: { 'up{job="envoy",pod="a"}': "1x30 0x30" },
    silent: { 'up{job="envoy",pod="b"}': "1x60", 'up{job="envoy",pod="a"}': "1x38 0x20" },
    with: [],
  },
  GatewayErrors: {
    fires: { [answers("2")]: "0+100x60", [answers("5")]: "0+5x60" },
    silent: { [answers("2")]: "0+100x60", [answers("5")]: "0+1x60", [answers("4")]: "0+50x60" },
  },
  GatewayRefusesConfiguration: {
    fires: { 'xds_nack_total{job="envoy-gateway",nodeID="a"}': "0x35 1x30" },
    silent: { 'xds_nack_total{job="envoy-gateway",nodeID="a"}': "4x60" },
  },
  GpuError: {
    fires: { [gpu("XID_ERRORS")]: "0x20 79x40" },
    silent: { [gpu("XID_ERRORS")]: "0x20 31x40" }, // a program's own mistake
  },
  GpuMemoryWornOut: {
    fires: { [gpu("ROW_REMAP_FAILURE")]: "1x60" },
    silent: { [gpu("ROW_REMAP_FAILURE")]: "0x60" },
  },
  GpuHot: {
    fires: { [gpu("GPU_TEMP")]: "91x60" },
    silent: { [gpu("GPU_TEMP")]: "80x35 91x20" },
  },
  NodeNotReady: {
    fires: { [ready]: "1x30 0x30" },
    silent: { [ready]: "1x38 0x20" },
  },
  PodsWaitForNodes: {
    fires: { [waiting]: "0x10 1x50" },
    silent: { [waiting]: "0x30 1x30" },
  },
  NodeDiskFull: {
    fires: { [disk("avail_bytes")]: "10x60", [disk("size_bytes")]: "100x60" },
    silent: { [disk("avail_bytes")]: "20x60", [disk("size_bytes")]: "100x60" },
  },
  NodeInodesUsedUp: {
    fires: { [disk("files_free")]: "5x60", [disk("files")]: "100x60" },
    silent: { [disk("files_free")]: "0x60", [disk("files")]: "0x60" }, // a file system that counts none
  },
  NodeDiskReadOnly: {
    fires: { [disk("readonly")]: "0x30 1x30" },
    silent: { [disk("readonly")]: "0x60" },
  },
  NodeMemoryLow: {
    fires: { [memory("Available")]: "4x60", [memory("Total")]: "100x60" },
    silent: { [memory("Available")]: "50x35 4x20", [memory("Total")]: "100x60" },
  },
  NodeKilledForMemory: {
    fires: { [KILLED]: "0x30 1x30" },
    silent: { [KILLED]: "7x60" },
  },
  NodeClockWrong: {
    fires: {
      [clock("offset_seconds")]: "-0.2x60",
      [clock("maxerror_seconds")]: "0.1x60",
      [clock("sync_status")]: "1x60",
    },
    silent: {
      [clock("offset_seconds")]: "0.01x60",
      [clock("maxerror_seconds")]: "16x60",
      [clock("sync_status")]: "1x60",
    },
  },
  WeightsRefused: {
    fires: { [cached("failed")]: "0x20 1x40", [cached("verified")]: "1x20 0x40" },
    silent: { [cached("failed")]: "0x38 1x20", [cached("verified")]: "1x38 0x20" },
  },
  WeightsLate: {
    fires: { [cached("syncing")]: "1x60" },
    silent: { [cached("syncing")]: "1x25 0x40" },
  },
  NodeCacheStuck: {
    fires: { [LAST_ROUND]: "60x60" },
    silent: { [LAST_ROUND]: "0x60" }, // its first round, which WeightsLate watches
  },
  CapacityBlockEnds: { fires: {}, silent: {} }, // by the clock, in a test of its own
  MetricsStopped: {
    fires: { 'up{job="prometheus"}': "1x20 stale" },
    silent: {},
  },
  TargetDown: {
    fires: { 'up{job="dcgm",node="n1"}': "0x60" },
    silent: { 'up{job="dcgm",node="n1"}': "0x10 1x50", 'up{job="engine",pod="a"}': "0x60" },
  },
  MetricsNotStored: {
    fires: {
      prometheus_remote_storage_samples_failed_total: "0+10x60",
      prometheus_remote_storage_samples_dropped_total: "0x60",
    },
    silent: {
      prometheus_remote_storage_samples_failed_total: "7x60",
      prometheus_remote_storage_samples_dropped_total: "0x60",
    },
  },
};

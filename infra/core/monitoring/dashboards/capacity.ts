import type { Dashboard, Query, Section } from "./panel";

const NODE = 'node=~"$node"';
const HTTP = 'envoy_http_conn_manager_prefix=~"https?-.*"';

const one = (expr: string, legend = ""): Query[] => [{ expr, legend }];
const byNode = (expr: string): Query[] => one(expr, "{{node}}");

const GPUS_THERE = 'sum(kube_node_status_allocatable{resource="nvidia_com_gpu"})';
const GPUS_TAKEN = 'sum(kube_pod_container_resource_requests{resource="nvidia_com_gpu"})';
const WAITING = 'kube_pod_status_phase{phase="Pending"}';
const DISK_USE = `1 - node_filesystem_avail_bytes{${NODE}} / node_filesystem_size_bytes{${NODE}}`;
const MEMORY_USE = `1 - node_memory_MemAvailable_bytes{${NODE}} / node_memory_MemTotal_bytes{${NODE}}`;

const NOW: Section = {
  title: "Now",
  numbers: true,
  panels: [
    {
      title: "Nodes ready",
      description: "Of all pools and the system's own.",
      unit: "short",
      queries: one('sum(kube_node_status_condition{condition="Ready",status="true"})'),
      low: 1,
    },
    {
      title: "GPUs free",
      description: "There and asked for by no pod. Releases kept hot or asleep hold theirs.",
      unit: "short",
      queries: one(`${GPUS_THERE} - (${GPUS_TAKEN} or vector(0))`),
    },
    {
      title: "Pods that wait",
      description: "Pending pods of engines, gateways and the nodes' software.",
      unit: "short",
      queries: one(`sum(${WAITING})`),
    },
    {
      title: "GPUs at work",
      description: "Mean over all GPUs. Some kernel ran: 100 % does not mean that nothing more goes in.",
      unit: "percent",
      queries: one(`avg(DCGM_FI_DEV_GPU_UTIL{${NODE}})`),
    },
    {
      title: "Hottest GPU",
      description: "They slow themselves down from about 90 °C on.",
      unit: "celsius",
      queries: one(`max(DCGM_FI_DEV_GPU_TEMP{${NODE}})`),
      alert: "GpuHot",
    },
    {
      title: "Fullest disk",
      description: "Of any node.",
      unit: "percentunit",
      queries: one(`max(${DISK_USE})`),
      alert: "NodeDiskFull",
    },
  ],
};

const ROOM: Section = {
  title: "Room",
  panels: [
    {
      title: "Nodes by pool and kind of capacity",
      description: "A pool at its max has no way to grow; spot nodes can go at any time.",
      unit: "short",
      queries: one(
        "count by (label_homeport_dev_pool, label_homeport_dev_capacity) (kube_node_labels)",
        "{{label_homeport_dev_pool}} {{label_homeport_dev_capacity}}",
      ),
      stacked: true,
    },
    {
      title: "GPUs there and asked for",
      description: "Asked for above there: pods wait for nodes. Far below: paid for and unused.",
      unit: "short",
      queries: [...one(GPUS_THERE, "there"), ...one(GPUS_TAKEN, "asked for")],
    },
    {
      title: "Pods that wait, nodes that take none",
      description: "Cordoned nodes are those that repair or an update is about to take.",
      unit: "short",
      queries: [
        ...one(`sum by (namespace) (${WAITING})`, "waiting in {{namespace}}"),
        ...one("sum(kube_node_spec_unschedulable)", "nodes that take none"),
      ],
    },
    {
      title: "Requests under way, by model",
      description: "What the GPUs are there for; compare with what is free.",
      unit: "short",
      queries: one("sum by (model) (homeport_guard_in_flight)", "{{model}}"),
      stacked: true,
    },
  ],
};

const GPUS: Section = {
  title: "GPUs",
  panels: [
    {
      title: "GPUs at work, by node",
      description: "Mean of each node. One node apart from the others of its pool: look at its requests.",
      unit: "percent",
      queries: byNode(`avg by (node) (DCGM_FI_DEV_GPU_UTIL{${NODE}})`),
    },
    {
      title: "GPU memory in use",
      description:
        "vLLM takes its share when it starts, so this is flat; the KV cache's use is on the model's dashboard.",
      unit: "percentunit",
      queries: byNode(
        `sum by (node) (DCGM_FI_DEV_FB_USED{${NODE}}) / sum by (node) (DCGM_FI_DEV_FB_USED{${NODE}} + DCGM_FI_DEV_FB_FREE{${NODE}})`,
      ),
    },
    {
      title: "GPU power",
      description: "All GPUs of a node. A truer sign of work than utilisation.",
      unit: "watt",
      queries: byNode(`sum by (node) (DCGM_FI_DEV_POWER_USAGE{${NODE}})`),
    },
    {
      title: "Hottest GPU, by node",
      description: "One node alone: its cooling. All of them: the room's, or the load.",
      unit: "celsius",
      queries: byNode(`max by (node) (DCGM_FI_DEV_GPU_TEMP{${NODE}})`),
      alert: "GpuHot",
    },
    {
      title: "Last error (XID)",
      description: "The driver's number of the last error, which stays until it starts again; 0 is none.",
      unit: "short",
      queries: one(`max by (node, gpu) (DCGM_FI_DEV_XID_ERRORS{${NODE}}) > 0`, "{{node}} GPU {{gpu}}"),
    },
  ],
};

const NODES: Section = {
  title: "Nodes",
  panels: [
    {
      title: "CPU in use",
      description: "vLLM's scheduler and tokenizers need CPU: above 80 % tokens come late although GPUs idle.",
      unit: "percentunit",
      queries: byNode(`1 - avg by (node) (rate(node_cpu_seconds_total{${NODE},mode="idle"}[$__rate_interval]))`),
    },
    {
      title: "Memory in use",
      description: "Releases that sleep keep their weights here.",
      unit: "percentunit",
      queries: byNode(`max by (node) (${MEMORY_USE})`),
      alert: "NodeMemoryLow",
    },
    {
      title: "Fullest disk, by node",
      description: "On GPU nodes images, weights and logs share one; images go from 90 % on.",
      unit: "percentunit",
      queries: byNode(`max by (node) (${DISK_USE})`),
      alert: "NodeDiskFull",
    },
    {
      title: "Read from and written to disks",
      description: "A start reads all of a release's weights; the page cache answers the next one.",
      unit: "Bps",
      queries: [
        ...one(`sum by (node) (rate(node_disk_read_bytes_total{${NODE}}[$__rate_interval]))`, "read {{node}}"),
        ...one(`sum by (node) (rate(node_disk_written_bytes_total{${NODE}}[$__rate_interval]))`, "written {{node}}"),
      ],
    },
    {
      title: "Busiest disk",
      description: "Part of the time with a request under way. A RAID of NVMe drives is not full at 100 %.",
      unit: "percentunit",
      queries: byNode(`max by (node) (rate(node_disk_io_time_seconds_total{${NODE}}[$__rate_interval]))`),
    },
    {
      title: "Clock against its source",
      description: "AWS refuses requests that are signed five minutes off.",
      unit: "s",
      queries: byNode(`max by (node) (node_timex_offset_seconds{${NODE}})`),
      signed: true,
    },
  ],
};

const WEIGHTS: Section = {
  title: "Weights on the nodes",
  panels: [
    {
      title: "Releases by state",
      description:
        "Of each release, on how many nodes it is there (verified), on its way (syncing) or refused (failed).",
      unit: "short",
      queries: one(`sum by (release, state) (homeport_node_cache_release{${NODE}}) > 0`, "{{release}} {{state}}"),
    },
    {
      title: "Read from the bucket",
      description: "By node. Nothing while a release is syncing: see its node-cache pod's log.",
      unit: "Bps",
      queries: byNode(`sum by (node) (rate(homeport_node_cache_fetched_bytes_total{${NODE}}[$__rate_interval]))`),
    },
    {
      title: "Tries again, releases removed for room",
      description: "Requests to the bucket that failed at first, and releases nobody wants that made room.",
      unit: "short",
      queries: [
        ...one(
          `sum by (node) (increase(homeport_node_cache_retries_total{${NODE}}[$__rate_interval]))`,
          "tries {{node}}",
        ),
        ...one(
          `sum by (node) (increase(homeport_node_cache_evicted_releases_total{${NODE}}[$__rate_interval]))`,
          "removed {{node}}",
        ),
      ],
    },
  ],
};

const GATEWAYS: Section = {
  title: "Gateways",
  panels: [
    {
      title: "Requests by answer",
      description: "By gateway and class of the answer's code.",
      unit: "reqps",
      queries: one(
        `sum by (gateway, envoy_response_code_class) (rate(envoy_http_downstream_rq_xx{${HTTP}}[$__rate_interval]))`,
        "{{gateway}} {{envoy_response_code_class}}xx",
      ),
      stacked: true,
    },
    {
      title: "Share answered with 5xx",
      description: "With quiet engines: between proxy and engines, the access log's flags say what.",
      unit: "percentunit",
      queries: one(
        `sum by (gateway) (rate(envoy_http_downstream_rq_xx{envoy_response_code_class="5",${HTTP}}[$__rate_interval])) / sum by (gateway) (rate(envoy_http_downstream_rq_xx{${HTTP}}[$__rate_interval]))`,
        "{{gateway}}",
      ),
      alert: "GatewayErrors",
    },
    {
      title: "Retries and refused connections",
      description: "Towards engines. Both at once when a pod goes away.",
      unit: "ops",
      queries: [
        ...one("sum by (gateway) (rate(envoy_cluster_upstream_rq_retry[$__rate_interval]))", "retries {{gateway}}"),
        ...one(
          "sum by (gateway) (rate(envoy_cluster_upstream_cx_connect_fail[$__rate_interval]))",
          "refused {{gateway}}",
        ),
      ],
    },
  ],
};

export const CAPACITY_DASHBOARD: Dashboard = {
  uid: "homeport-capacity",
  title: "Homeport: capacity",
  description: "One region: room for models, its GPUs and nodes, weights on them, and the way in.",
  variables: [{ name: "node", label: "Node", of: { series: "kube_node_info", label: "node" } }],
  sections: [NOW, ROOM, GPUS, NODES, WEIGHTS, GATEWAYS],
};

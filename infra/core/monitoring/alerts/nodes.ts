import { type AlertRule, ENGINES } from "./alert-rule";

/** Room for pods, and its end. */
export const NODES: readonly AlertRule[] = [
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
    expr: `sum by (pod) (kube_pod_status_phase{${ENGINES},phase="Pending"}) > 0`,
    for: "15m",
    severity: "page",
    summary: "{{ $labels.pod }} has waited 15 minutes for a node",
    runbook:
      "`kubectl describe pod <pod>` says what no node has. No GPU free: the pool is at its `max`, or AWS has no capacity: the node group's events in EKS say InsufficientInstanceCapacity. Every zone and rung of the pool's `capacity` is tried by itself; `homeport render` lists the release's further ways and which of them need you.",
  },
  {
    name: "NodeDiskFull",
    expr: "max by (node, device) (1 - node_filesystem_avail_bytes / node_filesystem_size_bytes) > 0.85",
    for: "10m",
    severity: "ticket",
    summary: "{{ $labels.device }} of {{ $labels.node }} is {{ $value | humanizePercentage }} full",
    runbook:
      "GPU nodes remove images from 90 % on and evict pods at 95 %. Weights of releases that no stack names any more go by themselves (`weights.cacheGiB`). Something else fills it: `kubectl debug node/<node>` and look.",
  },
  {
    name: "NodeInodesUsedUp",
    expr: "max by (node, device) (1 - node_filesystem_files_free / (node_filesystem_files > 0)) > 0.9",
    for: "15m",
    severity: "ticket",
    summary: "{{ $labels.device }} of {{ $labels.node }} has used {{ $value | humanizePercentage }} of its inodes",
    runbook:
      "Pods are evicted at 95 %, although there is room. Many small files are layers of images or a container that writes: `crictl rmi --prune` on the node, or drain it and end the instance.",
  },
  {
    name: "NodeDiskReadOnly",
    expr: "max by (node, device) (node_filesystem_readonly) == 1",
    for: "2m",
    severity: "page",
    summary: "{{ $labels.device }} of {{ $labels.node }} takes no more writes",
    runbook:
      "The kernel does so after a fault of the drive. Running engines go on until they start again: `kubectl drain <node> --ignore-daemonsets --delete-emptydir-data`, then end the instance.",
  },
  {
    name: "NodeMemoryLow",
    expr: "max by (node) (1 - node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes) > 0.95",
    for: "10m",
    severity: "ticket",
    summary: "{{ $value | humanizePercentage }} of the memory of {{ $labels.node }} is in use",
    runbook:
      "`kubectl top pods -A --sort-by=memory` for the pods of that node. Releases kept `asleep` have their weights in the node's memory: count them. The kubelet evicts before nothing is left, engines last.",
  },
  {
    name: "NodeKilledForMemory",
    expr: "sum by (node) (increase(node_vmstat_oom_kill[15m])) > 0",
    for: "0m",
    severity: "ticket",
    summary: "the kernel ended processes of {{ $labels.node }} because memory was out",
    runbook:
      "`kubectl get events -A --field-selector reason=OOMKilling` names the process. Of a container at its limit: PodRestarts follows, raise the limit. Of the node itself: see NodeMemoryLow.",
  },
  {
    name: "NodeClockWrong",
    // maxerror reaches 16 s when nothing has set the clock for long; a jump alone is not told.
    expr: "max by (node) (abs(node_timex_offset_seconds) > 0.05 or node_timex_maxerror_seconds >= 16 unless node_timex_sync_status == 1) > 0",
    for: "10m",
    severity: "ticket",
    summary: "the clock of {{ $labels.node }} is off or has lost its source",
    runbook:
      "AWS refuses requests that are signed five minutes off, so weights stop and images follow; keys and certificates are judged by the same clock. `chronyc tracking` on the node: its source is 169.254.169.123. Else drain it and end the instance.",
  },
  {
    name: "WeightsRefused",
    expr: 'max by (node, release) (homeport_node_cache_release{state="failed"}) == 1',
    for: "5m",
    severity: "ticket",
    summary: "the node cache of {{ $labels.node }} refuses the weights of {{ $labels.release }}",
    runbook:
      "Its engine does not start there; what runs goes on. The log of that node's pod in homeport-node has file, expected and found: another digest on one node, end the instance; on all, or no such object, `homeport weights mirror` compares the bucket and sends what is missing; no room, raise `weights.cacheGiB`.",
  },
  {
    name: "WeightsLate",
    expr: 'max by (node, release) (homeport_node_cache_release{state="syncing"}) == 1',
    for: "30m",
    severity: "ticket",
    summary: "the weights of {{ $labels.release }} have been on their way to {{ $labels.node }} for half an hour",
    runbook:
      "On the capacity dashboard the node either still reads weights, and the release is big, or it does not. Then the log of its node-cache pod says why: 403 is the role or the bucket's policy, a time-out the S3 endpoint.",
  },
  {
    name: "NodeCacheStuck",
    // 0 until the first round has ended; a first round that does not end is WeightsLate.
    expr: "max by (node) (time() - (homeport_node_cache_last_round_seconds > 0)) > 1800",
    for: "5m",
    severity: "ticket",
    summary: "the node cache of {{ $labels.node }} has not looked at its releases for {{ $value | humanizeDuration }}",
    runbook:
      "A download is part of its round: WeightsLate speaks too, and is the one to follow. Else new releases do not reach the node, and a changed file goes unnoticed: delete the pod, the weights stay where they are.",
  },
];

/** When a capacity block ends: seconds since 1970. */
export interface BlockEnd {
  pool: string;
  endsAt: number;
}

const DAY = 86_400;

/** Prometheus knows the time too, so the end of a block needs nothing of AWS. */
export const blockEndRule = ({ pool, endsAt }: BlockEnd): AlertRule => ({
  name: "CapacityBlockEnds",
  expr: `label_replace(vector(${endsAt} - time()), "pool", "${pool}", "", "") < ${DAY} > 0`,
  for: "0m",
  severity: "ticket",
  summary: "the capacity block of pool {{ $labels.pool }} ends in {{ $value | humanizeDuration }}",
  runbook:
    "Its nodes are drained 40 minutes before the end. Buy the next block and put its id into `pools.<pool>.block`, or make sure that the pool's next kind of `capacity` has room.",
});

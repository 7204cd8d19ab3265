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

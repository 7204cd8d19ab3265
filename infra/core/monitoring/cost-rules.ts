/**
 * Prices as series, so that a dashboard can multiply with them: what a node of a pool costs, and what an API asks for the
 * same weights. Constants of the stack file and of dated lists; a newer list is a newer rule file.
 */
export interface CostConstants {
  /** US dollars an hour of one node of a pool, with the day of the list. */
  pools: readonly { pool: string; hourlyUsd: number; asOf: string }[];
  /** The cheapest API of a model's live weights, in US dollars per million. */
  apis: readonly { model: string; provider: string; input: number; output: number; asOf: string }[];
}

export interface RecordingRule {
  record: string;
  expr: string;
  labels?: Readonly<Record<string, string>>;
}

/** Over an hour: a shorter time jumps with every burst. */
const perHour = (counter: string): string => `sum by (model, release) (increase(${counter}[1h]))`;

const POOL_OF_NODE = 'label_replace(kube_node_labels, "pool", "$1", "label_homeport_dev_pool", "(.+)")';

/** GPUs that pods of a release ask for, by the pool of their node; whether a pod is ready does not matter to the bill. */
const GPUS =
  'sum by (model, release, pool) (kube_pod_container_resource_requests{resource="nvidia_com_gpu"}' +
  " * on (pod) group_left (model, release) (0 * homeport_guard_ready + 1)" +
  ` * on (node) group_left (pool) ${POOL_OF_NODE})`;

const apiUsd = (side: "input" | "output"): string =>
  `homeport:${side}_tokens_per_hour * on (model) group_left () homeport:api_usd_per_million_${side}`;

/** Constants first: the rules of one group are evaluated in order. None where no pool has a price. */
export function costRules({ pools, apis }: CostConstants): RecordingRule[] {
  if (pools.length === 0) return [];
  const constant = (record: string, value: number, labels: Record<string, string>): RecordingRule => ({
    record,
    expr: `vector(${value})`,
    labels,
  });
  return [
    ...pools.map(({ pool, hourlyUsd, asOf }) =>
      constant("homeport:node_usd_per_hour", hourlyUsd, { pool, asof: asOf }),
    ),
    ...apis.flatMap(({ model, provider, input, output, asOf }) => [
      constant("homeport:api_usd_per_million_input", input, { model, provider, asof: asOf }),
      constant("homeport:api_usd_per_million_output", output, { model, provider, asof: asOf }),
    ]),
    {
      record: "homeport:pool_usd_per_hour",
      expr: `count by (pool) (${POOL_OF_NODE}) * on (pool) homeport:node_usd_per_hour`,
    },
    { record: "homeport:release_gpus", expr: GPUS },
    {
      // The allocation basis: who holds a pool's GPUs pays for its idle ones too.
      record: "homeport:release_usd_per_hour",
      expr: "homeport:release_gpus * on (pool) group_left () (homeport:pool_usd_per_hour / on (pool) sum by (pool) (homeport:release_gpus))",
    },
    {
      record: "homeport:idle_usd_per_hour",
      expr: `homeport:pool_usd_per_hour * on (pool) (1 - sum by (pool) (homeport:release_gpus) / on (pool) sum by (pool) (kube_node_status_allocatable{resource="nvidia_com_gpu"} * on (node) group_left (pool) ${POOL_OF_NODE}))`,
    },
    { record: "homeport:input_tokens_per_hour", expr: perHour("vllm:prompt_tokens_total") },
    { record: "homeport:output_tokens_per_hour", expr: perHour("vllm:generation_tokens_total") },
    {
      record: "homeport:usd_per_million_tokens",
      expr: "1000000 * sum by (model, release) (homeport:release_usd_per_hour) / ((homeport:input_tokens_per_hour + homeport:output_tokens_per_hour) > 0)",
    },
    {
      record: "homeport:api_usd_per_hour",
      expr: `(${apiUsd("input")} + on (model, release) ${apiUsd("output")}) / 1000000`,
    },
  ];
}

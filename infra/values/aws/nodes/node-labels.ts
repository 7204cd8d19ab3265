import type { Capacity } from "../../../core/aws/capacity";

/** By these, pods find their nodes: the pool they must run in, and the way its node was got, best first. */
export const LABELS = { pool: "homeport.dev/pool", capacity: "homeport.dev/capacity" } as const;

/** CPU nodes of everything that needs no GPU. */
export const SYSTEM_POOL = "system";

/** Keeps everything away from GPU nodes that does not ask for them. */
export const GPU_TAINT = { key: "nvidia.com/gpu", value: "present", effect: "NoSchedule" } as const;

export const GPU_PRESENT = "nvidia.com/gpu.present";
export const EFA_PRESENT = "vpc.amazonaws.com/efa.present";

/**
 * The autoscaler's own label for "has GPUs, of this kind", on nodes of its groups: GPUs are still to come, so no second
 * node is added meanwhile, and they are counted by it. Karpenter's nodes go without: a GPU that is still to come on a
 * node of nobody's group would keep it from counting any.
 */
export const ACCELERATOR = "k8s.amazonaws.com/accelerator";

/** Labels of a GPU node, from its first second on. */
export const gpuNodeLabels = (
  name: string,
  { multiNode }: { multiNode: boolean },
  capacity: Capacity,
): Record<string, string> => ({
  [LABELS.pool]: name,
  [LABELS.capacity]: capacity,
  [GPU_PRESENT]: "true",
  ...(multiNode ? { [EFA_PRESENT]: "true" } : {}),
});

import type { Capacity } from "../../core/aws/capacity";

/** By these, pods find their nodes: the pool they must run in, and the way its node was got, best first. */
export const LABELS = { pool: "homeport.dev/pool", capacity: "homeport.dev/capacity" } as const;

/** CPU nodes of everything that needs no GPU. */
export const SYSTEM_POOL = "system";

/** Keeps everything away from GPU nodes that does not ask for them. */
export const GPU_TAINT = { key: "nvidia.com/gpu", value: "present", effect: "NoSchedule" } as const;

export const GPU_PRESENT = "nvidia.com/gpu.present";
export const EFA_PRESENT = "vpc.amazonaws.com/efa.present";

/** The autoscaler's own label for "has GPUs, of this kind": its provider for AWS asks for no other. */
const ACCELERATOR = "k8s.amazonaws.com/accelerator";

/** Labels of a GPU node, from its first second on. */
export const gpuNodeLabels = (
  name: string,
  { multiNode }: { multiNode: boolean },
  capacity: Capacity,
): Record<string, string> => ({
  [LABELS.pool]: name,
  [LABELS.capacity]: capacity,
  [GPU_PRESENT]: "true",
  // Tells the cluster autoscaler that GPUs are still to come, so that it does not add a second node meanwhile; and whose
  // they are, because it limits GPUs by this label.
  [ACCELERATOR]: name,
  ...(multiNode ? { [EFA_PRESENT]: "true" } : {}),
});

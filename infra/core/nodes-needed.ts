/** Equal pods of one release. */
export interface GpuPods {
  /** GPUs of one pod. */
  gpus: number;
  replicas: number;
}

/**
 * How many equal nodes hold all of these pods at once: the largest pods first, each on the first node with room. As pods
 * take 1, 2, 4 or 8 GPUs and so do nodes, no other order needs fewer.
 */
export function nodesNeeded(pods: readonly GpuPods[], gpusPerNode: number): number {
  const free: number[] = [];
  const single = pods.flatMap(({ gpus, replicas }) => Array.from({ length: replicas }, () => gpus));
  for (const gpus of single.filter((size) => size > 0 && size <= gpusPerNode).sort((a, b) => b - a)) {
    const node = free.findIndex((room) => room >= gpus);
    if (node === -1) free.push(gpusPerNode - gpus);
    else free[node] = (free[node] ?? 0) - gpus;
  }
  return free.length;
}

/** Equal pods of one release. */
export interface GpuPods {
  /** GPUs of one pod. */
  gpus: number;
  replicas: number;
}

/**
 * How many equal nodes hold all of these pods at once: the largest pods first, each on the first node with room. With 1, 2,
 * 4 and 8 GPUs that is as few as can be; with other numbers now and then one more than a puzzler would need.
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

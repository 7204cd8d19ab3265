import type { PoolConfig, StackConfig } from "../../../config/schema";
import { rungsIn } from "../../../core/aws/capacity";
import { systemSize } from "./pool-size";

/** What the autoscaler may never exceed in one region, whatever waits. */

/** Pool -> GPUs of its most nodes, over all zones and ways to get one. Karpenter keeps its own pools' limits. */
export const maxGpus = ({ pools }: Pick<StackConfig, "pools">): Record<string, number> =>
  Object.fromEntries(
    Object.entries(pools)
      .filter(([, { manager }]) => manager === "node-group")
      .map(([name, { max, gpusPerNode }]) => [name, max * gpusPerNode]),
  );

/** Karpenter keeps a limit for each way to get nodes; a block and what comes after it are there at once while it ends. */
function timesOver(region: string, pool: PoolConfig): number {
  const rungs = rungsIn(region, pool);
  const both = rungs.length > 1 && rungs.some(({ capacity }) => capacity === "block") ? 2 : 1;
  return pool.manager === "karpenter" ? both * rungs.length : rungs.length === 0 ? 0 : both;
}

/** Nodes of its own type that a pool may have at once. */
export const mostNodes = (region: string, pool: PoolConfig): number => pool.max * timesOver(region, pool);

/** Nodes of the whole cell: the autoscaler counts them all, Karpenter's too, of which each may have a single GPU. */
export const maxNodes = (region: string, config: StackConfig): number =>
  Object.values(config.pools).reduce((sum, pool) => {
    const smallest = pool.manager === "karpenter" ? pool.gpusPerNode : 1;
    return sum + mostNodes(region, pool) * smallest;
  }, systemSize(region, config).max);

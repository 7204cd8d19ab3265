import type { StackConfig } from "../../../config/schema";
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

/** Nodes of the whole cell: the autoscaler counts them all, Karpenter's and those of a block and its successor too. */
export const maxNodes = (region: string, config: StackConfig): number =>
  Object.values(config.pools).reduce((sum, pool) => {
    const rungs = rungsIn(region, pool);
    const most = pool.manager === "karpenter" ? pool.max * pool.gpusPerNode * rungs.length : pool.max;
    return sum + (rungs.length > 1 && rungs.some(({ capacity }) => capacity === "block") ? 2 : 1) * most;
  }, systemSize(region, config).max);

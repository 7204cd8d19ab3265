import type { StackConfig } from "../../config/schema";
import { nodesNeeded } from "../../core/nodes-needed";
import { releasesIn } from "../running-releases";
import type { Cell } from "./cell";

export interface PoolSize {
  min: number;
  max: number;
}

/** Nodes of a pool in one region: at least what the releases that run there need, so that none waits for a node. */
export function poolSize(name: string, { region, place: { environment }, config, releases }: Cell): PoolSize {
  const pool = config.pools[name];
  if (pool === undefined) return { min: 0, max: 0 };
  const pods = Object.keys(config.models)
    .flatMap((model) => releasesIn({ environment, region }, config, model, releases).running)
    .filter((running) => running.pool === name)
    .map(({ variant, replicas }) => ({ gpus: variant.tensorParallel, replicas }));
  return { min: pool.min ?? nodesNeeded(pods, pool.gpusPerNode), max: pool.max };
}

/** Longest time that any pod of an engine may take to stop, in seconds. */
export const longestGrace = ({ models }: Pick<StackConfig, "models">): number =>
  Math.max(60, ...Object.values(models).map(({ drain }) => drain.graceSeconds));

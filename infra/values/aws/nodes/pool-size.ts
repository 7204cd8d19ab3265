import type { StackConfig } from "../../../config/schema";
import { nodesNeeded } from "../../../core/nodes-needed";
import { releasesIn } from "../../running-releases";
import type { Cell } from "../cell";
import { zonesIn } from "../network/subnets";

/** Nodes that run a pool's pods in one region, or more where the stack file says so. */
export function nodesInUse(name: string, { region, place: { environment }, config, releases }: Cell): number {
  const pool = config.pools[name];
  if (pool === undefined) return 0;
  const pods = Object.keys(config.models)
    .flatMap((model) => releasesIn({ environment, region }, config, model, releases).running)
    .filter((running) => running.pool === name)
    .map(({ variant, replicas }) => ({ gpus: variant.tensorParallel, replicas }));
  return Math.max(pool.min, nodesNeeded(pods, pool.gpusPerNode));
}

/** In every region that has GPUs of the catalogue (moto 5.2.5's offerings, 2026-11-22; China and GovCloud not recorded). */
export const SYSTEM_INSTANCE = "m7i.xlarge";

/** The same in every zone, so that a further zone changes no other; two zones hold all that runs when the third is lost. */
export const SYSTEM_MAX_PER_ZONE = 3;

/** CPU nodes of one region, for everything without a GPU. */
export const systemSize = (region: string, config: StackConfig): { min: number; max: number } => ({
  min: config.environment.profile === "development" ? 1 : 2,
  max: SYSTEM_MAX_PER_ZONE * zonesIn(region, config).length,
});

/** Longest time that any pod of an engine may take to stop, in seconds. */
export const longestGrace = ({ models }: Pick<StackConfig, "models">): number =>
  Math.max(60, ...Object.values(models).map(({ drain }) => drain.graceSeconds));

import type { GpuPods } from "../core/nodes-needed";
import { placementsOf } from "../core/placement";
import { runningReleases } from "../core/pointers";
import type { LoadedStack } from "./schema";

/** Pods that run on a pool in each region once every bucket holds every release: what it must hold, and will cost. */
export const podsOfPool = (pool: string, { config, releases }: Pick<LoadedStack, "config" | "releases">): GpuPods[] =>
  Object.entries(config.models).flatMap(([model, settings]) =>
    runningReleases(settings).flatMap((release) => {
      const file = releases[model]?.[release];
      const placement = file && placementsOf(file.content, config.pools, settings.pool)[0];
      return placement?.pool === pool
        ? [{ gpus: placement.variant.tensorParallel, replicas: settings.replicasOf[release] ?? settings.replicas }]
        : [];
    }),
  );

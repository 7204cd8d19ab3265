import { INSTANCE_TYPES } from "../../core/aws/instance-catalog";
import type { Problem } from "../../core/errors";
import { type Placement, placementsOf } from "../../core/placement";
import type { PoolConfig } from "../schema";
import { type Checked, eachModel, eachRunning, type Rule, type Running } from "./rule";

/** Where each running release goes. */

export const poolOfModelExists: Rule = eachModel((model, name, { config }) =>
  model.pool === undefined || Object.hasOwn(config.pools, model.pool)
    ? []
    : [
        {
          path: `models.${name}.pool`,
          given: `'${model.pool}'`,
          allowed: `a pool of this stack: ${Object.keys(config.pools).join(", ") || "there is none yet"}`,
          fix: "correct the name, or add the pool",
        },
      ],
);

export const runningReleasesHaveOnePool: Rule = eachRunning(({ model, name, file }, { config }): Problem[] => {
  const wanted = config.models[model]?.pool;
  if (wanted !== undefined && !Object.hasOwn(config.pools, wanted)) return [];
  const placements = placementsOf(file.content, config.pools, wanted);
  if (placements.length === 1) return [];
  // A pool of which nobody knows what it is may be the one; that is said where its type is written.
  const isUnknown = ({ instanceType = "" }: PoolConfig) => !INSTANCE_TYPES.has(instanceType);
  if (config.environment.platform === "aws" && Object.values(config.pools).some(isUnknown)) return [];
  const classes = Object.values(file.content.variants).map((v) => v.gpuClass);
  const pools = Object.entries(config.pools).map(([pool, { gpuClass }]) => `${pool} (${gpuClass})`);
  if (placements.length === 0)
    return [
      {
        path: `models.${model}.releases.${name}`,
        given: `its variants run on ${classes.join(", ")}`,
        allowed: wanted
          ? `pool ${wanted} is ${config.pools[wanted]?.gpuClass}`
          : `pools: ${pools.join(", ") || "none"}`,
        fix: `add a pool of class ${classes.join(" or ")}, or pin the release with a variant for a pool you have`,
      },
    ];
  return [
    {
      path: `models.${model}.pool`,
      given: "missing",
      allowed: `'${name}' fits several pools: ${placements.map((p) => p.pool).join(", ")}`,
      fix: `add \`pool: ${placements[0]?.pool}\``,
    },
  ];
});

/** Calls `check` with the one placement of each running release. */
export const eachPlaced = <T = Problem>(check: (placed: Placement & { config: PoolConfig }, running: Running) => T[]) =>
  eachRunning((running, { config }: Checked) => {
    const placements = placementsOf(running.file.content, config.pools, config.models[running.model]?.pool);
    const placement = placements.length === 1 ? placements[0] : undefined;
    const pool = config.pools[placement?.pool ?? ""];
    return placement && pool && pool.gpuClass !== "cpu" ? check({ ...placement, config: pool }, running) : [];
  });

export const tensorParallelFitsOneNode: Rule = eachPlaced(({ variantName, variant, pool, config }, { path }) =>
  variant.tensorParallel <= config.gpusPerNode
    ? []
    : [
        {
          path: `${path}.variants.${variantName}.tensorParallel`,
          given: String(variant.tensorParallel),
          allowed: `at most ${config.gpusPerNode}, the GPUs of one node of pool ${pool}${config.instanceType ? ` (${config.instanceType})` : ""}`,
          fix: "lower it, or use a pool with more GPUs on a node",
        },
      ],
);

import { INSTANCE_TYPES } from "../../core/aws/instance-catalog";
import type { Problem } from "../../core/errors";
import { allowedTensorParallel, memoryNeed, smallestFit, usableMemory } from "../../core/fit";
import { type Placement, placementsOf } from "../../core/placement";
import type { PoolConfig } from "../schema";
import { type Checked, eachModel, eachRunning, type Rule, type Running } from "./rule";

/** Where each running release goes, and whether it can start there. */

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
const eachPlaced = (check: (placed: Placement & { config: PoolConfig }, running: Running) => Problem[]): Rule =>
  eachRunning((running, { config }: Checked) => {
    const placements = placementsOf(running.file.content, config.pools, config.models[running.model]?.pool);
    const placement = placements.length === 1 ? placements[0] : undefined;
    const pool = config.pools[placement?.pool ?? ""];
    return placement && pool && pool.gpuClass !== "cpu" ? check({ ...placement, config: pool }, running) : [];
  });

export const tensorParallelDividesHeads: Rule = eachPlaced(({ variantName, variant, config }, { file, path }) => {
  const allowed = allowedTensorParallel(file.content, Math.max(config.gpusPerNode, 1));
  if (allowed.includes(variant.tensorParallel) || variant.tensorParallel > config.gpusPerNode) return [];
  const { attentionHeads, keyValueHeads } = file.content.architecture;
  return [
    {
      path: `${path}.variants.${variantName}.tensorParallel`,
      given: String(variant.tensorParallel),
      allowed: `one of ${allowed.join(", ")}: it must divide ${attentionHeads} attention heads, and divide or be a multiple of ${keyValueHeads} key-value heads`,
      fix: "pin the release again with one of these",
    },
  ];
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

const gib = (value: number): string => `${value.toFixed(1)} GiB`;

/** Something that would fit: fewer words than a plan, enough to choose by. */
function whatFits({ variant, pool, config }: Placement & { config: PoolConfig }, { file }: Running): string {
  const here = smallestFit(file.content, variant, config.gpuMemoryGiB, config.gpusPerNode);
  if (here !== undefined) return `smallest fit: tensorParallel ${here} on pool ${pool}`;
  const elsewhere = [...INSTANCE_TYPES]
    .map(([name, type]) => ({
      name,
      type,
      gpus: smallestFit(file.content, variant, type.gpuMemoryGiB, type.gpusPerNode),
    }))
    .filter(({ gpus }) => gpus !== undefined)
    .sort((a, b) => a.type.gpusPerNode * a.type.gpuMemoryGiB - b.type.gpusPerNode * b.type.gpuMemoryGiB)[0];
  return elsewhere ? `smallest fit: tensorParallel ${elsewhere.gpus} on ${elsewhere.name}` : "no known node fits it";
}

export const runningReleasesFitTheirGpus: Rule = eachPlaced((placed, running) => {
  const { variantName, variant, pool, config } = placed;
  if (variant.tensorParallel > config.gpusPerNode) return [];
  const need = memoryNeed(running.file.content, variant);
  const have = usableMemory(running.file.content, variant, config.gpuMemoryGiB);
  if (need.total <= have) return [];
  const gpus = variant.tensorParallel === 1 ? "one GPU" : `each of ${variant.tensorParallel} GPUs`;
  return [
    {
      path: `${running.path}.variants.${variantName}`,
      given: `needs ${gib(need.total)} on ${gpus} of pool ${pool}: ${gib(need.weights)} weights, ${gib(need.keyValues)} for one request of ${need.tokens} tokens, ${gib(need.engine)} engine`,
      allowed: `${gib(have)} of the GPU's ${config.gpuMemoryGiB} GiB are usable`,
      fix: `${whatFits(placed, running)}; or pin quantised weights, or a shorter max-model-len`,
    },
  ];
});

import { INSTANCE_TYPES } from "../../core/aws/instance-catalog";
import { familyProblem } from "../../core/fit/architecture";
import { familyOf } from "../../core/fit/families";
import { type FitQuestion, fitOn, releaseQuestion } from "../../core/fit/fit";
import { uncounted } from "../../core/fit/flags";
import { GPUS } from "../../core/fit/gpus";
import { leftOut } from "../../core/fit/left-out";
import { allowedTensorParallel, cacheRefusal, lengthRefusal, splitRefusal } from "../../core/fit/legality";
import type { Placement } from "../../core/placement";
import type { PoolConfig } from "../schema";
import { eachPlaced } from "./placement";
import type { Rule } from "./rule";

/** Whether each running release can start where it goes. The same answers as `homeport fit` gives. */

export const modelFamiliesAreKnown: Rule = eachPlaced((_, { file, path }) =>
  familyOf(file.content.architecture) === undefined
    ? [familyProblem(file.content.architecture.name, `${path}.architecture.name`)]
    : [],
);

export const gpusShareTheirModel: Rule = eachPlaced(({ variantName, variant, config }, { file, path }) => {
  const { architecture } = file.content;
  const reason = splitRefusal(architecture, variant.tensorParallel);
  if (reason === undefined || variant.tensorParallel > config.gpusPerNode) return [];
  return [
    {
      path: `${path}.variants.${variantName}.tensorParallel`,
      given: String(variant.tensorParallel),
      allowed: `one of ${allowedTensorParallel(architecture, Math.max(config.gpusPerNode, 1)).join(", ")}: ${reason}`,
      fix: "pin the release again with one of these",
    },
  ];
});

export const gpusReadTheirCache: Rule = eachPlaced(({ variantName, variant }, { file, path }) => {
  const gpu = GPUS[variant.gpuClass];
  const refused = gpu && cacheRefusal({ ...file.content.arguments, ...variant.arguments }, gpu);
  return refused ? [{ path: `${path}.variants.${variantName}.arguments`, ...refused }] : [];
});

export const lengthsAreTheModels: Rule = eachPlaced(({ variantName, variant }, { file, path }) => {
  const flags = { ...file.content.arguments, ...variant.arguments };
  const allowed = lengthRefusal(flags, file.content.architecture);
  return allowed === undefined
    ? []
    : [
        {
          path: `${path}.variants.${variantName}.arguments`,
          given: `max-model-len ${flags["max-model-len"]}`,
          allowed,
          fix: "pin it again with a shorter max-model-len, or scale its positions with hf-overrides",
        },
      ];
});

const gib = (value: number): string => `${value.toFixed(1)} GiB`;

/** The fewest GPUs of a kind that the release starts on, if any number of them up to `gpus` is enough. */
function smallestFit(question: FitQuestion, gpuClass: string, memoryGiB: number, most: number): number | undefined {
  return allowedTensorParallel(question.architecture, most).find(
    (gpus) => fitOn(question, { gpuClass, memoryGiB, gpus }).starts,
  );
}

/** Something that would fit: fewer words than `homeport fit`, enough to choose by. */
function whatFits(question: FitQuestion, { pool, config }: Placement & { config: PoolConfig }): string {
  const here = smallestFit(question, config.gpuClass, config.gpuMemoryGiB, config.gpusPerNode);
  if (here !== undefined) return `smallest fit: tensorParallel ${here} on pool ${pool}`;
  const elsewhere = [...INSTANCE_TYPES]
    .map(([name, type]) => ({
      name,
      type,
      gpus: smallestFit(question, type.gpuClass, type.gpuMemoryGiB, type.gpusPerNode),
    }))
    .filter(({ gpus }) => gpus !== undefined)
    .sort((a, b) => a.type.gpusPerNode * a.type.gpuMemoryGiB - b.type.gpusPerNode * b.type.gpuMemoryGiB)[0];
  return elsewhere ? `smallest fit: tensorParallel ${elsewhere.gpus} on ${elsewhere.name}` : "no known node fits it";
}

/** Nothing to refuse: what a verdict of "fits" did not look at, in the words of `homeport fit`. */
export const fitWarnings = eachPlaced(({ variant, pool }, { model, name, file }) =>
  leftOut(releaseQuestion(file.content, variant)).map((text) => `fit of ${model} ${name} on pool ${pool}: ${text}`),
);

export const runningReleasesFitTheirGpus: Rule = eachPlaced((placed, running) => {
  const { variantName, variant, pool, config } = placed;
  const { content } = running.file;
  const known = familyOf(content.architecture) !== undefined;
  if (!known || variant.tensorParallel > config.gpusPerNode) return [];
  const question = releaseQuestion(content, variant);
  // What moves memory elsewhere is not counted, so a refusal would be a guess.
  if (uncounted(question.flags).less.length > 0) return [];
  const { gpuClass, gpuMemoryGiB: memoryGiB } = config;
  const here = fitOn(question, { gpuClass, memoryGiB, gpus: variant.tensorParallel });
  if (here.starts) return [];
  const gpus = variant.tensorParallel === 1 ? "one GPU" : `each of ${variant.tensorParallel} GPUs`;
  const need = here.weightsGiB + here.requestGiB + here.engine.cautiousGiB;
  return [
    {
      path: `${running.path}.variants.${variantName}`,
      given: `needs ${gib(need)} on ${gpus} of pool ${pool}: ${gib(here.weightsGiB)} weights, ${gib(here.requestGiB)} for one request of ${here.tokens} tokens, ${gib(here.engine.cautiousGiB)} engine`,
      allowed: `${gib(here.usableGiB)} of the GPU's ${memoryGiB} GiB are usable`,
      fix: `${whatFits(question, placed)}; or pin quantised weights, or a shorter max-model-len${here.maxTokens > 0 ? ` (${here.maxTokens} tokens start here)` : ""}`,
    },
  ];
});

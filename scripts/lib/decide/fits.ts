import { configOf, type OpenModel } from "../../../infra/core/catalogue/open-models";
import type { Shape } from "../../../infra/core/catalogue/shapes";
import type { FitRow } from "../../../infra/core/decision/report";
import { recordedMinors } from "../../../infra/core/engine/flags";
import { InputError, type Problem } from "../../../infra/core/errors";
import { memoryFields } from "../../../infra/core/fit/architecture";
import { type FitQuestion, fitOn } from "../../../infra/core/fit/fit";
import { splitRefusal } from "../../../infra/core/fit/legality";
import { countedBytes } from "../../../infra/core/fit/parameters";
import { modelFacts } from "../sources/model-config";

/** Which shapes hold a model of the catalogue, by its recorded config.json alone: nothing was pinned yet. */

const TP = [1, 2, 4, 8];
const ENGINE = `${recordedMinors().at(-1)}.0`;

/** A quantisation as measurements name it -> as config.json would. */
const METHODS: Readonly<Record<string, string>> = { fp8: "fp8", awq: "awq", gptq: "gptq" };

export interface ModelMemory {
  question: FitQuestion;
  /** Of one copy's weights, in GB (10^9 bytes). */
  weightsGB: number;
}

/** Memory facts of a model, quantised as asked where its own config.json is not. */
export function modelMemory(model: OpenModel, quantisation: string | undefined, maxModelLen: number): ModelMemory {
  const recorded = configOf(model) as Record<string, unknown> | undefined;
  if (recorded === undefined)
    refuse([
      {
        path: `candidates: ${model.id}`,
        given: "no config.json",
        allowed: "a model whose config.json is recorded",
        fix: "take another one of homeport catalogue show",
      },
    ]);
  const method = METHODS[quantisation ?? ""];
  const config =
    recorded.quantization_config === undefined && method !== undefined
      ? { ...recorded, quantization_config: { quant_method: method } }
      : recorded;
  const facts = modelFacts(JSON.stringify(config), true);
  if (Array.isArray(facts)) return refuse(facts);
  const more = memoryFields(config, facts.architecture);
  if (Array.isArray(more)) return refuse(more);
  const architecture = { ...facts.architecture, ...more };
  const bytes = countedBytes(config, architecture);
  if (typeof bytes !== "number") return refuse([bytes]);
  const flags = { "max-model-len": Math.min(maxModelLen, architecture.maxPositions) };
  return {
    question: { architecture, quantization: facts.quantization, storedBytes: bytes, engineVersion: ENGINE, flags },
    weightsGB: bytes / 1e9,
  };
}

function refuse(problems: Problem[]): never {
  throw new InputError(problems);
}

/** Every way to share the model among a shape's GPUs, with the reason where it does not work. */
export function fitRows(model: string, { question }: ModelMemory, shape: Shape, requestTokens: number): FitRow[] {
  const row = { model, instanceType: shape.type };
  return TP.filter((gpus) => gpus <= shape.gpus).map((tensorParallel): FitRow => {
    const refusal = splitRefusal(question.architecture, tensorParallel);
    if (refusal !== undefined) return { ...row, tensorParallel, fits: false, reason: refusal };
    const fit = fitOn(question, { gpuClass: shape.gpuClass, memoryGiB: shape.gpuMemoryGiB, gpus: tensorParallel });
    if (!fit.starts) return { ...row, tensorParallel, fits: false, reason: `${(-fit.leftGiB).toFixed(1)} GiB short` };
    return {
      ...row,
      tensorParallel,
      fits: true,
      gibLeft: fit.leftGiB,
      maxContextTokens: fit.maxTokens,
      concurrency: fit.concurrency(requestTokens),
    };
  });
}

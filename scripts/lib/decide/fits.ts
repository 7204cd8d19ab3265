import { configOf, type OpenModel } from "../../../infra/core/catalogue/open-models";
import type { Shape } from "../../../infra/core/catalogue/shapes";
import type { FitRow } from "../../../infra/core/decision/report";
import { nearest } from "../../../infra/core/did-you-mean";
import { InputError, type Problem } from "../../../infra/core/errors";
import type { FitQuestion } from "../../../infra/core/fit/fit";
import { fitMatrix } from "../../../infra/core/fit/matrix";
import { countedQuestion } from "../fit/config-question";

/** Which shapes hold a model of the catalogue, by its recorded config.json alone: nothing was pinned yet. */

/** A quantisation as measurements name it -> as config.json would, in the usual groups. */
const METHODS: Readonly<Record<string, object>> = {
  fp8: { quant_method: "fp8" },
  awq: { quant_method: "awq", bits: 4, group_size: 128 },
  gptq: { quant_method: "gptq", bits: 4, group_size: 128 },
};

/** Tokens of the longest request where nobody says: enough for documents, less than most models read. */
const DEFAULT_LENGTH = 16_384;

/** Names that a measurement or the memory of a model knows; another one would only find nothing. */
export function refuseUnknownQuantisation(id: string, given: string | undefined, measured: readonly string[]): void {
  const known = [
    ...new Set(["bf16", ...Object.keys(METHODS), ...measured.filter((one) => one !== "not stated")]),
  ].sort();
  if (given === undefined || known.includes(given)) return;
  const meant = nearest(given, known);
  refuse([
    {
      path: `candidates: ${id}.quantisation`,
      given,
      allowed: known.join(", "),
      fix: meant === undefined ? "leave it out: then what was measured" : `did you mean \`${meant}\`?`,
    },
  ]);
}

export interface ModelMemory {
  question: FitQuestion;
  /** Of one copy's weights, in GB (10^9 bytes). */
  weightsGB: number;
}

/** Memory facts of a model, quantised as asked where its own config.json is not. */
export function modelMemory(
  model: OpenModel,
  quantisation: string | undefined,
  maxModelLen: number | undefined,
): ModelMemory {
  const recorded = configOf(model) as Record<string, unknown> | undefined;
  if (recorded === undefined)
    return refuse([
      {
        path: `candidates: ${model.id}`,
        given: "no config.json",
        allowed: "a model whose config.json is recorded",
        fix: "take another one of homeport catalogue show",
      },
    ]);
  const method = METHODS[quantisation ?? ""];
  const config =
    recorded.quantization_config == null && method ? { ...recorded, quantization_config: method } : recorded;
  const question = countedQuestion(JSON.stringify(config));
  if (Array.isArray(question)) return refuse(question);
  const most = question.architecture.maxPositions;
  if (maxModelLen !== undefined && maxModelLen > most)
    return refuse([
      {
        path: `candidates: ${model.id}.maxModelLen`,
        given: String(maxModelLen),
        allowed: `at most ${most} tokens, what it reads`,
        fix: "lower it, or take another model",
      },
    ]);
  const length = maxModelLen ?? Math.min(DEFAULT_LENGTH, most);
  return {
    question: { ...question, flags: { ...question.flags, "max-model-len": length } },
    weightsGB: question.storedBytes / 1e9,
  };
}

function refuse(problems: readonly Problem[]): never {
  throw new InputError(problems);
}

/** Every way to share the model among the shapes' GPUs, with the reason where it does not start. */
export const fitRows = (
  model: string,
  { question }: ModelMemory,
  region: string,
  shapes: readonly Shape[],
  requestTokens: number,
): FitRow[] =>
  fitMatrix(question, region, shapes).map(({ shape, tensorParallel, fit, refusal }) => ({
    model,
    instanceType: shape,
    tensorParallel,
    fits: refusal === undefined,
    ...(fit && refusal === undefined
      ? { gibLeft: fit.leftGiB, maxContextTokens: fit.maxTokens, concurrency: fit.concurrency(requestTokens) }
      : {}),
    ...(refusal === undefined ? {} : { reason: refusal }),
  }));

import type { FitQuestion } from "../../infra/core/fit/fit";
import { countedBytes } from "../../infra/core/fit/parameters";
import { modelFacts } from "../../scripts/lib/sources/model-config";
import recorded from "./models/configs.json";

export type ModelId = keyof typeof recorded.configs;
export type Config = Record<string, unknown>;

export const MODEL_IDS = Object.keys(recorded.configs) as ModelId[];
export const configOf = (id: ModelId): Config => recorded.configs[id];

/** One scale a tensor, output layer left alone: how most FP8 checkpoints of dense models are. */
export const FP8 = { quantization_config: { quant_method: "fp8", activation_scheme: "static" } };
export const AWQ = { quantization_config: { quant_method: "awq", bits: 4, group_size: 128, zero_point: true } };

/** The question that a model's config.json asks, its weights counted; `more` stands over its fields. */
export function fitQuestion(id: ModelId, given: Partial<FitQuestion> = {}, more: Config = {}): FitQuestion {
  const config = { ...configOf(id), ...more };
  const facts = modelFacts(JSON.stringify(config), true);
  if (Array.isArray(facts)) throw new Error(JSON.stringify(facts));
  const storedBytes = given.storedBytes ?? countedBytes(config, facts.architecture);
  if (typeof storedBytes !== "number") throw new Error(JSON.stringify(storedBytes));
  return { ...facts, storedBytes, engineVersion: "0.28.0", flags: {}, ...given };
}

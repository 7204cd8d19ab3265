import { z } from "zod";
import { sha256Hex } from "../../../infra/core/canonical-json";
import type { Problem } from "../../../infra/core/errors";
import { memoryFields } from "../../../infra/core/fit/architecture";
import { at, type Config, isRecord } from "../../../infra/core/fit/config-json";
import { familyOf } from "../../../infra/core/fit/families";
import type { ReleaseContent } from "../../../infra/core/release";

/** No model has a billion of anything that is counted here; a file that says so is broken. */
const count = z.int().positive().max(1e9);
const layers = z.int().positive().max(10_000);

/** The part of a model's config.json that says its shape; multimodal models keep it under `text_config`. */
const Shape = z.object({
  num_hidden_layers: layers,
  hidden_size: count,
  num_attention_heads: count,
  num_key_value_heads: count.nullish(),
  head_dim: count.nullish(),
  vocab_size: count,
  max_position_embeddings: count,
  torch_dtype: z.string().nullish(),
  dtype: z.string().nullish(),
});
const Outer = z.object({
  architectures: z.array(z.string()).min(1),
  auto_map: z.unknown().optional(),
  quantization_config: z.object({ quant_method: z.string() }).nullish(),
  text_config: z.record(z.string(), z.unknown()).optional(),
  torch_dtype: z.string().nullish(),
  dtype: z.string().nullish(),
});

/** Where multimodal models keep it. */
const NESTED_METHOD = ["text_config", "quantization_config", "quant_method"] as const;
const textOf = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);

/** config.json with what NVIDIA's quantiser writes beside it, hf_quant_config.json, where config.json says nothing of it. */
export function wholeConfig(config: string, quantizer: string | undefined): string {
  const [outer, beside] = [config, quantizer ?? "{}"].map(jsonOf);
  if (!isRecord(outer) || !isRecord(beside)) return config;
  if (outer.quantization_config != null || beside.quantization === undefined) return config;
  return JSON.stringify({ ...outer, quantization_config: { quant_method: "modelopt", ...beside } });
}

export type ModelFacts = Pick<ReleaseContent, "architecture" | "quantization">;

/** Facts that later checks need, or what config.json lacks. */
export function modelFacts(text: string, allowRemoteCode: boolean): ModelFacts | Problem[] {
  const json = jsonOf(text);
  if (!isRecord(json))
    return [
      {
        path: "config.json",
        given: json === undefined ? "not JSON" : JSON.stringify(json).slice(0, 60),
        allowed: "the shape of a language model as Transformers writes it",
        fix: "fetch it again, or pin the folder of a model that vLLM can load",
      },
    ];
  const outer = Outer.safeParse(json);
  const language = { ...json, ...(outer.data?.text_config ?? {}) };
  const inner = Shape.safeParse(outer.data?.architectures[0] === "FalconForCausalLM" ? falcon(language) : language);
  const issues = [...(outer.error?.issues ?? []), ...(inner.error?.issues ?? [])];
  const problems: Problem[] = issues.map((issue) => ({
    path: `config.json:${issue.path.join(".")}`,
    allowed: "the shape of a language model as Transformers writes it",
    fix: `${issue.message}; pin the folder of a model that vLLM can load`,
  }));
  if (outer.data?.auto_map !== undefined && !allowRemoteCode)
    problems.push({
      path: "config.json:auto_map",
      given: JSON.stringify(outer.data.auto_map).slice(0, 120),
      allowed: "no auto_map: it loads Python from the source",
      fix: "pin a conversion without it, or --allow-remote-code (never in a regulated environment)",
    });
  if (!outer.success || !inner.success || problems.length > 0) return problems;
  const shape = inner.data;
  const plain: ModelFacts = {
    architecture: {
      name: outer.data.architectures[0]!,
      layers: shape.num_hidden_layers,
      hiddenSize: shape.hidden_size,
      attentionHeads: shape.num_attention_heads,
      keyValueHeads: shape.num_key_value_heads ?? shape.num_attention_heads,
      headDim: shape.head_dim ?? Math.floor(shape.hidden_size / shape.num_attention_heads),
      vocabularySize: shape.vocab_size,
      maxPositions: shape.max_position_embeddings,
      // Transformers' own default where config.json is silent.
      dtype: shape.dtype ?? shape.torch_dtype ?? outer.data.dtype ?? outer.data.torch_dtype ?? "float32",
    },
    quantization: outer.data.quantization_config?.quant_method ?? textOf(at(json, ...NESTED_METHOD)) ?? null,
  };
  // On a CPU any model may run; on GPUs an unknown family is refused by the stack's rules.
  const memory = familyOf(plain.architecture) ? memoryFields(json, plain.architecture) : {};
  return Array.isArray(memory) ? memory : { ...plain, architecture: { ...plain.architecture, ...memory } };
}

/** Digest of the template the engine will use: the file of its own goes before the one inside the tokenizer's config. */
export function chatTemplateDigest(file: string | undefined, tokenizerConfig: string | undefined): string | undefined {
  if (file !== undefined) return `sha256:${sha256Hex(file)}`;
  const template = (jsonOf(tokenizerConfig ?? "{}") as { chat_template?: unknown } | undefined)?.chat_template;
  return typeof template === "string" ? `sha256:${sha256Hex(template)}` : undefined;
}

/** What Falcon leaves to its defaults or calls otherwise (Transformers' FalconConfig; vLLM 0.32, FalconModelArchConfigConvertor). */
function falcon(config: Config): Config {
  const oneHead = config.new_decoder_architecture !== true && config.multi_query !== false;
  return { max_position_embeddings: 2048, ...config, num_key_value_heads: oneHead ? 1 : config.num_kv_heads };
}

/** Python writes numbers that JSON has not (Nemotron-H's `time_step_limit`); no field that is read here may be one. */
const PYTHON_NUMBER = /([:[,]\s*)(?:-?Infinity|NaN)(?=\s*[,\]}])/g;

export function jsonOf(text: string): unknown {
  for (const candidate of [text, text.replace(PYTHON_NUMBER, "$1null")])
    try {
      return JSON.parse(candidate) as unknown;
    } catch {}
  return undefined;
}

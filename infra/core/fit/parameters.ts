import type { Problem } from "../errors";
import type { Architecture } from "../release";
import { type Config, countOf, languageConfig } from "./config-json";
import { type Quantization, quantizationOf } from "./quantization";

/**
 * How many parameters a model has, by its config.json alone: for models whose files are not at hand. Where files are,
 * their bytes count (weights.ts), because checkpoints keep more in 16 bits than one expects.
 */
export interface Parameters {
  /** By the module that holds them, as `modules_to_not_convert` names it; `quantizes` where such weights ever are. */
  parts: readonly { module: string; values: number; quantizes: boolean }[];
  total: number;
}

/** How a family's layers differ from Llama's. */
interface Layout {
  /** Bias of the query, key and value projections (Qwen2), or of all of attention and the router (gpt-oss). */
  bias?: "qkv" | "all";
  /** Query and key are normalised by head. */
  headNorms?: boolean;
  /** They are normalised over all heads at once. */
  widthNorms?: boolean;
}

const LAYOUTS: Readonly<Record<string, Layout>> = {
  LlamaForCausalLM: {},
  MistralForCausalLM: {},
  MixtralForCausalLM: {},
  Qwen2ForCausalLM: { bias: "qkv" },
  Qwen3ForCausalLM: { headNorms: true },
  Qwen3MoeForCausalLM: { headNorms: true },
  GptOssForCausalLM: { bias: "all" },
  MiniMaxM2ForCausalLM: { widthNorms: true },
  DeepseekV2ForCausalLM: {},
  DeepseekV3ForCausalLM: {},
  DeepseekV32ForCausalLM: {},
  GlmMoeDsaForCausalLM: {},
};

/** `undefined` for a family whose parameters are not counted here. */
export function parametersOf(config: Config, architecture: Architecture): Parameters | undefined {
  const layout = Object.hasOwn(LAYOUTS, architecture.name) ? LAYOUTS[architecture.name] : undefined;
  const language = languageConfig(config);
  const intermediate = countOf(language, "intermediate_size");
  if (layout === undefined || intermediate === undefined) return undefined;
  const { hiddenSize: h, layers, vocabularySize, experts } = architecture;
  const tied = language.tie_word_embeddings === true;
  const denseLayers = layers - (experts?.layers ?? 0);
  const all = layout.bias === "all";
  const shared = countOf(language, "n_shared_experts") ?? 0;
  const parts = [
    { module: "embed_tokens", values: vocabularySize * h, quantizes: false },
    // Every quantiser leaves the output layer alone.
    { module: "lm_head", values: tied ? 0 : vocabularySize * h, quantizes: false },
    { module: "self_attn", values: layers * attention(language, architecture, layout), quantizes: true },
    { module: "mlp", values: denseLayers * 3 * h * intermediate, quantizes: true },
    { module: "norm", values: (2 * layers + 1) * h, quantizes: false },
  ];
  if (experts) {
    const { count, intermediateSize: width } = experts;
    const one = 3 * h * width;
    // DeepSeek-V3 corrects its router by one value an expert.
    const correction = language.topk_method === "noaux_tc" ? count : 0;
    const router = h * count + (all ? count : 0) + correction;
    parts.push(
      { module: "mlp.router", values: experts.layers * router, quantizes: false },
      { module: "mlp.experts", values: experts.layers * count * one, quantizes: true },
      { module: "mlp.experts.bias", values: all ? experts.layers * count * (2 * width + h) : 0, quantizes: false },
      { module: "mlp.shared_experts", values: experts.layers * shared * one, quantizes: true },
    );
  }
  return { parts, total: parts.reduce((sum, { values }) => sum + values, 0) };
}

/** Values of one layer's attention, its own norms and biases among them. */
function attention(language: Config, architecture: Architecture, { bias, headNorms, widthNorms }: Layout): number {
  const { hiddenSize: h, attentionHeads, keyValueHeads, headDim } = architecture;
  const rank = countOf(language, "kv_lora_rank");
  if (rank !== undefined) {
    const rotary = countOf(language, "qk_rope_head_dim") ?? 0;
    const plain = countOf(language, "qk_nope_head_dim") ?? 0;
    const value = countOf(language, "v_head_dim") ?? 0;
    const queryRank = countOf(language, "q_lora_rank");
    const queries = attentionHeads * (plain + rotary);
    return (
      indexer(language, h, queryRank ?? 0) +
      (queryRank ? h * queryRank + queryRank + queryRank * queries : h * queries) +
      h * (rank + rotary) +
      rank +
      rank * attentionHeads * (plain + value) +
      attentionHeads * value * h
    );
  }
  const query = attentionHeads * headDim;
  const keyValue = keyValueHeads * headDim;
  const biases = bias === undefined ? 0 : query + 2 * keyValue + (bias === "all" ? h + attentionHeads : 0);
  return (
    h * (query + 2 * keyValue) +
    query * h +
    biases +
    (headNorms ? 2 * headDim : 0) +
    (widthNorms ? query + keyValue : 0)
  );
}

/** What chooses the tokens that sparse attention looks at: its queries, one key with its norm, and a weight for each head. */
function indexer(language: Config, hiddenSize: number, queryRank: number): number {
  const dim = countOf(language, "index_head_dim");
  const heads = countOf(language, "index_n_heads");
  if (dim === undefined || heads === undefined) return 0;
  return queryRank * heads * dim + hiddenSize * (dim + heads) + 2 * dim;
}

const BYTES: Readonly<Record<string, number>> = { bfloat16: 2, float16: 2, half: 2, float32: 4, float: 4 };

export const isDtype = (dtype: string): boolean => Object.hasOwn(BYTES, dtype);

/** Bytes of one value of a dtype as Transformers writes it. */
export const dtypeBytes = (dtype: string): number => (isDtype(dtype) ? BYTES[dtype]! : 2);

/** Bytes of the weights by counting: 16 bits but for what is quantised. A problem where the family is not counted. */
export function countedBytes(config: Config, architecture: Architecture): number | Problem {
  const parameters = parametersOf(config, architecture);
  const quantization = quantizationOf(config);
  if (quantization !== undefined && !("kept" in quantization)) return quantization;
  if (parameters === undefined)
    return {
      path: "weights",
      given: "no safetensors files, and no index that says their size",
      allowed: `the sizes of the files: parameters of a ${architecture.name} are not counted here`,
      fix: "name a folder or repository that holds model.safetensors.index.json or the files",
    };
  return parameters.parts.reduce((sum, part) => sum + part.values * (bitsOf(part, quantization, architecture) / 8), 0);
}

function bitsOf(
  { module, quantizes }: Parameters["parts"][number],
  quantization: Quantization | undefined,
  { dtype, layers }: Architecture,
): number {
  if (quantization === undefined) return dtypeBytes(dtype) * 8;
  // What a quantised model keeps as it was has 16 bits, also where config.json names no dtype.
  const plain = 16;
  // Checkpoints in mxfp4 hold nothing but experts in it.
  if (!quantizes || (quantization.method === "mxfp4" && module !== "mlp.experts")) return plain;
  const share = skippedLayers(quantization.skipped, module, layers) / layers;
  return share * plain + (1 - share) * quantization.bits;
}

/** Layers whose module is left alone, wholly or in part: `model.layers.0.self_attn.q_proj`, `model.layers.*.self_attn`. */
function skippedLayers(skipped: readonly string[], module: string, layers: number): number {
  const found = new Set<string>();
  for (const name of skipped) {
    const [, layer = "*", rest = ""] = /^(?:.*?layers\.(\d+|\*)\.)?(.*)$/.exec(name) ?? [];
    if (rest === module || rest.startsWith(`${module}.`)) found.add(layer);
  }
  return found.has("*") ? layers : found.size;
}

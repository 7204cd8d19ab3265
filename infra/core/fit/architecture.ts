import type { Problem } from "../errors";
import type { Architecture } from "../release";
import type { CacheGroup } from "./cache";
import { type Config, countOf, languageConfig } from "./config-json";
import { FAMILIES, type Family, familyOf } from "./families";
import { headsAllow } from "./heads";
import { quantizationOf } from "./quantization";

/** Numbers of GPUs that anything is served with on one node. */
const MOST_GPUS = 16;

/** Fields that change what a request holds in memory, in ways that are not known here. */
const FOREIGN = [
  "index_topk",
  "index_head_dim",
  "compress_ratios",
  "hybrid_override_pattern",
  "layers_block_type",
  "hybrid_layer_pattern",
  "mamba_num_heads",
  "ssm_state_size",
  "linear_attn_config",
  "block_configs",
  "swa_num_key_value_heads",
  "cross_attention_layers",
];

/** Those whose windows follow `sliding_window` alone; in others it is counted in full, as Qwen's is off by default. */
const ONE_WINDOW = new Set(["MistralForCausalLM", "MixtralForCausalLM", "Phi3ForCausalLM", "Starcoder2ForCausalLM"]);

/** What an unknown family is told. */
export const familyProblem = (name: string, path = "config.json:architectures"): Problem => ({
  path,
  given: `'${name}'`,
  allowed: `a family whose memory is known here: ${Object.keys(FAMILIES).slice(0, 6).join(", ")} and ${Object.keys(FAMILIES).length - 6} more (infra/core/fit/families.ts)`,
  fix: "start it once on the GPUs you mean and read vLLM's `Available KV cache memory`; a guess would be worse than none",
});

/**
 * What config.json says of memory beyond the plain fields, or what in it is not understood. Every returned field is left
 * out where it says nothing, so that plain models have the release ids that they always had.
 */
export function memoryFields(config: Config, base: Architecture): Partial<Architecture> | Problem[] {
  const family = familyOf(base);
  if (family === undefined) return [familyProblem(base.name)];
  const language = languageConfig(config);
  const problems: Problem[] = [];
  const refuse = (field: string): undefined => {
    problems.push({
      path: `config.json:${field}`,
      given: JSON.stringify(language[field])?.slice(0, 80),
      allowed: `a ${base.name} as it is known here`,
      fix: "start it once on the GPUs you mean and read vLLM's `Available KV cache memory`",
    });
    return undefined;
  };
  for (const field of FOREIGN) if (isSet(language[field])) refuse(field);
  if (family.attention !== "latent" && isSet(language.kv_lora_rank)) refuse("kv_lora_rank");

  const cache =
    family.attention === "latent" ? latentCache(language, base, refuse) : layeredCache(language, base, family, refuse);
  const experts = expertsOf(language, base, family, refuse);
  const quantization = quantizationOf(config);
  if (quantization !== undefined && "fix" in quantization) problems.push(quantization);
  if (problems.length > 0) return problems;

  const intermediateSize = countOf(language, "intermediate_size_mlp", "intermediate_size");
  const shared = quantization !== undefined || !dividesAlways(intermediateSize, base);
  const plain = cache?.length === 1 && cache[0]?.kind === "full";
  const kept = quantization && "kept" in quantization ? quantization.kept : undefined;
  return {
    ...(cache && !plain && { cache }),
    ...(experts && { experts }),
    ...(intermediateSize && shared && intermediateSize !== experts?.intermediateSize && { intermediateSize }),
    ...(kept && Object.keys(kept).length > 0 && { quantized: kept }),
  };
}

type Refuse = (field: string) => undefined;

const isSet = (value: unknown): boolean =>
  value !== undefined && value !== null && value !== 0 && value !== false && !(Array.isArray(value) && !value.length);

function latentCache(language: Config, { layers }: Architecture, refuse: Refuse): CacheGroup[] | undefined {
  const rank = countOf(language, "kv_lora_rank");
  const rotary = countOf(language, "qk_rope_head_dim");
  if (rank === undefined) return refuse("kv_lora_rank");
  return rotary === undefined ? refuse("qk_rope_head_dim") : [{ kind: "latent", layers, width: rank + rotary }];
}

/** Layers counted by kind: `layer_types` where it is there, else as the family has them. */
function layeredCache(language: Config, base: Architecture, family: Family, refuse: Refuse): CacheGroup[] | undefined {
  const { layers, keyValueHeads, headDim } = base;
  const kinds = layerKinds(language, base, family);
  if (kinds === undefined || kinds.length !== layers) return refuse("layer_types");
  const window = countOf(language, "sliding_window");
  const groups: CacheGroup[] = [];
  const of = (...names: string[]) => kinds.filter((kind) => names.includes(kind)).length;
  // Chunked layers in full: vLLM may reserve all of their pages.
  const full = of("full_attention", "chunked_attention");
  const sliding = of("sliding_attention");
  const linear = of("linear_attention");
  if (full + sliding + linear !== layers) return refuse("layer_types");
  if (full > 0)
    groups.push({
      kind: "full",
      layers: full,
      keyValueHeads: countOf(language, "num_global_key_value_heads") ?? keyValueHeads,
      headDim: countOf(language, "global_head_dim") ?? headDim,
    });
  if (sliding > 0 && window === undefined) return refuse("sliding_window");
  if (sliding > 0 && window) groups.push({ kind: "sliding", layers: sliding, keyValueHeads, headDim, window });
  if (linear > 0) {
    const state = linearState(language);
    if (state === undefined || full === 0) return refuse("linear_num_value_heads");
    groups.push({ kind: "state", layers: linear, ...state });
  }
  return groups;
}

function layerKinds(language: Config, { name, layers }: Architecture, family: Family): string[] | undefined {
  const given = language.layer_types;
  if (Array.isArray(given)) return given.map(String);
  if (given !== undefined && given !== null) return undefined;
  const all = (kind: (layer: number) => string) => Array.from({ length: layers }, (_, layer) => kind(layer));
  if (family.attention === "alternating") {
    const period = countOf(language, "sliding_window_pattern") ?? family.period ?? 1;
    return all((layer) => ((layer + 1) % period === 0 ? "full_attention" : "sliding_attention"));
  }
  const interval = countOf(language, "full_attention_interval");
  if (interval !== undefined)
    return all((layer) => ((layer + 1) % interval === 0 ? "full_attention" : "linear_attention"));
  const windowed = ONE_WINDOW.has(name) && isSet(language.sliding_window) && language.use_sliding_window !== false;
  return all(() => (windowed ? "sliding_attention" : "full_attention"));
}

/** A gated delta network's state of one request in one layer (vLLM 0.32, mamba_utils.py): convolution and recurrence. */
function linearState(language: Config): { bytes: number; heads: number } | undefined {
  const keyHeads = countOf(language, "linear_num_key_heads");
  const valueHeads = countOf(language, "linear_num_value_heads");
  const keyDim = countOf(language, "linear_key_head_dim");
  const valueDim = countOf(language, "linear_value_head_dim");
  const kernel = countOf(language, "linear_conv_kernel_dim");
  if (!keyHeads || !valueHeads || !keyDim || !valueDim || !kernel) return undefined;
  const convolution = (2 * keyHeads * keyDim + valueHeads * valueDim) * (kernel - 1) * 2;
  return { bytes: convolution + valueHeads * valueDim * keyDim * 4, heads: keyHeads };
}

function expertsOf(language: Config, base: Architecture, family: Family, refuse: Refuse): Architecture["experts"] {
  const count = countOf(language, "num_local_experts", "num_experts", "n_routed_experts");
  if (count === undefined) return family.experts ? refuse("num_experts") : undefined;
  const perToken = countOf(language, "num_experts_per_tok", "experts_per_token", "top_k_experts");
  const intermediateSize = countOf(language, "moe_intermediate_size", "intermediate_size");
  if (perToken === undefined) return refuse("num_experts_per_tok");
  if (intermediateSize === undefined) return refuse("moe_intermediate_size");
  const dense = countOf(language, "first_k_dense_replace") ?? 0;
  const step = countOf(language, "interleave_moe_layer_step", "decoder_sparse_step") ?? 1;
  const skipped = Array.isArray(language.mlp_only_layers) ? language.mlp_only_layers.length : 0;
  return { count, perToken, intermediateSize, layers: Math.floor((base.layers - dense - skipped) / step) };
}

/** Whether every number of GPUs that the heads allow divides it too. */
const dividesAlways = (size: number | undefined, base: Architecture): boolean =>
  size === undefined ||
  Array.from({ length: MOST_GPUS }, (_, i) => i + 1).every((gpus) => !headsAllow(base, gpus) || size % gpus === 0);

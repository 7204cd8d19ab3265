import type { Problem } from "../errors";
import type { Architecture } from "../release";
import { type Config, countOf, languageConfig } from "./config-json";
import { FAMILIES, type Family, familyOf } from "./families";
import { headsAllow } from "./heads";
import { cacheOf, type Refuse, understands } from "./layers";
import { isDtype } from "./parameters";
import { quantizationOf } from "./quantization";
import { wholeWeights } from "./whole-weights";

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
  const refuse: Refuse = (field) => {
    problems.push({
      path: `config.json:${field}`,
      given: JSON.stringify(language[field])?.slice(0, 80),
      allowed: `a ${base.name} as it is known here`,
      fix: "start it once on the GPUs you mean and read vLLM's `Available KV cache memory`",
    });
    return undefined;
  };
  const latent = family.attention === "latent" || family.attention === "sparse";
  for (const field of FOREIGN) if (isSet(language[field]) && !understands(family, field)) refuse(field);
  if (!latent && isSet(language.kv_lora_rank)) refuse("kv_lora_rank");
  if (!latent && base.attentionHeads % base.keyValueHeads !== 0) refuse("num_key_value_heads");
  if (!isDtype(base.dtype)) refuse(language.dtype === undefined ? "torch_dtype" : "dtype");

  const cache = cacheOf({ language, base, family, refuse });
  const experts = expertsOf(language, base, family, refuse);
  const quantization = quantizationOf(config);
  if (quantization !== undefined && "fix" in quantization) problems.push(quantization);
  if (problems.length > 0) return problems;

  const intermediateSize = countOf(language, "intermediate_size_mlp", "intermediate_size");
  const shared = quantization !== undefined || !dividesAlways(intermediateSize, base);
  const plain = cache?.length === 1 && cache[0]?.kind === "full";
  const known = quantization && "kept" in quantization ? quantization : undefined;
  const kept = known?.kept;
  return {
    ...(cache && !plain && { cache }),
    ...(experts && { experts }),
    ...(intermediateSize && shared && intermediateSize !== experts?.intermediateSize && { intermediateSize }),
    ...(kept && Object.keys(kept).length > 0 && { quantized: kept }),
    ...wholeWeights(language, { ...base, ...(experts && { experts }) }, known, family.encoderBytes),
  };
}

const isSet = (value: unknown): boolean =>
  value !== undefined && value !== null && value !== 0 && value !== false && !(Array.isArray(value) && !value.length);

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

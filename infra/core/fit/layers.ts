import type { Architecture } from "../release";
import type { CacheGroup } from "./blocks";
import { type Config, countOf } from "./config-json";
import type { Family } from "./families";
import { deltaState, mamba2State } from "./states";

/** A model's layers by what they remember, out of config.json. Each reader as vLLM 0.32 builds that family's layers. */

/** Notes a field that is not understood. */
export type Refuse = (field: string) => undefined;

interface Question {
  language: Config;
  base: Architecture;
  family: Family;
  refuse: Refuse;
}

type Reader = (question: Question) => CacheGroup[] | undefined;

/** Families whose windows follow `sliding_window` alone; in others it is counted in full, as Qwen's is off by default. */
const ONE_WINDOW = new Set(["MistralForCausalLM", "MixtralForCausalLM", "Phi3ForCausalLM", "Starcoder2ForCausalLM"]);

/** Fields that change memory, by the attention of the families that they are understood in. */
const UNDERSTOOD: Partial<Record<Family["attention"], readonly string[]>> = {
  sparse: ["index_topk", "index_head_dim"],
  letters: ["hybrid_override_pattern", "mamba_num_heads", "ssm_state_size"],
  "two heads": ["hybrid_layer_pattern", "swa_num_key_value_heads"],
};

export const understands = ({ attention }: Family, field: string): boolean =>
  UNDERSTOOD[attention]?.includes(field) === true;

export const cacheOf: Reader = (question) => (READERS[question.family.attention] ?? layeredCache)(question);

const READERS: Partial<Record<Family["attention"], Reader>> = {
  latent: latentCache,
  sparse: sparseCache,
  letters: letteredCache,
  "two heads": twoHeadedCache,
};

function latentCache({ language, base: { layers }, refuse }: Question): CacheGroup[] | undefined {
  const rank = countOf(language, "kv_lora_rank");
  const rotary = countOf(language, "qk_rope_head_dim");
  if (rank === undefined) return refuse("kv_lora_rank");
  return rotary === undefined ? refuse("qk_rope_head_dim") : [{ kind: "latent", layers, width: rank + rotary }];
}

/** Values of an index key that share one scale of 4 bytes; each value has 8 bits. */
const INDEX_GROUP = 128;

/** Latent attention that looks at the best tokens only: DeepSeek-V3.2 and GLM-5 (models/deepseek_v32). */
function sparseCache(question: Question): CacheGroup[] | undefined {
  const { language, base, refuse } = question;
  const latent = latentCache(question);
  const width = countOf(language, "index_head_dim");
  if (width === undefined) return refuse("index_head_dim");
  const types = language.indexer_types;
  if (types !== undefined && types !== null && !Array.isArray(types)) return refuse("indexer_types");
  // Others search in what a layer before them found.
  const layers = Array.isArray(types) ? types.filter((type) => type !== "shared").length : base.layers;
  const bytes = width + 4 * Math.ceil(width / INDEX_GROUP);
  return latent && layers > 0 ? [...latent, { kind: "index", layers, bytes }] : refuse("indexer_types");
}

/** A letter for each layer: Mamba, attention, or nothing to remember (Nemotron-H, models/nemotron_h.py). */
function letteredCache({ language, base, refuse }: Question): CacheGroup[] | undefined {
  const { layers, keyValueHeads, headDim } = base;
  const letters = typeof language.hybrid_override_pattern === "string" ? language.hybrid_override_pattern : "";
  if (letters.length !== layers || !/^[M*E-]+$/.test(letters)) return refuse("hybrid_override_pattern");
  const of = (letter: string) => letters.split(letter).length - 1;
  const state = mamba2State(language);
  if (state === undefined) return refuse("mamba_num_heads");
  if (of("*") === 0 || of("M") === 0) return refuse("hybrid_override_pattern");
  return [
    { kind: "full", layers: of("*"), keyValueHeads, headDim: countOf(language, "attention_head_dim") ?? headDim },
    { kind: "state", layers: of("M"), ...state },
  ];
}

/** Windows have heads of their own, and values are narrower than keys (MiMo-V2, models/mimo_v2.py). */
function twoHeadedCache({ language, base, refuse }: Question): CacheGroup[] | undefined {
  const pattern = language.hybrid_layer_pattern;
  if (!Array.isArray(pattern) || pattern.length !== base.layers) return refuse("hybrid_layer_pattern");
  const window = countOf(language, "sliding_window");
  const keyValueHeads = countOf(language, "swa_num_key_value_heads");
  const headDim = countOf(language, "swa_head_dim");
  if (window === undefined) return refuse("sliding_window");
  if (keyValueHeads === undefined || headDim === undefined) return refuse("swa_num_key_value_heads");
  const sliding = pattern.filter((kind) => kind === 1).length;
  const full = pattern.filter((kind) => kind === 0).length;
  if (sliding + full !== base.layers || sliding === 0 || full === 0) return refuse("hybrid_layer_pattern");
  const values = (field: string, width: number) => {
    const valueDim = countOf(language, field);
    return valueDim === undefined || valueDim === width ? {} : { valueDim };
  };
  const own = { keyValueHeads: base.keyValueHeads, headDim: base.headDim, ...values("v_head_dim", base.headDim) };
  return [
    { kind: "full", layers: full, ...own },
    { kind: "sliding", layers: sliding, keyValueHeads, headDim, ...values("swa_v_head_dim", headDim), window },
  ];
}

/** Layers counted by kind: `layer_types` where it is there, else as the family has them. */
function layeredCache({ language, base, family, refuse }: Question): CacheGroup[] | undefined {
  const { layers, keyValueHeads, headDim } = base;
  const kinds = layerKinds(language, base, family);
  if (kinds === undefined || kinds.length !== layers) return refuse("layer_types");
  const of = (name: string) => kinds.filter((kind) => kind === name).length;
  const full = of("full_attention");
  const linear = of("linear_attention");
  const windows = [
    { layers: of("sliding_attention"), field: "sliding_window" },
    { layers: of("chunked_attention"), field: "attention_chunk_size" },
  ].filter((kind) => kind.layers > 0);
  if (full + linear + windows.reduce((sum, kind) => sum + kind.layers, 0) !== layers) return refuse("layer_types");
  const groups: CacheGroup[] = [];
  if (full > 0)
    groups.push({
      kind: "full",
      layers: full,
      keyValueHeads: countOf(language, "num_global_key_value_heads") ?? keyValueHeads,
      headDim: countOf(language, "global_head_dim") ?? headDim,
    });
  for (const { layers, field } of windows) {
    const window = countOf(language, field);
    if (window === undefined) return refuse(field);
    groups.push({ kind: "sliding", layers, keyValueHeads, headDim, window });
  }
  if (linear > 0) {
    const state = deltaState(language);
    if (state === undefined || full === 0) return refuse("linear_num_value_heads");
    groups.push({ kind: "state", layers: linear, ...state });
  }
  return groups;
}

function layerKinds(language: Config, { name, layers }: Architecture, family: Family): string[] | undefined {
  const given = language.layer_types;
  if (Array.isArray(given)) return given.map(String);
  if (given !== undefined && given !== null) return undefined;
  const every = (nth: number, kind: string, others: string) =>
    Array.from({ length: layers }, (_, layer) => ((layer + 1) % nth === 0 ? kind : others));
  if (family.attention === "alternating")
    return every(
      countOf(language, "sliding_window_pattern") ?? family.period ?? 1,
      "full_attention",
      "sliding_attention",
    );
  if (family.attention === "chunked") return every(family.period ?? 1, "full_attention", "chunked_attention");
  const interval = countOf(language, "full_attention_interval");
  if (interval !== undefined) return every(interval, "full_attention", "linear_attention");
  const window = countOf(language, "sliding_window");
  const windowed = ONE_WINDOW.has(name) && window !== undefined && language.use_sliding_window !== false;
  return every(1, windowed ? "sliding_attention" : "full_attention", "");
}

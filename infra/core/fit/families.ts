import type { Architecture } from "../release";

/**
 * Model families whose memory is understood here, by the first entry of `architectures` in config.json. A name that is
 * missing is refused: a guess of somebody else's layout is how calculators come to be wrong by 8 to 25 times.
 */
export interface Family {
  /** How its layers remember where config.json has no `layer_types`. */
  attention: "full" | "latent" | "sparse" | "alternating" | "chunked" | "letters" | "two heads";
  /** One of so many layers sees everything, the others a window or a chunk (attention `alternating` and `chunked`). */
  period?: number;
  /** Its encoder of pictures, in bytes, where vLLM keeps all of it on every GPU (as built by 0.32; Qwen's and Llama's are dealt out). */
  encoderBytes?: number;
  /** It is a mixture of experts also where config.json is not at hand. */
  experts?: boolean;
}

const full: Family = { attention: "full" };
const experts: Family = { attention: "full", experts: true };

/** 1.067 GiB of Gemma 4's; Gemma 3's has fewer parameters and is counted as large. */
const GEMMA_ENCODER = 1_146_000_000;

export const FAMILIES: Readonly<Record<string, Family>> = {
  LlamaForCausalLM: full,
  MistralForCausalLM: full,
  Mistral3ForConditionalGeneration: full,
  Qwen2ForCausalLM: full,
  Qwen3ForCausalLM: full,
  Qwen3VLForConditionalGeneration: full,
  Phi3ForCausalLM: full,
  GemmaForCausalLM: full,
  Olmo2ForCausalLM: full,
  GraniteForCausalLM: full,
  CohereForCausalLM: full,
  Starcoder2ForCausalLM: full,
  StableLmForCausalLM: full,
  InternLM3ForCausalLM: full,
  Glm4ForCausalLM: full,
  MiMoForCausalLM: full,
  FalconForCausalLM: full,
  GPTNeoXForCausalLM: full,
  MixtralForCausalLM: experts,
  Qwen2MoeForCausalLM: experts,
  Qwen3MoeForCausalLM: experts,
  Qwen3VLMoeForConditionalGeneration: experts,
  Glm4MoeForCausalLM: experts,
  MiniMaxM2ForCausalLM: experts,
  OlmoeForCausalLM: experts,
  GptOssForCausalLM: experts,
  Llama4ForCausalLM: { attention: "chunked", period: 4, experts: true },
  Llama4ForConditionalGeneration: { attention: "chunked", period: 4, experts: true },
  DeepseekV2ForCausalLM: { attention: "latent", experts: true },
  DeepseekV3ForCausalLM: { attention: "latent", experts: true },
  KimiK25ForConditionalGeneration: { attention: "latent", experts: true },
  DeepseekV32ForCausalLM: { attention: "sparse", experts: true },
  GlmMoeDsaForCausalLM: { attention: "sparse", experts: true },
  MiMoV2FlashForCausalLM: { attention: "two heads", experts: true },
  // With experts or without, as `hybrid_override_pattern` has it.
  NemotronHForCausalLM: { attention: "letters" },
  Gemma2ForCausalLM: { attention: "alternating", period: 2 },
  Gemma3ForCausalLM: { attention: "alternating", period: 6 },
  Gemma3ForConditionalGeneration: { attention: "alternating", period: 6, encoderBytes: GEMMA_ENCODER },
  Gemma4ForCausalLM: { attention: "alternating", period: 6 },
  Gemma4ForConditionalGeneration: { attention: "alternating", period: 6, encoderBytes: GEMMA_ENCODER },
  Qwen3_5ForConditionalGeneration: full,
  Qwen3_5MoeForConditionalGeneration: experts,
  Qwen3NextForCausalLM: experts,
};

export const familyOf = ({ name }: Architecture): Family | undefined =>
  Object.hasOwn(FAMILIES, name) ? FAMILIES[name] : undefined;

/** Also of a release that was pinned before its file said so. */
export const hasExperts = (architecture: Architecture): boolean =>
  architecture.experts !== undefined || familyOf(architecture)?.experts === true;

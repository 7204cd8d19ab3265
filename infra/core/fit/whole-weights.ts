import type { Architecture } from "../release";
import { type Config, countOf } from "./config-json";
import type { Quantization } from "./quantization";

/**
 * Weights that are not simply dealt out over GPUs, as vLLM 0.32 builds its layers (model_executor/models/deepseek_v2.py,
 * layers/attention/mla_attention.py): DeepSeek-V3 on 8 GPUs has 79.29 GiB on each, not 626.9 / 8 = 78.37.
 */
export function wholeWeights(
  language: Config,
  { hiddenSize: h, layers, experts, attentionHeads }: Architecture,
  quantization: Quantization | undefined,
  encoderBytes = 0,
): Pick<Architecture, "replicatedBytes" | "addedBytes"> {
  const rank = countOf(language, "kv_lora_rank");
  const always = (experts?.layers ?? 0) * (experts?.count ?? 0) * h * BYTES + encoderBytes;
  if (rank === undefined) return always > 0 ? { replicatedBytes: always } : {};
  const queryRank = countOf(language, "q_lora_rank") ?? 0;
  const plain = countOf(language, "qk_nope_head_dim") ?? 0;
  const compressing = h * (queryRank + rank + (countOf(language, "qk_rope_head_dim") ?? 0));
  const indexDim = countOf(language, "index_head_dim") ?? 0;
  const indexHeads = countOf(language, "index_n_heads") ?? 0;
  const indexing = queryRank * indexHeads * indexDim + h * (indexDim + indexHeads);
  // Four bits are for experts: quantisers leave attention in 16 then.
  const bytes = quantization && quantization.bits >= 8 ? quantization.bits / 8 : BYTES;
  const values = countOf(language, "v_head_dim") ?? 0;
  return {
    replicatedBytes: Math.round(always + layers * (compressing + indexing) * bytes),
    addedBytes: layers * attentionHeads * (plain + values) * rank * BYTES,
  };
}

/** Of one value in 16 bits. */
const BYTES = 2;

import { type Config, countOf } from "./config-json";

/** What a layer without keys and values keeps of one request, however long it is (vLLM 0.32, mamba_utils.py). */
export interface LayerState {
  bytes: number;
  /** Heads that tensor parallelism must divide. */
  heads: number;
  /** Of a prompt, beside the two that all such layers keep. */
  checkpoints?: number;
}

/** The convolution's part has 16 bits, the recurrent one 32. */
const BYTES = { convolution: 2, recurrence: 4 };

/** A gated delta network's (Qwen3-Next, Qwen3.5): `gated_delta_net_state_shape`. */
export function deltaState(language: Config): LayerState | undefined {
  const keyHeads = countOf(language, "linear_num_key_heads");
  const valueHeads = countOf(language, "linear_num_value_heads");
  const keyDim = countOf(language, "linear_key_head_dim");
  const valueDim = countOf(language, "linear_value_head_dim");
  const kernel = countOf(language, "linear_conv_kernel_dim");
  if (!keyHeads || !valueHeads || !keyDim || !valueDim || !kernel) return undefined;
  const convolution = (2 * keyHeads * keyDim + valueHeads * valueDim) * (kernel - 1);
  const recurrence = valueHeads * valueDim * keyDim;
  return { bytes: convolution * BYTES.convolution + recurrence * BYTES.recurrence, heads: keyHeads };
}

/** Mamba 2's (Nemotron-H): `mamba2_state_shape`. */
export function mamba2State(language: Config): LayerState | undefined {
  const heads = countOf(language, "mamba_num_heads");
  const headDim = countOf(language, "mamba_head_dim");
  const groups = countOf(language, "n_groups");
  const size = countOf(language, "ssm_state_size");
  const kernel = countOf(language, "conv_kernel");
  if (!heads || !headDim || !groups || !size || !kernel) return undefined;
  const convolution = (heads * headDim + 2 * groups * size) * (kernel - 1);
  const recurrence = heads * headDim * size;
  return { bytes: convolution * BYTES.convolution + recurrence * BYTES.recurrence, heads, checkpoints: 1 };
}

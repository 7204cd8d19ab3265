import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { uniformFloats } from "./random-weights";
import { encodeSafetensors, type Tensor } from "./safetensors";
import { ANSWER_IDS, SPECIAL, tokenId, tokenizer, tokenizerConfig, VOCABULARY } from "./tiny-tokenizer";

/**
 * Shape of the local platform's models: big enough for vLLM's CPU kernels (head size 64), small enough to be free. One stream
 * makes some 300 tokens/s on one core, so the context is long enough for a stream of a minute.
 */
export const TINY_LLAMA = {
  layers: 2,
  hiddenSize: 128,
  intermediateSize: 256,
  attentionHeads: 2,
  keyValueHeads: 2,
  headDim: 64,
  vocabularySize: VOCABULARY.length,
  maxPositions: 32_768,
} as const;

/**
 * Hidden unit 0 carries the same value through every layer. The output layer uses it to push down all tokens but the
 * syllables: no answer ends early, and none holds half a UTF-8 character, at any temperature.
 */
const CONSTANT_UNIT = 0;

/** Every file of a random Llama, by path. The seed decides the weights and with them the answers. */
export function tinyLlamaFiles(seed: number): ReadonlyMap<string, Buffer> {
  return new Map([
    ["README.md", Buffer.from(CARD)],
    ["config.json", json(config)],
    ["generation_config.json", json({ bos_token_id: tokenId(SPECIAL.begin), eos_token_id: tokenId(SPECIAL.end) })],
    ["model.safetensors", encodeSafetensors(weights(seed))],
    ["tokenizer.json", json(tokenizer())],
    ["tokenizer_config.json", json(tokenizerConfig(TINY_LLAMA.maxPositions))],
  ]);
}

/** Writes the model into `folder`, readable by every user (the engine is not the one who writes), all or nothing. */
export async function writeTinyLlama(folder: string, seed: number): Promise<void> {
  const part = `${folder}.part`;
  await rm(part, { recursive: true, force: true });
  await mkdir(part, { recursive: true, mode: 0o755 });
  for (const [path, bytes] of tinyLlamaFiles(seed)) await writeFile(join(part, path), bytes, { mode: 0o644 });
  await rm(folder, { recursive: true, force: true });
  await rename(part, folder);
}

/** A model card, from which a pin reads the licence. */
const CARD = `---
license: apache-2.0
---
Random weights in the shape of a Llama, made by Homeport for its local platform. It answers in syllables.
`;

const json = (value: unknown): Buffer => Buffer.from(`${JSON.stringify(value, null, 2)}\n`);

const config = {
  architectures: ["LlamaForCausalLM"],
  model_type: "llama",
  num_hidden_layers: TINY_LLAMA.layers,
  hidden_size: TINY_LLAMA.hiddenSize,
  intermediate_size: TINY_LLAMA.intermediateSize,
  num_attention_heads: TINY_LLAMA.attentionHeads,
  num_key_value_heads: TINY_LLAMA.keyValueHeads,
  head_dim: TINY_LLAMA.headDim,
  vocab_size: TINY_LLAMA.vocabularySize,
  max_position_embeddings: TINY_LLAMA.maxPositions,
  rope_theta: 10000,
  rms_norm_eps: 0.000001,
  hidden_act: "silu",
  attention_bias: false,
  mlp_bias: false,
  tie_word_embeddings: false,
  torch_dtype: "float32",
  bos_token_id: tokenId(SPECIAL.begin),
  eos_token_id: tokenId(SPECIAL.end),
};

function weights(seed: number): Map<string, Tensor> {
  const { layers, hiddenSize: h, intermediateSize: i, vocabularySize } = TINY_LLAMA;
  const random = (name: string, rows: number, columns: number, bound: number): Tensor => ({
    shape: [rows, columns],
    values: uniformFloats(`homeport tiny llama, seed ${seed}, ${name}`, rows * columns, bound),
  });
  const ones = (): Tensor => ({ shape: [h], values: new Float32Array(h).fill(1) });
  const tensors = new Map<string, Tensor>();
  const add = (name: string, tensor: Tensor): void => void tensors.set(name, tensor);

  const embedding = random("embed_tokens", vocabularySize, h, 1);
  for (let token = 0; token < vocabularySize; token++) embedding.values[token * h + CONSTANT_UNIT] = 1;
  add("model.embed_tokens.weight", embedding);
  for (let layer = 0; layer < layers; layer++) {
    const prefix = `model.layers.${layer}`;
    const matrix = (name: string, rows: number, columns: number, bound: number): Tensor => {
      const tensor = random(`${layer}.${name}`, rows, columns, bound);
      add(`${prefix}.${name}.weight`, tensor);
      return tensor;
    };
    add(`${prefix}.input_layernorm.weight`, ones());
    for (const projection of ["q", "k", "v"]) matrix(`self_attn.${projection}_proj`, h, h, 0.35);
    add(`${prefix}.post_attention_layernorm.weight`, ones());
    for (const projection of ["gate", "up"]) matrix(`mlp.${projection}_proj`, i, h, 0.2);
    for (const writer of [matrix("self_attn.o_proj", h, h, 0.3), matrix("mlp.down_proj", h, i, 0.15)]) {
      const columns = writer.shape[1]!;
      writer.values.fill(0, CONSTANT_UNIT * columns, (CONSTANT_UNIT + 1) * columns);
    }
  }
  add("model.norm.weight", ones());

  const output = random("lm_head", vocabularySize, h, 0.5);
  for (let token = 0; token < vocabularySize; token++) {
    const answer = token >= ANSWER_IDS.from && token < ANSWER_IDS.to;
    if (!answer) output.values.fill(0, token * h, (token + 1) * h);
    output.values[token * h + CONSTANT_UNIT] = answer ? 0 : -1000;
  }
  add("lm_head.weight", output);
  return tensors;
}

/** The files of a model that is too small to be true; their text is all that a pin looks at. */
export const tinyConfig = {
  architectures: ["LlamaForCausalLM"],
  hidden_size: 64,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  vocab_size: 512,
  max_position_embeddings: 2048,
  torch_dtype: "bfloat16",
};

/** A safetensors file of these tensors, name -> dtype and values; text, for its header is padded until its length is. */
export function safetensors(tensors: Readonly<Record<string, readonly [dtype: string, values: string]>>): string {
  let end = 0;
  const header = Object.entries(tensors).map(([name, [dtype, values]]) => {
    const from = end;
    end += values.length;
    return [name, { dtype, shape: [values.length], data_offsets: [from, end] }] as const;
  });
  const json = JSON.stringify(Object.fromEntries(header));
  const padded = json.padEnd(256 * Math.ceil(json.length / 256));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  return `${length.toString("latin1")}${padded}${Object.values(tensors)
    .map(([, values]) => values)
    .join("")}`;
}

export const tinyModel = (weights = "weights of A"): Record<string, string> => ({
  "config.json": JSON.stringify(tinyConfig),
  "tokenizer_config.json": JSON.stringify({ chat_template: "{{ messages }}" }),
  "tokenizer.json": "{}",
  "model.safetensors": safetensors({ w: ["U8", weights] }),
});

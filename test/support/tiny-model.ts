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

export const tinyModel = (weights = "weights of A"): Record<string, string> => ({
  "config.json": JSON.stringify(tinyConfig),
  "tokenizer_config.json": JSON.stringify({ chat_template: "{{ messages }}" }),
  "tokenizer.json": "{}",
  "model.safetensors": weights,
});

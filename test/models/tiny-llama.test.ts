import { mkdtemp, readdir, readFile, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sha256Hex } from "../../infra/core/canonical-json";
import { TINY_LLAMA, tinyLlamaFiles, writeTinyLlama } from "../../scripts/local/models/tiny-llama";
import { ANSWER_IDS, SPECIAL, tokenId, VOCABULARY } from "../../scripts/local/models/tiny-tokenizer";

/** Made once: a model is 445,000 numbers. */
const files = { 1: tinyLlamaFiles(1), 2: tinyLlamaFiles(2) } as const;
type Seed = keyof typeof files;

const digests = (seed: Seed): Record<string, string> =>
  Object.fromEntries([...files[seed]].map(([path, bytes]) => [path, sha256Hex(bytes)]));

/** Reads a safetensors file as its specification says, not with the writer's code. */
function decode(file: Buffer): Map<string, { shape: number[]; values: Float32Array }> {
  const length = Number(file.readBigUInt64LE(0));
  const header = JSON.parse(file.subarray(8, 8 + length).toString()) as Record<
    string,
    { dtype: string; shape: number[]; data_offsets: [number, number] }
  >;
  const data = file.subarray(8 + length);
  const tensors = new Map<string, { shape: number[]; values: Float32Array }>();
  for (const [name, entry] of Object.entries(header)) {
    if (name === "__metadata__") continue;
    expect(entry.dtype).toBe("F32");
    const [from, to] = entry.data_offsets;
    tensors.set(name, { shape: entry.shape, values: new Float32Array(new Uint8Array(data.subarray(from, to)).buffer) });
  }
  expect(Math.max(...Object.values(header).map((e) => e.data_offsets?.[1] ?? 0))).toBe(data.length);
  return tensors;
}

test("the models' bytes are the same on every machine", () => {
  expect({ seed1: digests(1), seed2: digests(2) }).toMatchSnapshot();
});

test("two seeds differ in the weights and in nothing else", () => {
  const [one, two] = [digests(1), digests(2)];
  expect(Object.keys(one).filter((path) => one[path] !== two[path])).toEqual(["model.safetensors"]);
});

test("every tensor of a Llama is there, finite, with the shape that config.json states", () => {
  const config = JSON.parse(files[1].get("config.json")!.toString()) as Record<string, number>;
  const tensors = decode(files[1].get("model.safetensors")!);
  expect(tensors.size).toBe(3 + 9 * config.num_hidden_layers!);
  for (const { shape, values } of tensors.values()) {
    expect(values.length).toBe(shape.reduce((a, b) => a * b, 1));
    expect(values.every(Number.isFinite)).toBe(true);
  }
  expect(tensors.get("lm_head.weight")!.shape).toEqual([config.vocab_size, config.hidden_size]);
  expect(tensors.get("model.layers.1.mlp.down_proj.weight")!.shape).toEqual([
    config.hidden_size,
    config.intermediate_size,
  ]);
});

test("nothing but syllables can be answered: other tokens lose by the constant unit, which no layer writes", () => {
  const tensors = decode(files[2].get("model.safetensors")!);
  const { hiddenSize: h, layers } = TINY_LLAMA;
  const output = tensors.get("lm_head.weight")!.values;
  const embedding = tensors.get("model.embed_tokens.weight")!.values;
  VOCABULARY.forEach((_, id) => {
    const answer = id >= ANSWER_IDS.from && id < ANSWER_IDS.to;
    expect(output[id * h]).toBe(answer ? 0 : -1000);
    expect(embedding[id * h]).toBe(1);
  });
  for (let layer = 0; layer < layers; layer++) {
    for (const name of ["self_attn.o_proj", "mlp.down_proj"]) {
      const { shape, values } = tensors.get(`model.layers.${layer}.${name}.weight`)!;
      expect(values.subarray(0, shape[1]!).every((v) => v === 0)).toBe(true);
    }
  }
  expect(tokenId(SPECIAL.end)).toBeGreaterThanOrEqual(ANSWER_IDS.to);
});

test("the vocabulary has no token twice, and answers are printable ASCII", () => {
  expect(new Set(VOCABULARY).size).toBe(VOCABULARY.length);
  for (const token of VOCABULARY.slice(ANSWER_IDS.from, ANSWER_IDS.to)) expect(token).toMatch(/^Ġ?[a-z]{2}$/);
});

test("written models are readable by the engine's user and replace an older one whole", async () => {
  const folder = join(await mkdtemp(join(tmpdir(), "homeport-")), "chat-r1");
  await writeTinyLlama(folder, 1);
  await writeTinyLlama(folder, 2);
  expect((await readdir(folder)).sort()).toEqual([...files[2].keys()].sort());
  for (const [path, bytes] of files[2]) {
    expect((await readFile(join(folder, path))).equals(bytes)).toBe(true);
    expect((await stat(join(folder, path))).mode & 0o444).toBe(0o444);
  }
});

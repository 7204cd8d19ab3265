import { allowedTensorParallel, memoryNeed, smallestFit, usableMemory } from "../../infra/core/fit";
import { a100, LLAMA_70B, releaseFile } from "../support/releases";

const small = releaseFile().content;
const large = releaseFile({ architecture: LLAMA_70B, weightsGiB: 131.42 }).content;
const one = a100().a100x1!;

it("counts key-value memory as 2 x layers x heads x size x bytes for each token", () => {
  // Llama-3.1-8B in bf16: 131072 bytes a token.
  expect(memoryNeed(small, one).keyValues * 2 ** 30).toBe(131_072 * 8192);
  expect(memoryNeed(large, one).keyValues * 2 ** 30).toBe(327_680 * 8192);
});

it("halves it for an 8-bit cache and shares it between GPUs", () => {
  const bytes = memoryNeed(large, one).keyValues;
  expect(memoryNeed(large, { ...one, arguments: { "kv-cache-dtype": "fp8" } }).keyValues).toBe(bytes / 2);
  expect(memoryNeed(large, one, 4).keyValues).toBe(bytes / 4);
});

it("keeps one key-value head on each GPU when there are more GPUs than heads", () => {
  expect(memoryNeed(large, one, 16).keyValues).toBe(memoryNeed(large, one, 8).keyValues);
});

it("agrees with published starts of 70B in bf16: not on one 80 GB GPU, on two at 8k, not on two at 131k", () => {
  expect(smallestFit(large, one, 79.25, 8)).toBe(2);
  const long = { ...one, arguments: { "max-model-len": 131_072 } };
  expect(smallestFit(large, long, 79.25, 8)).toBe(4);
});

it("reads lengths as vLLM does: k is a thousand, K is 1024, auto is the model's own", () => {
  const tokens = (length: string | number) =>
    memoryNeed(small, { ...one, arguments: { "max-model-len": length } }).tokens;
  expect([4096, "4096", "4k", "4K", "1.5k", "auto", -1].map(tokens)).toEqual([
    4096, 4096, 4000, 4096, 1500, 8192, 8192,
  ]);
});

it("uses the share of a GPU that the release asks for", () => {
  expect(usableMemory(small, { ...one, arguments: { "gpu-memory-utilization": 0.5 } }, 80)).toBe(40);
  expect(usableMemory(small, one, 100)).toBeCloseTo(92);
});

it("counts weight files only, in every format", () => {
  const files = ["a.safetensors", "b.bin", "c.gguf", "tokenizer.json"].map((path) => ({
    path,
    bytes: 2 ** 30,
    sha256: "",
  }));
  expect(memoryNeed({ ...small, weights: { ...small.weights, files } }, one).weights).toBe(3);
});

it("lets only GPU counts share a model that divide its heads", () => {
  expect(allowedTensorParallel(large, 8)).toEqual([1, 2, 4, 8]);
  const odd = { ...small, architecture: { ...small.architecture, attentionHeads: 28, keyValueHeads: 4 } };
  expect(allowedTensorParallel(odd, 8)).toEqual([1, 2, 4]);
  expect(allowedTensorParallel({ ...odd, architecture: { ...odd.architecture, attentionHeads: 24 } }, 8)).toEqual([
    1, 2, 4, 8,
  ]);
});

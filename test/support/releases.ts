import { type ReleaseContent, ReleaseFile, releaseId } from "../../infra/core/release";

const GiB = 2 ** 30;
export const IMAGE = `registry.example.com/vllm@sha256:${"e".repeat(64)}`;
export const COMMIT = "3c1d".repeat(10);

type Architecture = ReleaseContent["architecture"];

export const LLAMA_8B: Architecture = {
  name: "LlamaForCausalLM",
  layers: 32,
  hiddenSize: 4096,
  attentionHeads: 32,
  keyValueHeads: 8,
  headDim: 128,
  vocabularySize: 128_256,
  maxPositions: 8192,
  dtype: "bfloat16",
};

export const LLAMA_70B: Architecture = { ...LLAMA_8B, layers: 80, hiddenSize: 8192, attentionHeads: 64 };

interface Given {
  source?: string;
  weightsGiB?: number;
  architecture?: Architecture;
  engine?: string;
  arguments?: ReleaseContent["arguments"];
  variants?: ReleaseContent["variants"];
}

export const a100 = (tensorParallel = 1): ReleaseContent["variants"] => ({
  [`a100x${tensorParallel}`]: { gpuClass: "a100-80gb", tensorParallel, image: IMAGE, arguments: {} },
});

/** A release file of an 8B model on one A100, but for what is given. */
export function releaseFile(given: Given = {}): ReleaseFile {
  const content: ReleaseContent = {
    weights: {
      source: given.source ?? `hf://org/model@${COMMIT}`,
      licence: "Apache-2.0",
      files: [{ path: "model.safetensors", bytes: Math.round((given.weightsGiB ?? 15) * GiB), sha256: "a".repeat(64) }],
    },
    architecture: given.architecture ?? LLAMA_8B,
    engine: { name: "vllm", version: given.engine ?? "0.32.0" },
    arguments: given.arguments ?? {},
    quantization: null,
    adapters: [],
    variants: given.variants ?? a100(),
  };
  return ReleaseFile.parse({ id: releaseId(content), content, pinned: { at: "2026-11-20T10:00:00Z", by: "test" } });
}

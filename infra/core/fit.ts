import type { EngineArguments, ReleaseContent, Variant } from "./release";

/**
 * Does one copy of a release start on these GPUs? Weights, one request of full length and the engine's own memory,
 * per GPU. A check against plain mistakes; the planner's estimate of throughput is not its work.
 */

const GiB = 2 ** 30;
const WEIGHT_FILE = /\.(safetensors|bin|pt|pth|gguf)$/;
/** vLLM 0.32 takes this share of a GPU unless told otherwise. */
const DEFAULT_UTILIZATION = 0.92;
/** CUDA context and communication buffers, measured on dense models. */
const NON_TORCH_GIB = 0.28;

export interface MemoryNeed {
  /** All in GiB on each GPU. */
  weights: number;
  keyValues: number;
  engine: number;
  total: number;
  /** Length of the longest request, in tokens. */
  tokens: number;
}

/** vLLM reads `16k` as 16,000 and `16K` as 16,384. */
const UNITS: Record<string, number> = { k: 1e3, m: 1e6, K: 2 ** 10, M: 2 ** 20 };

const numberOf = (value: EngineArguments[string] | undefined): number | undefined => {
  const [, digits, unit] = /^([\d.]+)([kmKM]?)$/.exec(String(value)) ?? [];
  const number = Number(digits) * (UNITS[unit ?? ""] ?? 1);
  return Number.isFinite(number) && number > 0 ? number : undefined;
};

const argumentsOf = (content: ReleaseContent, variant: Variant): EngineArguments => ({
  ...content.arguments,
  ...variant.arguments,
});

function keyValueBytes(flags: EngineArguments, dtype: string): number {
  const cache = String(flags["kv-cache-dtype"] ?? "auto");
  if (/^(fp8|int8)/.test(cache)) return 1;
  return cache === "auto" && /^(float32|float)$/.test(String(flags.dtype ?? dtype)) ? 4 : 2;
}

export function memoryNeed(content: ReleaseContent, variant: Variant, gpus = variant.tensorParallel): MemoryNeed {
  const { layers, keyValueHeads, headDim, hiddenSize, dtype, maxPositions } = content.architecture;
  const flags = argumentsOf(content, variant);
  const tokens = numberOf(flags["max-model-len"]) ?? maxPositions;
  const bytes = content.weights.files.filter((f) => WEIGHT_FILE.test(f.path)).reduce((sum, f) => sum + f.bytes, 0);
  const weights = bytes / GiB / gpus;
  const perToken = 2 * layers * headDim * keyValueBytes(flags, dtype);
  // Key-value heads are split over GPUs; with more GPUs than heads each keeps a copy of one.
  const keyValues = (perToken * Math.ceil(keyValueHeads / gpus) * tokens) / GiB;
  // Activations shrink with the GPUs, CUDA graphs do not.
  const engine = hiddenSize / 4096 / gpus + (0.55 * hiddenSize) / 4096 + NON_TORCH_GIB;
  return { weights, keyValues, engine, total: weights + keyValues + engine, tokens };
}

/** GiB of one GPU that vLLM will use for all of this. */
export const usableMemory = (content: ReleaseContent, variant: Variant, gpuMemoryGiB: number): number =>
  gpuMemoryGiB * (numberOf(argumentsOf(content, variant)["gpu-memory-utilization"]) ?? DEFAULT_UTILIZATION);

/** Numbers of GPUs that can share this model: attention heads must divide, key-value heads divide or be copied. */
export function allowedTensorParallel({ architecture }: ReleaseContent, upTo = 16): number[] {
  const { attentionHeads, keyValueHeads } = architecture;
  return Array.from({ length: upTo }, (_, i) => i + 1).filter(
    (n) => attentionHeads % n === 0 && (keyValueHeads % n === 0 || n % keyValueHeads === 0),
  );
}

/** The fewest GPUs of this size that the release fits on, if any number of them up to `gpus` is enough. */
export const smallestFit = (
  content: ReleaseContent,
  variant: Variant,
  gpuMemoryGiB: number,
  gpus: number,
): number | undefined =>
  allowedTensorParallel(content, gpus).find(
    (n) => memoryNeed(content, variant, n).total <= usableMemory(content, variant, gpuMemoryGiB),
  );

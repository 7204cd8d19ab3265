import type { Problem } from "../errors";
import type { Architecture, EngineArguments } from "../release";
import { maxModelLen } from "./flags";
import type { Gpu } from "./gpus";
import { headsAllow } from "./heads";

/** What a number of GPUs must do to share a model, where `gpus` does not; nothing when it can. */
export function splitRefusal(architecture: Architecture, gpus: number): string | undefined {
  const { attentionHeads, keyValueHeads, headDim, intermediateSize, experts, quantized, cache } = architecture;
  if (!headsAllow(architecture, gpus))
    return `it must divide ${attentionHeads} attention heads, and divide or be a multiple of ${keyValueHeads} key-value heads`;
  const group = quantized?.group;
  const latent = cache?.some(({ kind }) => kind === "latent") === true;
  const widths: [string, number | undefined][] = [
    ["feed-forward layers", intermediateSize],
    ["experts", experts?.intermediateSize],
    ["heads", group === undefined || latent ? undefined : attentionHeads * headDim],
  ];
  for (const [what, width] of widths) {
    if (width === undefined || gpus === 1) continue;
    const share = width / gpus;
    if (!Number.isInteger(share)) return `it must divide the ${width} values of the ${what}`;
    // A part of a group has no scale of its own (vLLM #13640: 29568 in groups of 128).
    if (group !== undefined && share % group !== 0)
      return `it must leave whole groups of ${group} on each GPU, and ${width} values of the ${what} / ${gpus} = ${share}`;
  }
  return undefined;
}

/** Numbers of GPUs that can share this model. */
export const allowedTensorParallel = (architecture: Architecture, upTo = 16): number[] =>
  Array.from({ length: upTo }, (_, i) => i + 1).filter((n) => splitRefusal(architecture, n) === undefined);

/** Compute capability with which a GPU multiplies in a format itself (vLLM 0.32, platforms/cuda.py and its kernels). */
export const NATIVE = { int8: 7.5, fp8: 8.9, fp4: 10.0 } as const;

/** What a GPU lacks for a model's format: it runs with its weights unpacked at every use, no faster than 16 bits. */
export function weightsOnly({ quantized }: Architecture, gpu: Gpu): string | undefined {
  const format = quantized?.computes;
  return format === undefined || gpu.computeCapability >= NATIVE[format]
    ? undefined
    : `no ${format} arithmetic below compute capability ${NATIVE[format].toFixed(1)}: weights only, in 16 bits at every use`;
}

/** A length that vLLM refuses: beyond what the model was made for, and its positions are not scaled by hand. */
export function lengthRefusal(flags: EngineArguments, architecture: Architecture): string | undefined {
  const tokens = maxModelLen(flags, architecture);
  return tokens > architecture.maxPositions && flags["hf-overrides"] === undefined
    ? `at most ${architecture.maxPositions} tokens, which the model was made for`
    : undefined;
}

/** An 8-bit cache that the GPU cannot read (vLLM 0.32, v1/attention/backends/triton_attn.py). */
export function cacheRefusal(flags: EngineArguments, gpu: Gpu): Pick<Problem, "given" | "allowed" | "fix"> | undefined {
  const cache = String(flags["kv-cache-dtype"] ?? "auto");
  return cache.startsWith("fp8") && gpu.computeCapability < NATIVE.fp8
    ? {
        given: `kv-cache-dtype ${cache} on compute capability ${gpu.computeCapability.toFixed(1)}`,
        allowed: "an fp8 cache from compute capability 8.9 on",
        fix: "leave kv-cache-dtype out, or use an L4, L40S, H100 or H200",
      }
    : undefined;
}

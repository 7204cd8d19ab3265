import { compareMinors, engineFlags, minorOf } from "../engine/flags";
import type { Architecture, EngineArguments } from "../release";
import { dtypeBytes } from "./parameters";

/** What of the engine's arguments decides about memory, with vLLM's own defaults. */

/** vLLM reads `16k` as 16,000 and `16K` as 16,384. */
const UNITS: Record<string, number> = { k: 1e3, m: 1e6, g: 1e9, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 };

function numberOf(value: EngineArguments[string] | undefined): number | undefined {
  const [, digits, unit] = /^([\d.]+)([kmgKMG]?)$/.exec(String(value)) ?? [];
  const number = Number(digits) * (UNITS[unit ?? ""] ?? 1);
  return Number.isFinite(number) && number > 0 ? number : undefined;
}

/** Its default before 0.31, the oldest version whose flags are recorded. */
const OLD_UTILIZATION = 0.9;

/** Longest request in tokens; the model's own where nothing is said. */
export const maxModelLen = (flags: EngineArguments, architecture: Architecture): number =>
  Math.floor(numberOf(flags["max-model-len"]) ?? architecture.maxPositions);

/** Whether vLLM takes the longest request that there is room for (vLLM 0.32, _auto_fit_max_model_len). */
export const fitsItsLength = (flags: EngineArguments): boolean =>
  ["auto", "-1"].includes(String(flags["max-model-len"]));

/** Share of each GPU that vLLM takes. */
export function utilization(flags: EngineArguments, version: string): number {
  const recorded = engineFlags(version)?.flags["gpu-memory-utilization"]?.default;
  const fallback = compareMinors(minorOf(version), "0.31") < 0 ? OLD_UTILIZATION : 0.92;
  return numberOf(flags["gpu-memory-utilization"]) ?? (typeof recorded === "number" ? recorded : fallback);
}

/** Bytes of one value in the cache. */
export function cacheBytes(flags: EngineArguments): number {
  const cache = String(flags["kv-cache-dtype"] ?? "auto");
  if (/^(fp8|int8)/.test(cache)) return 1;
  if (cache !== "auto") return dtypeBytes(cache);
  const dtype = String(flags.dtype ?? "auto");
  // `auto` makes 16 bits of a 32-bit model.
  return dtype === "auto" ? 2 : dtypeBytes(dtype);
}

/** While one step runs the next is scheduled (vLLM 0.32, config/vllm.py max_in_flight_tokens); older ones need less. */
const STEPS_IN_FLIGHT = 2;

/**
 * What one step may hold (vLLM 0.32, engine/arg_utils.py get_batch_defaults): GPUs of 70 GiB and more take more requests
 * and longer steps, the A100 does not. Before 0.8 all of them had 256.
 */
export function stepLimits(
  flags: EngineArguments,
  version: string,
  gpu: { memoryGiB: number; gpuClass: string },
): { requests: number; batchedTokens: number; inFlightTokens: number } {
  const large = gpu.memoryGiB >= 70 && !gpu.gpuClass.includes("a100") && compareMinors(minorOf(version), "0.8") >= 0;
  const tokens = large ? (gpu.memoryGiB >= 160 ? 16_384 : 8192) : 2048;
  const requests = numberOf(flags["max-num-seqs"]) ?? (large ? 1024 : 256);
  const batchedTokens = numberOf(flags["max-num-batched-tokens"]) ?? Math.max(tokens, requests);
  return { requests, batchedTokens, inFlightTokens: STEPS_IN_FLIGHT * batchedTokens };
}

/** Flags whose memory is not counted here, by what they do to it. */
const UNCOUNTED = {
  more: ["speculative-config", "enable-lora"],
  less: [
    "cpu-offload-gb",
    "pipeline-parallel-size",
    "decode-context-parallel-size",
    "kv-cache-memory-bytes",
    "num-gpu-blocks-override",
  ],
} as const;

/** Of the flags that are set, those that make it need more or less than is counted. */
export function uncounted(flags: EngineArguments): { more: string[]; less: string[] } {
  const set = (flag: string) => flags[flag] !== undefined && flags[flag] !== false && flags[flag] !== 0;
  return { more: UNCOUNTED.more.filter(set), less: UNCOUNTED.less.filter(set) };
}

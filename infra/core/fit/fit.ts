import type { Architecture, EngineArguments, ReleaseContent, Variant } from "../release";
import { blockPlan } from "./blocks";
import { growthPerToken, longestRequest, requestBytes } from "./cache";
import { type EngineMemory, engineMemory } from "./engine-memory";
import { cacheBytes, fitsItsLength, maxModelLen, stepLimits, utilization } from "./flags";
import { GPUS } from "./gpus";
import { NATIVE } from "./legality";
import { dtypeBytes } from "./parameters";
import { loadedBytes, storedBytes } from "./weights";

/**
 * Does one copy of a model start on these GPUs, and how much room is left? As vLLM decides it: its share of the GPU less
 * weights and engine is the pool; it starts when the pool holds one request of full length. The one truth of preview,
 * pin and `homeport fit`.
 */

const GiB = 2 ** 30;

/** What is to run: a model with its weights, and how. */
export interface FitQuestion {
  architecture: Architecture;
  /** Method, as the release has it. */
  quantization: string | null;
  /** Bytes of the tensors in the files, all GPUs together. */
  storedBytes: number;
  engineVersion: string;
  flags: EngineArguments;
}

/** Where it is to run. */
export interface FitPlace {
  gpuClass: string;
  /** What an engine can allocate of one GPU. */
  memoryGiB: number;
  /** GPUs that share one copy. */
  gpus: number;
}

/** All memory in GiB on each GPU. */
export interface Fit {
  usableGiB: number;
  weightsGiB: number;
  engine: EngineMemory;
  /** Room for keys and values: what to expect, and what to count on. Below 0 the engine does not even load. */
  pool: { expectedGiB: number; sureGiB: number };
  /** Of one request of full length while its prompt is read: what vLLM demands before it starts. */
  requestGiB: number;
  /** That length. */
  tokens: number;
  /** The longest request that it would start with, at most the model's own length. */
  maxTokens: number;
  /** Bytes of each further token of a long request. */
  bytesPerToken: number;
  /** Blocks of the expected pool times their size, as `vllm:cache_config_info` has them: not tokens where layers differ. */
  cacheTokens: number;
  /** Counted on, with the cautious pool: never said of an engine that then does not start. */
  starts: boolean;
  /** Room beyond one request of full length; what is missing where negative. */
  leftGiB: number;
  /** Requests of so many tokens that answer at once, never more than the engine takes. */
  concurrency(tokens: number): number;
}

export function fitOn(question: FitQuestion, place: FitPlace): Fit {
  const { architecture, flags, engineVersion } = question;
  const { gpus } = place;
  const limits = stepLimits(flags, engineVersion, place);
  const elementBytes = cacheBytes(flags);
  const graphs = flags["enforce-eager"] !== true;
  const stored = question.storedBytes * widened(question);
  const weightsGiB = loadedBytes(architecture, question.quantization, stored, gpus) / GiB;
  const gpu = GPUS[place.gpuClass];
  const unpacks = question.quantization === "mxfp4" && !((gpu?.computeCapability ?? 0) >= NATIVE.fp4);
  const linked = gpu?.nvLink === true;
  const engine = engineMemory(architecture, { version: engineVersion, gpus, ...limits, graphs, linked, unpacks });
  const usableGiB = place.memoryGiB * utilization(flags, engineVersion);
  const pool = {
    expectedGiB: usableGiB - weightsGiB - engine.expectedGiB,
    sureGiB: usableGiB - weightsGiB - engine.cautiousGiB,
  };
  const answering = { elementBytes, gpus, keepsPrefixes: flags["enable-prefix-caching"] !== false };
  const plan = blockPlan(architecture, answering);
  const reading = { ...answering, inFlightTokens: limits.inFlightTokens };
  const sureBytes = Math.max(0, pool.sureGiB) * GiB;
  const maxTokens = longestRequest(architecture, sureBytes, architecture.maxPositions, reading);
  const tokens = fitsItsLength(flags) ? Math.max(1, maxTokens) : maxModelLen(flags, architecture);
  const requestGiB = requestBytes(architecture, tokens, reading) / GiB;
  return {
    usableGiB,
    weightsGiB,
    engine,
    pool,
    requestGiB,
    tokens,
    maxTokens,
    bytesPerToken: growthPerToken(architecture, answering),
    cacheTokens: Math.floor((Math.max(0, pool.expectedGiB) * GiB) / plan.blockBytes) * plan.blockTokens,
    starts: pool.sureGiB >= requestGiB,
    leftGiB: pool.sureGiB - requestGiB,
    concurrency: (length) =>
      Math.min(limits.requests, Math.floor(sureBytes / requestBytes(architecture, length, answering))),
  };
}

/** How much larger weights become that are loaded in a wider dtype than they are stored in. */
function widened({ architecture, quantization, flags }: FitQuestion): number {
  const dtype = String(flags.dtype ?? "auto");
  return dtype === "auto" || quantization !== null
    ? 1
    : Math.max(1, dtypeBytes(dtype) / dtypeBytes(architecture.dtype));
}

/** The question that a release asks when one of its variants runs. */
export const releaseQuestion = (content: ReleaseContent, variant: Pick<Variant, "arguments">): FitQuestion => ({
  architecture: content.architecture,
  quantization: content.quantization,
  storedBytes: storedBytes(content),
  engineVersion: content.engine.version,
  flags: { ...content.arguments, ...variant.arguments },
});

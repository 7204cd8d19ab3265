import { compareMinors, minorOf } from "../engine/flags";
import type { Architecture } from "../release";
import { hasExperts } from "./families";

/**
 * What vLLM keeps on each GPU beside weights and cache: the CUDA context and communication buffers, what one step
 * computes with, and captured graphs. In GiB. Two values: what to expect, and what to count on before saying "fits".
 *
 * Constants (2026-11-22):
 * - NON_TORCH, HIDDEN, GRAPHS: ridgepoint 0.1.2, four models on A100-80 with vLLM 0.28.0, 2026-09-07. Its formula counts
 *   graphs on top of an activation that already holds vLLM's own estimate of them, so it is 0.6 to 1.1 GiB too high:
 *   good as the cautious value, not as the expected one.
 * - SAMPLER: bytes for each logit of `max-num-seqs` requests in vLLM's dummy run, which is where its memory peaks. 14 =
 *   16-bit logits, 32-bit logits, probabilities, noise (v1/sample/ops/topk_topp_sampler.py of 0.32); the four rows of
 *   ridgepoint agree within 0.6 % of the pool. 32 = it sorted all logits before (gpt-oss-120b: vLLM #23278, 7.4 GiB beside
 *   the weights of 0.10; Llama-3-8B: vLLM #10511, 1.26 GiB at 256 requests). Nobody has published a start of a current
 *   version with more than 256 requests, so the cautious value sorts those.
 * - LINKED: buffers of NCCL between four GPUs and more on NVLink, beside NON_TORCH: one number for the only two starts
 *   that were found, which it meets within 1 % and which had 5 and 18 % less pool than was said without it: DeepSeek-
 *   Coder-V2-Lite on 8 x A100-40 of a p4d.24xlarge (vLLM 0.7.1: 2.10 GiB outside Torch), Qwen3-235B-FP8 on 4 x H100 (vLLM
 *   #21348). None was found of two GPUs on NVLink; over PCIe two have none (vLLM #15815), nor have sixteen (vLLM #14447).
 */
const NON_TORCH = { dense: 0.28, experts: 0.7 };
const LINKED = { gpus: 4, gib: 1.5, cautiousPairGib: 0.75 };
/** Lambda's 64 starts with 0.5.4 had none of it. */
const LINKED_SINCE = "0.6";
const HIDDEN = 1 / 4096;
const GRAPHS = 0.55 / 4096;
const SAMPLER = { bytes: 14, sortedBytes: 32, measuredRequests: 256 };
/** Of two published starts of gpt-oss-120b on an H100 one lies above this formula (vLLM #23278), one 0.6 GiB below (#27508). */
const UNPACKED_GIB = 1;
const GiB = 2 ** 30;

/** Since this version vLLM takes graphs out of its share of the GPU, and samples without sorting. */
const GRAPHS_COUNTED_SINCE = "0.21";

export interface EngineSettings {
  /** vLLM, `0.32.0`. */
  version: string;
  /** GPUs that share one copy of the weights. */
  gpus: number;
  /** Requests that one step may hold (`max-num-seqs`). */
  requests: number;
  /** Tokens that one step may compute (`max-num-batched-tokens`). */
  batchedTokens: number;
  /** Eager engines capture none. */
  graphs: boolean;
  /** They are linked by NVLink. */
  linked: boolean;
  /** MXFP4 on a GPU that cannot multiply in it. */
  unpacks: boolean;
}

export interface EngineMemory {
  expectedGiB: number;
  /** Never below the expected one. */
  cautiousGiB: number;
  /** Of both: buffers between GPUs. */
  linkGiB: { expected: number; cautious: number };
}

export function engineMemory(architecture: Architecture, settings: EngineSettings): EngineMemory {
  const { hiddenSize } = architecture;
  const { gpus, requests } = settings;
  const current = compareMinors(minorOf(settings.version), GRAPHS_COUNTED_SINCE) >= 0;
  const nonTorch = hasExperts(architecture) ? NON_TORCH.experts : NON_TORCH.dense;
  const graphs = settings.graphs && current ? GRAPHS * hiddenSize : 0;
  const forward = (settings.batchedTokens * bytesOfOneToken(architecture, gpus)) / GiB;
  // Every GPU samples from the whole vocabulary.
  const logits = (bytes: number, count: number) => (bytes * count * architecture.vocabularySize) / GiB;
  const { bytes, sortedBytes, measuredRequests } = SAMPLER;
  const known = Math.min(requests, measuredRequests);
  const sampler = logits(current ? bytes : sortedBytes, requests);
  const cautiousSampler = current ? logits(bytes, known) + logits(sortedBytes, requests - known) : sampler;
  const base = nonTorch + forward + graphs + rotaryTables(architecture);
  const linkGiB = buffersBetween(settings);
  return {
    expectedGiB: base + sampler + linkGiB.expected,
    cautiousGiB:
      Math.max(base + cautiousSampler, nonTorch + graphs + (HIDDEN * hiddenSize) / gpus) +
      linkGiB.cautious +
      (settings.unpacks ? UNPACKED_GIB : 0),
    linkGiB,
  };
}

function buffersBetween({ gpus, linked, version }: EngineSettings): EngineMemory["linkGiB"] {
  if (!linked || gpus === 1 || compareMinors(minorOf(version), LINKED_SINCE) < 0) return { expected: 0, cautious: 0 };
  return gpus >= LINKED.gpus
    ? { expected: LINKED.gib, cautious: LINKED.gib }
    : { expected: 0, cautious: LINKED.cautiousPairGib };
}

/** Sines and cosines of every position that the model was made for: 2.5 GiB of Llama 4's ten million (rotary_embedding.py). */
function rotaryTables({ cache, headDim, maxPositions }: Architecture): number {
  const widths = (cache ?? [{ kind: "full" as const, headDim }]).flatMap((group) =>
    group.kind === "full" || group.kind === "sliding" ? [group.headDim] : [],
  );
  const sum = [...new Set(widths)].reduce((a, b) => a + b, 0);
  return (2 * maxPositions * sum) / GiB;
}

/**
 * What one token needs in 16 bits where a layer is widest: gate, up and their product on each GPU's share; with experts, a
 * copy of the hidden state into and out of each that it passes. 4 times the hidden size where a release names no width.
 */
function bytesOfOneToken({ hiddenSize, intermediateSize, experts }: Architecture, gpus: number): number {
  const dense = (6 * (intermediateSize ?? 4 * hiddenSize)) / gpus;
  if (experts === undefined) return dense;
  return Math.max(dense, experts.perToken * ((6 * experts.intermediateSize) / gpus + 4 * hiddenSize));
}

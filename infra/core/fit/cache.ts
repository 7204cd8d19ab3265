import type { Architecture } from "../release";

/**
 * Memory that a request holds while it runs: keys and values of its tokens, and the state of layers that keep no tokens.
 * As vLLM 0.32 lays it out (v1/kv_cache_interface.py): blocks of 16 tokens, taken for a whole group of layers.
 */

/** Layers that remember in the same way. Sizes are of the whole model, before tensor parallelism. */
export type CacheGroup = NonNullable<Architecture["cache"]>[number];

/** Tokens of one block on a GPU. */
const BLOCK = 16;

/** The groups of a model; one that says nothing of them keeps keys and values of every token in every layer. */
const cacheGroups = ({ cache, layers, keyValueHeads, headDim }: Architecture): readonly CacheGroup[] =>
  cache ?? [{ kind: "full", layers, keyValueHeads, headDim }];

/** Bytes of one token in one layer of a group on one of `gpus`; 0 for layers that keep no tokens. */
function tokenBytes(group: CacheGroup, elementBytes: number, gpus: number): number {
  switch (group.kind) {
    case "full":
    case "sliding":
      // Key-value heads are split over GPUs; with more GPUs than heads each keeps a copy of one.
      return 2 * Math.ceil(group.keyValueHeads / gpus) * group.headDim * elementBytes;
    case "latent":
      // One compressed vector for all heads: nothing to split, every GPU keeps all of it (vLLM #51454).
      return group.width * elementBytes;
    case "state":
      return 0;
  }
}

const inBlocks = (tokens: number, block: number): number => Math.ceil(tokens / block) * block;

export interface CacheQuestion {
  elementBytes: number;
  gpus: number;
  /** Tokens that one step computes at most: a window's layers hold them beside the window while a prompt is read. */
  batchedTokens?: number;
}

/**
 * Bytes on each GPU for one request of `tokens` tokens. With `batchedTokens`: while its prompt is read, which is what
 * vLLM demands of a pool before it starts; without: while it answers.
 */
export function requestBytes(
  architecture: Architecture,
  tokens: number,
  { elementBytes, gpus, batchedTokens = 0 }: CacheQuestion,
): number {
  const groups = cacheGroups(architecture);
  const largestState = Math.max(0, ...groups.map((g) => (g.kind === "state" ? g.bytes / gpus : 0)));
  const perToken = Math.min(...groups.filter((g) => g.kind !== "state").map((g) => tokenBytes(g, elementBytes, gpus)));
  // Where states share the pool, a block of tokens is made as large as a state.
  const block = Math.max(BLOCK, inBlocks(largestState / perToken, BLOCK));
  const bytes = groups.map((group) => {
    if (group.kind === "state") return group.layers * block * perToken;
    const held =
      group.kind === "sliding" && group.window - 1 + batchedTokens < tokens
        ? // One block more, as a window may begin in the middle of one.
          inBlocks(group.window - 1 + batchedTokens, block) + block
        : inBlocks(tokens, block);
    return group.layers * Math.min(held, inBlocks(tokens, block)) * tokenBytes(group, elementBytes, gpus);
  });
  return bytes.reduce((sum, b) => sum + b, 0);
}

/** Bytes that each further token of a long request takes on each GPU. */
export const growthPerToken = (architecture: Architecture, elementBytes: number, gpus: number): number =>
  cacheGroups(architecture)
    .filter(({ kind }) => kind !== "sliding")
    .reduce((sum, group) => sum + group.layers * tokenBytes(group, elementBytes, gpus), 0);

/** The longest request that a pool of `bytes` holds, at most `limit` tokens. */
export function longestRequest(
  architecture: Architecture,
  bytes: number,
  limit: number,
  question: CacheQuestion,
): number {
  let [low, high] = [0, limit];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (requestBytes(architecture, middle, question) <= bytes) low = middle;
    else high = middle - 1;
  }
  return low;
}

import type { Architecture } from "../release";

/**
 * How vLLM 0.32 cuts its pool into blocks (v1/core/kv_cache_utils.py get_kv_cache_groups, platforms/interface.py
 * _align_hybrid_block_size): every block is of one size, and a request takes whole blocks for each table of layers.
 */

/** Layers that remember in the same way. Sizes are of the whole model, before tensor parallelism. */
export type CacheGroup = NonNullable<Architecture["cache"]>[number];

export interface CacheDtype {
  /** Bytes of one value. */
  elementBytes: number;
  /** GPUs that share one copy. */
  gpus: number;
}

/** Layers that share a list of blocks. */
interface Table {
  group: CacheGroup;
  /** Lists of blocks that one request has for these layers: more layers than a block holds need several. */
  lists: number;
  /** Tokens that one block holds. */
  tokens: number;
}

export interface BlockPlan {
  /** Of one block on each GPU. */
  blockBytes: number;
  /** What vLLM calls its block size: tokens of the layers with the largest page. */
  blockTokens: number;
  tables: readonly Table[];
}

/** Tokens of one block. The kernels of latent attention read 64 at once. */
const BLOCK = { plain: 16, latent: 64 };
/** One token of sparse latent attention in 8 bits (`fp8_ds_mla`): more than its values, for some stay in 16 bits. */
const SPARSE_FP8_BYTES = 656;
/** Layers are padded to the more frequent kind where it has fewer than so many times those of the rarer one. */
const PADS_BELOW = 1.5;

/** The groups of a model; one that says nothing of them keeps keys and values of every token in every layer. */
const cacheGroups = ({ cache, layers, keyValueHeads, headDim }: Architecture): readonly CacheGroup[] =>
  cache ?? [{ kind: "full", layers, keyValueHeads, headDim }];

/** Bytes of one token in one layer of a group on each GPU; 0 for layers that keep no tokens. */
function tokenBytes(group: CacheGroup, { elementBytes, gpus }: CacheDtype, sparse: boolean): number {
  switch (group.kind) {
    case "full":
    case "sliding": {
      // Key-value heads are split over GPUs; with more GPUs than heads each keeps a copy of one.
      const values = group.headDim + (group.valueDim ?? group.headDim);
      return Math.ceil(group.keyValueHeads / gpus) * values * elementBytes;
    }
    case "latent":
      // One compressed vector for all heads: nothing to split, every GPU keeps all of it (vLLM #51454).
      return sparse && elementBytes === 1 ? SPARSE_FP8_BYTES : group.width * elementBytes;
    case "index":
      return group.bytes;
    case "state":
      return 0;
  }
}

const upTo = (size: number, step: number): number => Math.ceil(size / step) * step;
const keepsAll = ({ kind }: CacheGroup): boolean => kind === "full" || kind === "latent" || kind === "index";

export function blockPlan(architecture: Architecture, dtype: CacheDtype): BlockPlan {
  const groups = cacheGroups(architecture);
  const sparse = groups.some(({ kind }) => kind === "index");
  const sizes = new Map(groups.map((group) => [group, tokenBytes(group, dtype, sparse)]));
  const base = groups.some(({ kind }) => kind === "latent") ? BLOCK.latent : BLOCK.plain;
  if (groups.length === 1 || groups.every(keepsAll)) {
    // All layers need the same tokens: one list of blocks for all of them.
    const perToken = groups.reduce((sum, group) => sum + group.layers * sizes.get(group)!, 0);
    return { blockBytes: base * perToken, blockTokens: base, tables: [{ group: groups[0]!, lists: 1, tokens: base }] };
  }
  const states = groups.map((group) => (group.kind === "state" ? group.bytes / dtype.gpus : 0));
  const perToken = Math.max(...sizes.values());
  // Where states share the pool, a block of tokens is made as large as a state.
  const tokens = Math.max(base, upTo(Math.max(...states) / perToken, base));
  const page = tokens * perToken;
  const layers = groups.map((group) => group.layers);
  const [fewest, most] = [Math.min(...layers), Math.max(...layers)];
  const held = most < PADS_BELOW * fewest ? most : fewest;
  const tables = groups.map((group) => {
    const times = perToken / sizes.get(group)!;
    // A smaller page holds more tokens, or is padded where it does not divide the largest.
    return {
      group,
      lists: Math.ceil(group.layers / held),
      tokens: group.kind !== "state" && Number.isInteger(times) ? tokens * times : tokens,
    };
  });
  return { blockBytes: held * page, blockTokens: tokens, tables };
}

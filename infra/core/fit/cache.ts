import type { Architecture } from "../release";
import { type BlockPlan, blockPlan, type CacheDtype } from "./blocks";

/** Memory that a request holds while it runs: keys and values of its tokens, and the state of layers that keep no tokens. */

export interface CacheQuestion extends CacheDtype {
  /** It keeps what requests have in common (`enable-prefix-caching`, vLLM's default). */
  keepsPrefixes?: boolean;
  /** Tokens of steps that are under way: a window's layers hold them beside the window while a prompt is read. */
  inFlightTokens?: number;
}

/** States of one request in a layer (vLLM 0.32, MambaSpec): with prefixes kept, the one before too. */
const STATES = { plain: 1, withPrefixes: 2 };
/** The pool keeps one block to itself. */
const NULL_BLOCK = 1;

/**
 * Bytes on each GPU for one request of `tokens` tokens. With `inFlightTokens`: while its prompt is read, which is what
 * vLLM demands of a pool before it starts; without: while it answers.
 */
export function requestBytes(architecture: Architecture, tokens: number, question: CacheQuestion): number {
  const plan = blockPlan(architecture, question);
  const own = question.inFlightTokens === undefined ? 0 : NULL_BLOCK;
  return (blocksOf(plan, tokens, question) + own) * plan.blockBytes;
}

function blocksOf({ tables }: BlockPlan, length: number, { keepsPrefixes, inFlightTokens = 0 }: CacheQuestion): number {
  return tables.reduce((sum, { group, lists, tokens }) => {
    if (group.kind === "state")
      return sum + lists * (keepsPrefixes === false ? STATES.plain : STATES.withPrefixes + (group.checkpoints ?? 0));
    if (group.kind !== "sliding") return sum + lists * Math.ceil(length / tokens);
    const held = Math.min(group.window - 1 + inFlightTokens, length);
    // One block more, as a window may begin in the middle of one.
    return sum + lists * (Math.ceil(held / tokens) + 1);
  }, 0);
}

/** Bytes that each further token of a long request takes on each GPU. */
export function growthPerToken(architecture: Architecture, dtype: CacheDtype): number {
  const { blockBytes, tables } = blockPlan(architecture, dtype);
  return tables
    .filter(({ group }) => group.kind !== "sliding" && group.kind !== "state")
    .reduce((sum, { lists, tokens }) => sum + (lists * blockBytes) / tokens, 0);
}

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

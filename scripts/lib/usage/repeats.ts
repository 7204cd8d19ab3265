import { hash } from "node:crypto";
import type { Observation } from "./observation";

/** Bits of what is remembered of requests: 32 MiB, of which the system gives what is touched. */
const BITS = 2 ** 28;
const HASHES = 7;
/** Beyond so many requests more than one in 2,000 new ones would be taken for a repeat, so nothing is looked for any more. */
const MOST_REQUESTS = 15e6;
/** Rows of exports that are remembered word for word. */
const MOST_ROWS = 1e6;

/**
 * Finds what stands in the logs more than once: `kubectl logs --since` and exports of overlapping times do that. A request
 * is the same by its id, moment and tokens, for ids alone can be chosen by clients; a row of an export, which has no id, where
 * another file has it word for word. A Bloom filter: memory stays the same, and up to 15M requests fewer than one in 2,000
 * new ones is taken for a repeat by mistake.
 */
export class Repeats {
  private readonly bits = new Uint8Array(BITS / 8);
  private requests = 0;
  private readonly rows = new Map<string, string>();

  /** Whether there were more requests than can be told apart. */
  get isFull(): boolean {
    return this.requests > MOST_REQUESTS;
  }

  has(seen: Observation, file: string): boolean {
    if (seen.spanMs > 0) return this.hasRow(seen, file);
    if (seen.id === undefined || this.isFull) return false;
    return this.hasRequest(`${seen.id} ${seen.atMs} ${seen.inputTokens} ${seen.outputTokens}`);
  }

  private hasRow(seen: Observation, file: string): boolean {
    // A metric of zero looks like any other that is zero then.
    if ((seen.requests ?? 0) + seen.inputTokens + seen.outputTokens === 0) return false;
    const row = JSON.stringify(seen);
    const first = this.rows.get(row);
    if (first === undefined && this.rows.size < MOST_ROWS) this.rows.set(row, file);
    return first !== undefined && first !== file;
  }

  private hasRequest(key: string): boolean {
    const [one, other] = hashes(key);
    let known = true;
    for (let i = 0; i < HASHES; i++) {
      const bit = (one + i * other) % BITS;
      const mask = 1 << (bit & 7);
      const byte = this.bits[bit >>> 3] ?? 0;
      if ((byte & mask) === 0) {
        known = false;
        this.bits[bit >>> 3] = byte | mask;
      }
    }
    if (!known) this.requests++;
    return known;
  }
}

/** Two hashes of 32 bits; the second odd, so that its multiples reach every bit. */
function hashes(text: string): [number, number] {
  const digest = hash("sha1", text, "buffer");
  return [digest.readUInt32LE(0), (digest.readUInt32LE(4) | 1) >>> 0];
}

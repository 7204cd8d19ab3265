import { createHash } from "node:crypto";

/**
 * Seeded uniform numbers in [-bound, bound), the same bits on every machine: xoshiro128** over integers, then one
 * IEEE multiplication. No Math.log or Math.cos, whose last bit may differ between JavaScript engines.
 */
export function uniformFloats(name: string, count: number, bound: number): Float32Array {
  const next = xoshiro128(createHash("sha256").update(name).digest());
  const out = new Float32Array(count);
  for (let i = 0; i < count; i++) out[i] = ((next() >>> 8) / 2 ** 23 - 1) * bound;
  return out;
}

function xoshiro128(seed: Buffer): () => number {
  let [a, b, c, d] = [seed.readUInt32LE(0), seed.readUInt32LE(4), seed.readUInt32LE(8), seed.readUInt32LE(12)];
  const rotate = (x: number, by: number): number => (x << by) | (x >>> (32 - by));
  return () => {
    const result = Math.imul(rotate(Math.imul(b, 5), 7), 9);
    const t = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = rotate(d, 11);
    return result >>> 0;
  };
}

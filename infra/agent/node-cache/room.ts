import { lstat, stat, statfs } from "node:fs/promises";
import { join } from "node:path";
import { type CacheFolder, filesBelow } from "./cache-folder";
import { DISK_FULL, WeightsRefused } from "./failure";

/** Left free on the disk, so that markers and the partial file of a neighbour still fit. */
const SPARE_BYTES = 16 * 1024 * 1024;

export interface Room {
  /** Ids that are never evicted. */
  wanted: ReadonlySet<string>;
  /** Most bytes of weights on this node. */
  maxBytes: number;
  onEvicted: (id: string, bytes: number) => void;
}

/**
 * Evicts unwanted releases, oldest first, until `bytes` more fit below the limit and on the disk.
 * Throws WeightsRefused when they do not fit even then.
 */
export async function makeRoom(id: string, bytes: number, cache: CacheFolder, room: Room): Promise<void> {
  const unwanted = [...new Set([...(await cache.held()), ...(await cache.partials())])]
    .map((hex) => `sha256:${hex}`)
    .filter((other) => !room.wanted.has(other) && other !== id);
  const aged = await Promise.all(unwanted.map(async (other) => ({ other, age: await ageOf(cache, other) })));
  aged.sort((a, b) => a.age - b.age);

  for (;;) {
    const lacking = await shortage(id, bytes, cache, room);
    if (lacking === undefined) return;
    const oldest = aged.shift();
    if (oldest === undefined) throw lacking;
    room.onEvicted(oldest.other, await bytesOf(cache, oldest.other));
    await cache.drop(oldest.other);
  }
}

async function shortage(
  id: string,
  bytes: number,
  cache: CacheFolder,
  room: Room,
): Promise<WeightsRefused | undefined> {
  let held = 0;
  for (const hex of await cache.held()) if (`sha256:${hex}` !== id) held += await bytesOf(cache, `sha256:${hex}`);
  const own = await bytesOf(cache, id);
  if (held + bytes > room.maxBytes)
    return new WeightsRefused({
      file: "all files",
      expected: `at most ${room.maxBytes} bytes of weights on this node (weights.cacheGiB)`,
      found: `${bytes} bytes here and ${held} of other wanted releases`,
    });
  const { bavail, bsize } = await statfs(cache.root);
  const free = bavail * bsize;
  const missing = bytes - own + SPARE_BYTES;
  if (bytes > own && missing > free)
    return new WeightsRefused({
      file: "all files",
      expected: `${missing} bytes free on the node's disk`,
      found: `${DISK_FULL}, ${free} bytes free`,
    });
  return undefined;
}

/** Bytes of a release on the disk, finished and partial. */
async function bytesOf(cache: CacheFolder, id: string): Promise<number> {
  let bytes = 0;
  for (const folder of [cache.release(id), cache.partial(id)])
    for (const path of await filesBelow(folder))
      bytes += await lstat(join(folder, path)).then(
        ({ size }) => size,
        () => 0,
      );
  return bytes;
}

/** When the release came to this node, in ms; 0 for the remains of one that never got finished. */
const ageOf = (cache: CacheFolder, id: string): Promise<number> =>
  stat(cache.release(id)).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  );

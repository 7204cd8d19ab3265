import { createHash, type Hash } from "node:crypto";
import { type FileHandle, mkdir, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { WeightFile } from "../../core/release";
import { DISK_FULL, isErrno, StoreUnavailable, WeightsRefused } from "./failure";
import { type RetryPolicy, waitMs } from "./retry";
import type { WeightsStore } from "./store";

export interface Transfer {
  store: WeightsStore;
  retry: RetryPolicy;
  signal: AbortSignal;
  count: { fetchedBytes: number; retries: number };
}

interface Places {
  key: string;
  /** Bytes so far; only ever appended to, so that its length says where to go on. */
  part: string;
  /** The name under which it may be used: it exists only with the right content. */
  final: string;
}

const ENOUGH_PROGRESS = 1_000_000;

/**
 * Fetches one file, going on where an earlier try or an earlier process stopped, and gives it its name when its
 * SHA-256 is right. Throws WeightsRefused when the content is wrong, StoreUnavailable when the tries are used up.
 */
export async function download(
  file: WeightFile,
  places: Places,
  transfer: Transfer,
  settle: (f: FileHandle) => Promise<void>,
) {
  await mkdir(dirname(places.part), { recursive: true });
  for (;;) {
    const handle = await open(places.part, "a+");
    try {
      const { resumed, sha256 } = await complete(file, places.key, handle, transfer);
      if (sha256 === file.sha256) {
        await settle(handle);
        await handle.sync();
        await mkdir(dirname(places.final), { recursive: true });
        await rename(places.part, places.final);
        return;
      }
      await rm(places.part, { force: true });
      // What lay on the disk may have been damaged by a crash: the bucket is judged by a whole download only.
      if (!resumed)
        throw new WeightsRefused({ file: file.path, expected: `sha256:${file.sha256}`, found: `sha256:${sha256}` });
    } finally {
      await handle.close();
    }
  }
}

async function complete(file: WeightFile, key: string, handle: FileHandle, transfer: Transfer) {
  let { size } = await handle.stat();
  if (size > file.bytes) {
    await handle.truncate(0);
    size = 0;
  }
  const state = { hash: await hashOf(handle, size), have: size };
  let attempts = 0;
  while (state.have < file.bytes) {
    const before = state.have;
    try {
      await append(file, key, handle, state, transfer);
    } catch (error) {
      if (error instanceof WeightsRefused || transfer.signal.aborted) throw error;
      if (isErrno(error, "ENOSPC")) throw diskFull(file, state.have);
      attempts = state.have - before >= ENOUGH_PROGRESS ? 1 : attempts + 1;
      if (attempts >= transfer.retry.maxAttempts) {
        const at = `${file.path}: ${state.have} of ${file.bytes} bytes after ${attempts} tries`;
        throw new StoreUnavailable(`${at}: ${(error as Error).message}`, { cause: error });
      }
      transfer.count.retries += 1;
      await sleep(waitMs(transfer.retry.firstWaitMs, attempts), undefined, { signal: transfer.signal });
    }
  }
  return { resumed: size > 0, sha256: state.hash.digest("hex") };
}

const diskFull = (file: WeightFile, have: number): WeightsRefused =>
  new WeightsRefused({
    file: file.path,
    expected: `${file.bytes} bytes on the node's disk`,
    found: `${DISK_FULL} after ${have} bytes`,
  });

async function append(
  file: WeightFile,
  key: string,
  handle: FileHandle,
  state: { hash: Hash; have: number },
  { store, retry, signal, count }: Transfer,
): Promise<void> {
  const slow = new AbortController();
  let inWindow = 0;
  const watch = setInterval(() => {
    if (inWindow < retry.slowBytes) slow.abort(new Error(`under ${retry.slowBytes} bytes in ${retry.slowSeconds} s`));
    inWindow = 0;
  }, retry.slowSeconds * 1000);
  try {
    const body = await store.read(key, state.have, AbortSignal.any([signal, slow.signal]));
    const expected = `sha256:${file.sha256} (${file.bytes} bytes)`;
    if (body === undefined)
      throw new WeightsRefused({ file: file.path, expected, found: state.have === 0 ? "no file" : "a shorter file" });
    for await (const chunk of body) {
      if (state.have + chunk.length > file.bytes)
        throw new WeightsRefused({ file: file.path, expected, found: `more than ${file.bytes} bytes` });
      for (let at = 0; at < chunk.length; ) at += (await handle.write(chunk, at)).bytesWritten;
      state.hash.update(chunk); // after the write: the hash covers exactly what is in the file
      state.have += chunk.length;
      inWindow += chunk.length;
      count.fetchedBytes += chunk.length;
    }
    if (state.have < file.bytes) throw new Error(`the answer ended at ${state.have} of ${file.bytes} bytes`);
  } catch (error) {
    throw slow.signal.aborted ? slow.signal.reason : error;
  } finally {
    clearInterval(watch);
  }
}

/** SHA-256 over the first `bytes` of the file: what it holds already. */
export async function hashOf(handle: FileHandle, bytes: number): Promise<Hash> {
  const hash = createHash("sha256");
  if (bytes === 0) return hash;
  const range = { start: 0, end: bytes - 1, autoClose: false, highWaterMark: 1 << 20 };
  for await (const chunk of handle.createReadStream(range)) hash.update(chunk as Buffer);
  return hash;
}

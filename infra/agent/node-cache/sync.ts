import { lstat, open, rm } from "node:fs/promises";
import { join } from "node:path";
import { ReleaseFile, releaseId, type WeightFile } from "../../core/release";
import { filesPrefix, isSafePath, releaseKey } from "../../core/weights-layout";
import { type CacheFolder, filesBelow, sameFile, type TrustedFile } from "./cache-folder";
import { download, hashOf, type Transfer } from "./download";
import { WeightsRefused } from "./failure";
import { eachOf } from "./parallel";
import { withTries } from "./retry";
import { makeRoom, type Room } from "./room";

export interface SyncContext {
  cache: CacheFolder;
  room: Room;
  transfer: Transfer;
  parallelFiles: number;
  /** What this process has verified so far, by path on the disk: a second round does not read it again. */
  known: Map<string, TrustedFile>;
  count: { hashedBytes: number };
}

/** More than any release file needs; an object that answers with more is not one. */
const MAX_RELEASE_FILE_BYTES = 16 * 1024 * 1024;

/**
 * Brings one release onto the node and marks it as verified. What a marker vouches for is not read again: a restart,
 * also one without the bucket in reach, costs one stat per file.
 * Throws WeightsRefused (the content or the room is wrong) or StoreUnavailable (try later).
 */
export async function syncRelease(id: string, context: SyncContext): Promise<void> {
  const { cache, transfer } = context;
  const known = await recheck(id, context);
  if (known !== "changed") return;

  const files = await fetchFileList(id, transfer);
  await compareWithBucket(id, files, transfer);
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  await dropExtras(id, files, cache);
  await makeRoom(id, total, cache, context.room);

  const trusted = await eachOf(files, context.parallelFiles, transfer.signal, async (file, signal) => {
    const final = join(cache.release(id), file.path);
    if (!(await holds(final, file, context))) {
      await rm(final, { recursive: true, force: true });
      await cache.folder(join(final, ".."));
      const part = `${join(cache.partial(id), file.path)}.part`;
      await download(file, { key: filesPrefix(id) + file.path, part, final }, { ...transfer, signal }, cache.settle);
    }
    const verified = await trustedFile(cache.release(id), file);
    context.known.set(final, verified);
    return verified;
  });
  await rm(cache.partial(id), { recursive: true, force: true });
  await cache.trust(id, trusted);
}

/**
 * Looks at a release that has its marker. A file whose stat changed is hashed again; one that is wrong, missing or too
 * many takes the marker away before anything else happens.
 */
export async function recheck(id: string, context: SyncContext): Promise<"unchanged" | "changed"> {
  const { cache } = context;
  const marker = await cache.trusted(id);
  if (marker === undefined) return "changed";
  const folder = cache.release(id);
  const names = new Set(marker.files.map(({ path }) => path));
  const extra = (await filesBelow(folder)).some((path) => !names.has(path));
  let touched = false;
  for (const file of marker.files) {
    const now = await lstat(join(folder, file.path), { bigint: true }).catch(() => undefined);
    if (now !== undefined && sameFile(file, now)) continue;
    touched = true;
    if (extra || now === undefined || !(await holds(join(folder, file.path), file, context))) {
      await cache.distrust(id);
      return "changed";
    }
  }
  if (extra) {
    await cache.distrust(id);
    return "changed";
  }
  if (touched) await cache.trust(id, await Promise.all(marker.files.map((file) => trustedFile(folder, file))));
  return "unchanged";
}

/** The release's files as its release file lists them, once the release file is proven to be the one of this id. */
async function fetchFileList(id: string, transfer: Transfer): Promise<WeightFile[]> {
  const refuse = (found: string) => new WeightsRefused({ file: "release.json", expected: id, found });
  const text = await readObject(releaseKey(id), transfer);
  if (text === undefined) throw refuse("no such object in the bucket; `homeport weights mirror` puts it there");
  let given: { content?: Parameters<typeof releaseId>[0] };
  try {
    given = JSON.parse(text);
  } catch {
    throw refuse("text that is not JSON");
  }
  // Over the content as it was written: parsing first would add the defaults of a later version of the schema.
  const found = releaseId(given?.content ?? ({} as Parameters<typeof releaseId>[0]));
  if (found !== id) throw refuse(found);
  const parsed = ReleaseFile.safeParse(given);
  if (!parsed.success) throw refuse(`a release file of another shape: ${parsed.error.issues[0]?.path.join(".")}`);

  const { files } = parsed.data.content.weights;
  const seen = new Set<string>();
  for (const { path } of files) {
    if (!isSafePath(path) || seen.has(path))
      throw new WeightsRefused({
        file: JSON.stringify(path),
        expected: "each path once, relative and without `..`",
        found: "a path that would leave the release's folder, or comes twice",
      });
    seen.add(path);
  }
  return files;
}

async function readObject(key: string, { store, retry, signal, count }: Transfer): Promise<string | undefined> {
  return withTries(retry, signal, count, async () => {
    const body = await store.read(key, 0, signal);
    if (body === undefined) return undefined;
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of body) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > MAX_RELEASE_FILE_BYTES) break;
    }
    return Buffer.concat(chunks).toString("utf8");
  });
}

/** The bucket holds exactly the listed files in the listed sizes; told before a byte is fetched. */
async function compareWithBucket(id: string, files: readonly WeightFile[], transfer: Transfer): Promise<void> {
  const { store, retry, signal, count } = transfer;
  const prefix = filesPrefix(id);
  const sizes = await withTries(retry, signal, count, () => store.list(prefix, signal));
  for (const { path, bytes, sha256 } of files) {
    const found = sizes.get(prefix + path);
    sizes.delete(prefix + path);
    if (found === bytes) continue;
    throw new WeightsRefused({
      file: path,
      expected: `sha256:${sha256} (${bytes} bytes)`,
      found: found === undefined ? "no file" : `${found} bytes`,
    });
  }
  for (const [key, bytes] of sizes)
    throw new WeightsRefused({ file: key.slice(prefix.length), expected: "no such file", found: `${bytes} bytes` });
}

/** Anything in the release's folder that is not one of its files: the engine could load it. */
async function dropExtras(id: string, files: readonly WeightFile[], cache: CacheFolder): Promise<void> {
  const listed = new Set(files.map(({ path }) => path));
  for (const path of await filesBelow(cache.release(id)))
    if (!listed.has(path)) await rm(join(cache.release(id), path), { force: true });
}

/** Whether the file on the disk has this content; read only where its stat does not vouch for it already. */
async function holds(final: string, file: { bytes: number; sha256: string }, context: SyncContext): Promise<boolean> {
  const now = await lstat(final, { bigint: true }).catch(() => undefined);
  if (now === undefined || !now.isFile() || Number(now.size) !== file.bytes) return false;
  const known = context.known.get(final);
  if (known?.sha256 === file.sha256 && sameFile(known, now)) return true;
  const handle = await open(final, "r");
  try {
    context.count.hashedBytes += file.bytes;
    return (await hashOf(handle, file.bytes)).digest("hex") === file.sha256;
  } finally {
    await handle.close();
  }
}

async function trustedFile(folder: string, { path, bytes, sha256 }: WeightFile): Promise<TrustedFile> {
  const { mtimeNs, ino } = await lstat(join(folder, path), { bigint: true });
  return { path, bytes, sha256, mtimeNs: String(mtimeNs), inode: String(ino) };
}

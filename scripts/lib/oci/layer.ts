import { createReadStream } from "node:fs";
import { lstat, readdir, readlink, stat } from "node:fs/promises";
import { join, posix } from "node:path";
import { pipeline } from "node:stream/promises";
import { type Pack, pack } from "tar-stream";

/** One thing in a layer; `path` is absolute inside the image, without the leading slash. */
export type LayerEntry =
  | { kind: "directory"; path: string; mode?: number }
  | { kind: "symlink"; path: string; target: string }
  | { kind: "file"; path: string; mode?: number; content: string | Buffer }
  | { kind: "file"; path: string; mode?: number; source: string };

// Whatever the building machine's clock, umask and user are, a layer holds these.
const FIXED = { uid: 0, gid: 0, uname: "", gname: "", mtime: new Date(0) };

/** A directory on disk as entries below `prefix`; modes become 0755 where anyone may execute, else 0644. */
export async function entriesOfTree(directory: string, prefix = ""): Promise<LayerEntry[]> {
  const entries: LayerEntry[] = [];
  for (const name of await readdir(directory)) {
    const source = join(directory, name);
    const path = posix.join(prefix, name);
    const found = await lstat(source);
    if (found.isDirectory()) entries.push({ kind: "directory", path }, ...(await entriesOfTree(source, path)));
    else if (found.isSymbolicLink()) entries.push({ kind: "symlink", path, target: await readlink(source) });
    else if (found.isFile())
      entries.push({
        kind: "file",
        path,
        source,
        mode: found.mode & 0o111 ? 0o755 : 0o644,
      });
  }
  return entries;
}

/**
 * Parents added, sorted by path, one entry per path (the last one given wins), nothing outside the root.
 * Throws on a path that is empty, absolute or climbs.
 */
export function normalised(entries: readonly LayerEntry[]): LayerEntry[] {
  const byPath = new Map<string, LayerEntry>();
  for (const entry of entries) {
    const path = posix.normalize(entry.path).replace(/\/$/, "");
    if (path === "." || path.startsWith("/") || path.split("/").includes(".."))
      throw new RangeError(`layer path ${JSON.stringify(entry.path)} is not below the image's root`);
    for (let parent = posix.dirname(path); parent !== "."; parent = posix.dirname(parent)) {
      if (!byPath.has(parent)) byPath.set(parent, { kind: "directory", path: parent });
    }
    byPath.set(path, { ...entry, path });
  }
  return [...byPath.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** The layer as a tar stream. Uncompressed on purpose: zlib's output differs between Node versions, tar's does not. */
export function tarOfLayer(entries: readonly LayerEntry[]): Pack {
  const tar = pack();
  addEntries(tar, normalised(entries)).then(
    () => tar.finalize(),
    (error: Error) => tar.destroy(error),
  );
  return tar;
}

async function addEntries(tar: Pack, entries: readonly LayerEntry[]): Promise<void> {
  for (const entry of entries) {
    if (entry.kind === "directory") {
      tar.entry({
        ...FIXED,
        name: `${entry.path}/`,
        type: "directory",
        mode: entry.mode ?? 0o755,
      });
    } else if (entry.kind === "symlink") {
      tar.entry({
        ...FIXED,
        name: entry.path,
        type: "symlink",
        linkname: entry.target,
        mode: 0o777,
      });
    } else if ("content" in entry) {
      tar.entry({ ...FIXED, name: entry.path, mode: entry.mode ?? 0o644 }, entry.content);
    } else {
      const { size } = await stat(entry.source);
      const header = {
        ...FIXED,
        name: entry.path,
        mode: entry.mode ?? 0o644,
        size,
      };
      await pipeline(createReadStream(entry.source), tar.entry(header));
    }
  }
}

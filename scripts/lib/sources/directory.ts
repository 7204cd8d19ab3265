import { createReadStream } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { InputError, OperationError } from "../../../infra/core/errors";
import type { Listing } from "./listing";

/** A local folder; its version is the digest of its files, so the same content pins the same on every machine. */
export async function directoryListing(path: string): Promise<Listing> {
  const root = resolve(path);
  const before = await stamps(root);
  return {
    entries: before.map(({ path, bytes }) => ({
      path,
      bytes,
      open: async () => createReadStream(join(root, path), { highWaterMark: 1 << 20 }),
    })),
    address: (filesDigest) => `dir://${basename(root)}@sha256:${filesDigest}`,
    async recheck() {
      if (JSON.stringify(await stamps(root)) !== JSON.stringify(before))
        throw new OperationError(`${path} changed while it was read`, "nothing was written; run the command again");
    },
  };
}

/** Path, size and time of change of every regular file; links to files are followed, as the hub's cache is made of them. */
async function stamps(root: string): Promise<{ path: string; bytes: number; changed: number }[]> {
  const paths = await pathsBelow(root);
  const found = await Promise.all(
    paths.map(async (path) => {
      const info = await stat(join(root, path)).catch(() => undefined);
      if (info === undefined)
        throw refused(join(root, path), "nothing there to read: a link to nowhere, or not ours", "remove the link");
      // Behind such a link may lie the whole machine, or this folder again.
      if (info.isDirectory()) throw refused(join(root, path), "a link to a folder", "link its files, one by one");
      return info.isFile() ? [{ path, bytes: info.size, changed: info.mtimeMs }] : [];
    }),
  );
  return found.flat().sort((a, b) => (a.path < b.path ? -1 : 1));
}

async function pathsBelow(root: string, folder = ""): Promise<string[]> {
  const entries = await readdir(join(root, folder), { withFileTypes: true });
  const paths = entries.map((entry) => {
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    return entry.isDirectory() ? pathsBelow(root, path) : [path];
  });
  return (await Promise.all(paths)).flat();
}

const refused = (path: string, given: string, fix: string): InputError =>
  new InputError([{ path, given, allowed: "files that can be read", fix: `fetch it again, or ${fix}` }]);

import { createReadStream } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { basename, join, resolve, sep } from "node:path";
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

/** Path, size and time of change of every regular file; links are followed, as the hub's cache is made of them. */
async function stamps(root: string): Promise<{ path: string; bytes: number; changed: number }[]> {
  const names = await readdir(root, { recursive: true });
  const found = await Promise.all(
    names.map(async (name) => {
      const info = await stat(join(root, name)).catch(() => undefined);
      if (info === undefined)
        throw new InputError([
          {
            path: join(root, name),
            given: "nothing there to read: a link to nowhere, or not ours",
            allowed: "files that can be read",
            fix: "fetch it again, or remove the link",
          },
        ]);
      return info.isFile() ? [{ path: name.split(sep).join("/"), bytes: info.size, changed: info.mtimeMs }] : [];
    }),
  );
  return found.flat().sort((a, b) => (a.path < b.path ? -1 : 1));
}

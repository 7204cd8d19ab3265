import { randomUUID } from "node:crypto";
import { type BigIntStats, constants } from "node:fs";
import { chmod, chown, type FileHandle, mkdir, open, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { z } from "zod";
import { CACHE_FOLDERS } from "../../core/names";
import { releaseFolder } from "../../core/weights-layout";
import type { Facts } from "./failure";
import { isErrno } from "./failure";

/** A file as it was when its SHA-256 was right; the same stat later means the same content. */
const TrustedFile = z.strictObject({
  path: z.string(),
  bytes: z.int(),
  sha256: z.string(),
  mtimeNs: z.string(),
  inode: z.string(),
});
export type TrustedFile = z.infer<typeof TrustedFile>;

/** `verified/<64 hex>.json`: every file of the release is on this node with the right content. */
const VerifiedMarker = z.strictObject({ release: z.string(), verifiedAt: z.string(), files: z.array(TrustedFile) });
export type VerifiedMarker = z.infer<typeof VerifiedMarker>;

/** Not part of CACHE_FOLDERS: nobody but the cache itself looks into it. */
const PARTIAL = "partial";

/** The node's folder of weights: where things are, who owns them, and which releases may be used. */
export class CacheFolder {
  constructor(
    readonly root: string,
    private readonly owner: { uid: number; gid: number },
  ) {}

  release = (id: string): string => join(this.root, CACHE_FOLDERS.releases, releaseFolder(id));
  partial = (id: string): string => join(this.root, PARTIAL, releaseFolder(id));
  private verified = (id: string): string => join(this.root, CACHE_FOLDERS.verified, `${releaseFolder(id)}.json`);
  private failed = (id: string): string => join(this.root, CACHE_FOLDERS.failed, `${releaseFolder(id)}.json`);

  async prepare(): Promise<void> {
    for (const name of [...Object.values(CACHE_FOLDERS), PARTIAL]) await this.folder(join(this.root, name));
  }

  /** Makes the folder and its parents below the root, readable for the engine. */
  async folder(path: string): Promise<void> {
    await mkdir(path, { recursive: true });
    for (let at = path; at.startsWith(`${this.root}/`); at = dirname(at)) {
      await chmod(at, 0o755);
      await this.own(at, await stat(at));
    }
  }

  /** Readable for everyone, writable for nobody else, owned by the engine's user. */
  settle = async (handle: FileHandle): Promise<void> => {
    await handle.chmod(0o644);
    const found = await handle.stat();
    if (found.uid !== this.owner.uid || found.gid !== this.owner.gid)
      await handle.chown(this.owner.uid, this.owner.gid);
  };

  async trusted(id: string): Promise<VerifiedMarker | undefined> {
    const text = await readIfThere(this.verified(id));
    if (text === undefined) return undefined;
    const marker = VerifiedMarker.safeParse(parseJson(text));
    return marker.success && marker.data.release === id ? marker.data : undefined;
  }

  async trust(id: string, files: TrustedFile[]): Promise<void> {
    const marker: VerifiedMarker = { release: id, verifiedAt: new Date().toISOString(), files };
    await this.write(this.verified(id), marker);
    await this.forgive(id);
  }

  distrust = (id: string): Promise<void> => rm(this.verified(id), { force: true });

  forgive = (id: string): Promise<void> => rm(this.failed(id), { force: true });

  async fail(id: string, facts: Facts): Promise<void> {
    await this.distrust(id);
    await this.write(this.failed(id), { ...facts, release: id, at: new Date().toISOString() });
  }

  /** 64-hex names of all release folders, wanted or not. */
  held = (): Promise<string[]> => namesIn(join(this.root, CACHE_FOLDERS.releases));
  partials = (): Promise<string[]> => namesIn(join(this.root, PARTIAL));
  failures = async (): Promise<string[]> =>
    (await namesIn(join(this.root, CACHE_FOLDERS.failed))).map((name) => name.replace(/\.json$/, ""));

  /** Marker first: at no moment is there a marker whose files are gone. */
  async drop(id: string): Promise<void> {
    await this.distrust(id);
    for (const path of [this.failed(id), this.release(id), this.partial(id)])
      await rm(path, { recursive: true, force: true });
  }

  private async write(file: string, value: object): Promise<void> {
    const temporary = `${file}.${randomUUID()}.tmp`;
    const handle = await open(temporary, constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY, 0o644);
    try {
      await handle.writeFile(`${JSON.stringify(value)}\n`);
      await this.settle(handle);
      await handle.sync();
      await rename(temporary, file);
    } finally {
      await handle.close();
      await rm(temporary, { force: true });
    }
  }

  private async own(path: string, found: { uid: number; gid: number }): Promise<void> {
    const { uid, gid } = this.owner;
    if (found.uid !== uid || found.gid !== gid) await chown(path, uid, gid);
  }
}

/** Paths of all files below a folder, with forward slashes; links and the like count as files. */
export async function filesBelow(folder: string, prefix = ""): Promise<string[]> {
  const files: string[] = [];
  for (const entry of await readdir(join(folder, prefix), { withFileTypes: true }).catch(emptyIfAbsent)) {
    const path = prefix === "" ? entry.name : `${prefix}/${entry.name}`;
    if (entry.isDirectory()) files.push(...(await filesBelow(folder, path)));
    else files.push(path);
  }
  return files;
}

export const sameFile = (known: TrustedFile, now: BigIntStats): boolean =>
  now.isFile() &&
  known.bytes === Number(now.size) &&
  known.mtimeNs === String(now.mtimeNs) &&
  known.inode === String(now.ino);

const namesIn = (folder: string): Promise<string[]> => readdir(folder).catch(emptyIfAbsent);

function emptyIfAbsent(error: unknown): never[] {
  if (isErrno(error, "ENOENT")) return [];
  throw error;
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if (isErrno(error, "ENOENT")) return undefined;
    throw error;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // a marker cut short by a crash is no marker
  }
}

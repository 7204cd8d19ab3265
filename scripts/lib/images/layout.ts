import { createHash, randomUUID } from "node:crypto";
import { createReadStream, createWriteStream, existsSync } from "node:fs";
import { mkdir, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as wait } from "node:timers/promises";
import { eachOf } from "../../../infra/agent/node-cache/parallel";
import { OperationError } from "../../../infra/core/errors";
import { type Blob, type ImageSource, type Manifest, parsedManifest } from "./registry";

/** Images on a disk: OCI's folder of blobs by digest. What has its name there has been verified. */

const PARALLEL_BLOBS = 4;
const ATTEMPTS = 4;

export const blobFile = (folder: string, digest: string): string => join(folder, "blobs", digest.replace(":", "/"));

/** Brings an image with everything it refers to; what is there already is not fetched again. */
export async function pullImage(source: ImageSource, digest: string, folder: string): Promise<Manifest[]> {
  const manifests = await manifestsOf(digest, (one) => source.manifest(one));
  const blobs = new Map(manifests.flatMap((manifest) => manifest.blobs).map((blob) => [blob.digest, blob]));
  const { signal } = new AbortController();
  await eachOf([...blobs.values()], PARALLEL_BLOBS, signal, (blob) =>
    store(folder, blob, () => source.blob(blob.digest)),
  );
  // Last, so that a manifest on the disk says that the rest is there.
  for (const { body, digest } of [...manifests].reverse())
    await store(folder, { digest, size: body.length }, async () => Readable.from([body]));
  return manifests;
}

/** The image's own manifest first, then those it lists. */
export async function manifestsOf(digest: string, read: (digest: string) => Promise<Manifest>): Promise<Manifest[]> {
  const manifest = await read(digest);
  const children = await Promise.all(manifest.children.map(read));
  return [manifest, ...children];
}

/** A folder as a source: for pushing what was pulled. */
export const folderSource = (folder: string): ImageSource => ({
  manifest: async (digest) => parsedManifest(await readFile(blobFile(folder, digest)), digest, folder),
  blob: async (digest) => createReadStream(blobFile(folder, digest)),
});

const store = (folder: string, blob: Blob, open: () => Promise<Readable>): Promise<void> =>
  keepVerified(blobFile(folder, blob.digest), blob, open);

/** Writes a file whose digest is known, under its name only when it is right; one that is there already is left. */
export async function keepVerified(file: string, blob: Blob, open: () => Promise<Readable>): Promise<void> {
  if (existsSync(file) && (await stat(file)).size === blob.size) return;
  await mkdir(dirname(file), { recursive: true });
  const partial = `${file}.${randomUUID()}.part`;
  try {
    for (let attempt = 1; ; attempt += 1)
      try {
        await verified(await open(), blob, partial);
        break;
      } catch (error) {
        // Wrong bytes stay wrong; a broken connection is worth another try.
        if (error instanceof OperationError || attempt === ATTEMPTS) throw error;
        await wait(500 * 2 ** attempt);
      }
    await rename(partial, file);
  } finally {
    await rm(partial, { force: true });
  }
}

async function verified(from: Readable, { digest, size }: Blob, file: string): Promise<void> {
  const hash = createHash("sha256");
  let bytes = 0;
  const hashing = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      bytes += chunk.length;
      done(null, chunk);
    },
  });
  await pipeline(from, hashing, createWriteStream(file));
  if (bytes < size) throw new Error(`${digest}: ${bytes} of ${size} bytes arrived`);
  const found = `sha256:${hash.digest("hex")}`;
  if (found !== digest)
    throw new OperationError(`blob ${digest}: ${found} arrived (${bytes} bytes)`, "do not use this source");
}

import { createHash } from "node:crypto";
import { HeadObjectCommand, PutObjectCommand, S3Client, type S3ClientConfig } from "@aws-sdk/client-s3";
import { eachOf } from "../../infra/agent/node-cache/parallel";
import { type StoreAddress, s3Store } from "../../infra/agent/node-cache/store";
import { OperationError } from "../../infra/core/errors";
import type { ReleaseFile } from "../../infra/core/release";
import { filesPrefix, releaseKey } from "../../infra/core/weights-layout";
import { awsClient } from "./aws/client";
import { type LocalFile, localFiles, type OnBytes } from "./weights/local-files";
import { upload } from "./weights/upload";

export interface MirrorStore extends StoreAddress {
  /** Left out: the usual chain of environment, profile and role. */
  credentials?: S3ClientConfig["credentials"];
  /** AWS itself: the server's own checksum of every object counts. Other servers may keep none. */
  keepsChecksums?: boolean;
}

export interface MirrorOptions {
  parallelFiles?: number;
  /** Files above this size go in parts of it; S3 allows 10,000 parts. */
  partBytes?: number;
  onBytes?: OnBytes;
  onFile?: (path: string, bytes: number) => void;
}

export interface MirrorResult {
  uploaded: string[];
  /** Files that the bucket held already. */
  skipped: string[];
  uploadedBytes: number;
}

export const MIRROR_DEFAULTS = { parallelFiles: 4, partBytes: 64 * 1024 * 1024 } as const;

/**
 * Brings a release's files from a local directory into the bucket, and its release file last: whoever sees that one
 * finds all the others. Every local file is verified before the first byte is sent. Run again after an interruption it
 * sends only what is missing.
 * Throws InputError with every file that is not as the release says, OperationError where the bucket refuses.
 */
export async function mirrorRelease(
  release: ReleaseFile,
  directory: string,
  store: MirrorStore,
  options: MirrorOptions = {},
): Promise<MirrorResult> {
  const { parallelFiles: width, partBytes } = { ...MIRROR_DEFAULTS, ...options };
  const files = await localFiles(release.content.weights.files, directory, { width, partBytes });
  return sendRelease(release, files, store, options);
}

/** The second half: files that have been verified. */
export async function sendRelease(
  release: ReleaseFile,
  files: readonly LocalFile[],
  store: MirrorStore,
  { parallelFiles = MIRROR_DEFAULTS.parallelFiles, onBytes, onFile }: MirrorOptions = {},
): Promise<MirrorResult> {
  return withBucket(store, async (client) => {
    const { bucket } = store;
    const result: MirrorResult = { uploaded: [], skipped: [], uploadedBytes: 0 };
    const { signal } = new AbortController();
    await refuseExtras(release, store, client, signal);
    await eachOf(files, parallelFiles, signal, async (file, abortSignal) => {
      const key = filesPrefix(release.id) + file.path;
      if (await isThere(client, store, key, file)) {
        onBytes?.(file.bytes);
        return void result.skipped.push(file.path);
      }
      await upload({ client, bucket, key, file, abortSignal, onBytes });
      if (!(await isThere(client, store, key, file))) throw new Error(`${file.path} arrived with another checksum`);
      result.uploaded.push(file.path);
      result.uploadedBytes += file.bytes;
      onFile?.(file.path, file.bytes);
    });
    const { body, ...published } = publishedRelease(release);
    if (!store.keepsChecksums || !(await isThere(client, store, releaseKey(release.id), published)))
      await client.send(
        new PutObjectCommand({
          Bucket: bucket,
          Key: releaseKey(release.id),
          Body: body,
          Metadata: { sha256: published.sha256 },
          ChecksumAlgorithm: "SHA256",
          ChecksumSHA256: published.checksum,
        }),
      );
    return result;
  });
}

/** What of a release is not in the bucket as it must be, by key. Asks the server, reads no file. */
export const missingIn = (release: ReleaseFile, files: readonly LocalFile[], store: MirrorStore): Promise<string[]> =>
  withBucket(store, async (client) => {
    const wanted = [
      ...files.map((file) => ({ ...file, key: filesPrefix(release.id) + file.path })),
      { ...publishedRelease(release), key: releaseKey(release.id) },
    ];
    const { signal } = new AbortController();
    const there = await eachOf(wanted, 8, signal, (one) => isThere(client, store, one.key, one));
    return wanted.filter((_, index) => !there[index]).map(({ key }) => key);
  });

/** A client for one bucket; what goes wrong names the bucket. */
export async function withBucket<T>(store: MirrorStore, work: (client: S3Client) => Promise<T>): Promise<T> {
  const { region, endpoint, pathStyle: forcePathStyle, credentials, bucket } = store;
  const client = awsClient(S3Client, { region, endpoint, forcePathStyle, credentials });
  try {
    return await work(client);
  } catch (error) {
    if (error instanceof OperationError && error.message.startsWith(`bucket ${bucket}`)) throw error;
    const said = error instanceof OperationError ? error : undefined;
    const { message, name } = error as Error;
    const what = said ? message.slice(0, -said.fix.length - 2) : message || name;
    const fix = said?.fix ?? "check the bucket, its region and the credentials";
    throw new OperationError(`bucket ${bucket}: ${what}`, `${fix}; a second run sends only what is missing`, {
      cause: error,
    });
  } finally {
    client.destroy();
  }
}

/** The release file as the bucket has it: without what this checkout knows of mirrors. */
function publishedRelease({ mirrored: _, ...published }: ReleaseFile) {
  const body = Buffer.from(JSON.stringify(published));
  const digest = createHash("sha256").update(body).digest();
  return { body, bytes: body.length, sha256: digest.toString("hex"), checksum: digest.toString("base64") };
}

/** The node cache refuses a release with a file too many; better to hear it here. */
async function refuseExtras(
  { id, content }: ReleaseFile,
  store: MirrorStore,
  client: S3Client,
  signal: AbortSignal,
): Promise<void> {
  const prefix = filesPrefix(id);
  const listed = new Set(content.weights.files.map(({ path }) => prefix + path));
  const extra = [...(await s3Store(store, client).list(prefix, signal)).keys()].filter((key) => !listed.has(key));
  if (extra.length === 0) return;
  throw new OperationError(
    `bucket ${store.bucket} holds files that are not of this release: ${extra.join(", ")}`,
    "find out who put them there, then delete them",
  );
}

/** The metadata is ours, written with the object; the checksum is the server's own. The node cache believes the bytes only. */
async function isThere(
  client: S3Client,
  { bucket: Bucket, keepsChecksums }: MirrorStore,
  Key: string,
  { bytes, sha256, checksum }: Pick<LocalFile, "bytes" | "sha256" | "checksum">,
): Promise<boolean> {
  try {
    const ask = new HeadObjectCommand({ Bucket, Key, ...(keepsChecksums && { ChecksumMode: "ENABLED" }) });
    const { ContentLength, Metadata, ChecksumSHA256, TagCount } = await client.send(ask);
    // A tag says that it was retired (weights retire): it goes next night, so it is sent again.
    const isOurs = ContentLength === bytes && Metadata?.sha256 === sha256 && !TagCount;
    // The number of parts may stand behind it.
    return isOurs && (!keepsChecksums || ChecksumSHA256?.replace(/-\d+$/, "") === checksum);
  } catch (error) {
    if (["NotFound", "NoSuchKey"].includes((error as Error).name)) return false;
    throw error;
  }
}

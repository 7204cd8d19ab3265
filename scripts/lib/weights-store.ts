import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { type FileHandle, open, stat } from "node:fs/promises";
import { join } from "node:path";
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  HeadObjectCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { eachOf } from "../../infra/agent/node-cache/parallel";
import { type StoreAddress, s3Store } from "../../infra/agent/node-cache/store";
import { InputError, OperationError, type Problem } from "../../infra/core/errors";
import type { ReleaseFile, WeightFile } from "../../infra/core/release";
import { filesPrefix, releaseKey } from "../../infra/core/weights-layout";

export interface MirrorStore extends StoreAddress {
  /** Left out: the usual chain of environment, profile and role. */
  credentials?: { accessKeyId: string; secretAccessKey: string };
}

export interface MirrorOptions {
  parallelFiles?: number;
  /** Files above this size go in parts of it; S3 allows 10,000 parts. */
  partBytes?: number;
  onFile?: (path: string, bytes: number) => void;
}

export interface MirrorResult {
  uploaded: string[];
  /** Files that the bucket held already. */
  skipped: string[];
  uploadedBytes: number;
}

const PART_BYTES = 64 * 1024 * 1024;

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
  { parallelFiles = 4, partBytes = PART_BYTES, onFile }: MirrorOptions = {},
): Promise<MirrorResult> {
  const { files } = release.content.weights;
  await checkDirectory(files, directory, parallelFiles);
  const { region, endpoint, pathStyle: forcePathStyle, credentials, bucket } = store;
  const client = new S3Client({ region, endpoint, forcePathStyle, credentials, maxAttempts: 5 });
  const result: MirrorResult = { uploaded: [], skipped: [], uploadedBytes: 0 };
  const { signal } = new AbortController();
  try {
    await refuseExtras(release, files, store, client, signal);
    await eachOf(files, parallelFiles, signal, async (file, abortSignal) => {
      const key = filesPrefix(release.id) + file.path;
      if (await isThere(client, bucket, key, file)) return void result.skipped.push(file.path);
      const handle = await open(join(directory, file.path), "r");
      try {
        await upload({ client, bucket, key, file, handle, partBytes, abortSignal });
      } finally {
        await handle.close();
      }
      result.uploaded.push(file.path);
      result.uploadedBytes += file.bytes;
      onFile?.(file.path, file.bytes);
    });
    const { mirrored: _, ...published } = release;
    const Body = JSON.stringify(published);
    await client.send(new PutObjectCommand({ Bucket: bucket, Key: releaseKey(release.id), Body }));
    return result;
  } catch (error) {
    if (error instanceof OperationError) throw error;
    throw new OperationError(
      `bucket ${bucket}: ${(error as Error).message || (error as Error).name}`,
      "check the bucket, its region and the credentials; a second run sends only what is missing",
      { cause: error },
    );
  } finally {
    client.destroy();
  }
}

/** Reads every file once, whole; all that is wrong is told at once. */
async function checkDirectory(files: readonly WeightFile[], directory: string, width: number): Promise<void> {
  const { signal } = new AbortController();
  const problems = await eachOf(files, width, signal, async ({ path, bytes, sha256 }): Promise<Problem | undefined> => {
    const allowed = `sha256:${sha256} (${bytes} bytes)`;
    const fix = "take the files of the pinned commit, or pin these as another release";
    const found = await stat(join(directory, path)).catch(() => undefined);
    if (!found?.isFile()) return { path: join(directory, path), given: "no file", allowed, fix };
    if (found.size !== bytes) return { path: join(directory, path), given: `${found.size} bytes`, allowed, fix };
    const hash = createHash("sha256");
    for await (const chunk of createReadStream(join(directory, path), { highWaterMark: 1 << 20 })) hash.update(chunk);
    const digest = hash.digest("hex");
    return digest === sha256 ? undefined : { path: join(directory, path), given: `sha256:${digest}`, allowed, fix };
  });
  const wrong = problems.filter((problem) => problem !== undefined);
  if (wrong.length > 0) throw new InputError(wrong);
}

/** The node cache refuses a release with a file too many; better to hear it here. */
async function refuseExtras(
  { id }: ReleaseFile,
  files: readonly WeightFile[],
  store: MirrorStore,
  client: S3Client,
  signal: AbortSignal,
): Promise<void> {
  const prefix = filesPrefix(id);
  const listed = new Set(files.map(({ path }) => prefix + path));
  const extra = [...(await s3Store(store, client).list(prefix, signal)).keys()].filter((key) => !listed.has(key));
  if (extra.length === 0) return;
  throw new OperationError(
    `bucket ${store.bucket} holds files that are not of this release: ${extra.join(", ")}`,
    "find out who put them there, then delete them",
  );
}

/** The digest is ours, written with the object; the node cache believes the bytes only. */
async function isThere(client: S3Client, Bucket: string, Key: string, { bytes, sha256 }: WeightFile): Promise<boolean> {
  try {
    const { ContentLength, Metadata } = await client.send(new HeadObjectCommand({ Bucket, Key }));
    return ContentLength === bytes && Metadata?.sha256 === sha256;
  } catch (error) {
    if (["NotFound", "NoSuchKey"].includes((error as Error).name)) return false;
    throw error;
  }
}

interface Upload {
  client: S3Client;
  bucket: string;
  key: string;
  file: WeightFile;
  handle: FileHandle;
  partBytes: number;
  abortSignal: AbortSignal;
}

/** Parts are read into memory, so that the client can send one again after a reset. */
async function upload({ client, bucket, key, file, handle, partBytes, abortSignal }: Upload): Promise<void> {
  const object = { Bucket: bucket, Key: key };
  const Metadata = { sha256: file.sha256 };
  if (file.bytes <= partBytes) {
    const ChecksumSHA256 = Buffer.from(file.sha256, "hex").toString("base64");
    const Body = await readPart(handle, 0, file.bytes);
    await client.send(new PutObjectCommand({ ...object, Metadata, ChecksumSHA256, Body }), { abortSignal });
    return;
  }
  const begin = new CreateMultipartUploadCommand({ ...object, Metadata, ChecksumAlgorithm: "SHA256" });
  const { UploadId } = await client.send(begin, { abortSignal });
  try {
    const Parts: { PartNumber: number; ETag?: string; ChecksumSHA256: string }[] = [];
    for (let start = 0; start < file.bytes; start += partBytes) {
      const PartNumber = Parts.length + 1;
      const Body = await readPart(handle, start, Math.min(partBytes, file.bytes - start));
      const ChecksumSHA256 = createHash("sha256").update(Body).digest("base64");
      const part = new UploadPartCommand({ ...object, UploadId, PartNumber, Body, ChecksumSHA256 });
      const { ETag } = await client.send(part, { abortSignal });
      Parts.push({ PartNumber, ETag, ChecksumSHA256 });
    }
    const MultipartUpload = { Parts };
    await client.send(new CompleteMultipartUploadCommand({ ...object, UploadId, MultipartUpload }), { abortSignal });
  } catch (error) {
    // Parts of an upload that never completes are paid for and invisible.
    await client.send(new AbortMultipartUploadCommand({ ...object, UploadId })).catch(() => undefined);
    throw error;
  }
}

async function readPart(handle: FileHandle, start: number, length: number): Promise<Buffer> {
  const part = Buffer.alloc(length);
  for (let at = 0; at < length; ) {
    const { bytesRead } = await handle.read(part, at, length - at, start + at);
    if (bytesRead === 0) throw new Error("the file became shorter while it was read");
    at += bytesRead;
  }
  return part;
}

import { type FileHandle, open } from "node:fs/promises";
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { eachOf } from "../../../infra/agent/node-cache/parallel";
import type { LocalFile, OnBytes, Part } from "./local-files";

interface Upload {
  client: S3Client;
  bucket: string;
  key: string;
  file: LocalFile;
  abortSignal: AbortSignal;
  onBytes?: OnBytes;
}

/** Parts of one file on their way at once; each is held in memory, so that the client can send it again after a reset. */
const PARALLEL_PARTS = 2;

/** Sends one file. One of many parts goes on where an interrupted run stopped: S3 keeps what has arrived. */
export async function upload(given: Upload): Promise<void> {
  const handle = await open(given.file.source, "r");
  try {
    await (given.file.parts.length === 1 ? sendWhole(given, handle) : sendParts(given, handle));
  } finally {
    await handle.close();
  }
}

async function sendWhole({ client, bucket, key, file, abortSignal, onBytes }: Upload, handle: FileHandle) {
  const Body = await readPart(handle, file.parts[0] as Part);
  const checked = { ChecksumAlgorithm: "SHA256", ChecksumSHA256: file.checksum } as const;
  const put = new PutObjectCommand({ Bucket: bucket, Key: key, Body, Metadata: { sha256: file.sha256 }, ...checked });
  await client.send(put, { abortSignal });
  onBytes?.(file.bytes);
}

async function sendParts(given: Upload, handle: FileHandle): Promise<void> {
  const { client, bucket, key, file, abortSignal, onBytes } = given;
  const object = { Bucket: bucket, Key: key };
  const begun = await begunUpload(given);
  const UploadId = begun.id ?? (await begin(given));
  const numbered = file.parts.map((part, index) => ({ ...part, number: index + 1 }));
  const Parts = await eachOf(numbered, PARALLEL_PARTS, abortSignal, async (part, signal) => {
    const PartNumber = part.number;
    const ChecksumSHA256 = part.sha256;
    let ETag = begun.arrived(part, PartNumber);
    if (ETag === undefined) {
      const Body = await readPart(handle, part);
      const command = new UploadPartCommand({ ...object, UploadId, PartNumber, Body, ChecksumSHA256 });
      ({ ETag } = await client.send(command, { abortSignal: signal }));
    }
    onBytes?.(part.bytes);
    return { PartNumber, ETag, ChecksumSHA256 };
  });
  const complete = { ...object, UploadId, MultipartUpload: { Parts } };
  await client.send(new CompleteMultipartUploadCommand(complete), { abortSignal });
}

async function begin({ client, bucket, key, file, abortSignal }: Upload): Promise<string | undefined> {
  const Metadata = { sha256: file.sha256 };
  const command = new CreateMultipartUploadCommand({ Bucket: bucket, Key: key, Metadata, ChecksumAlgorithm: "SHA256" });
  return (await client.send(command, { abortSignal })).UploadId;
}

interface Begun {
  id?: string;
  /** The part's ETag where it has arrived as it is here. */
  arrived(part: Part, number: number): string | undefined;
}

/** An earlier run's upload of this object. Servers that cannot list uploads get a new one. */
async function begunUpload({ client, bucket, key, abortSignal }: Upload): Promise<Begun> {
  const object = { Bucket: bucket, Key: key };
  const none: Begun = { arrived: () => undefined };
  try {
    const listing = new ListMultipartUploadsCommand({ Bucket: bucket, Prefix: key });
    const { Uploads = [] } = await client.send(listing, { abortSignal });
    const id = Uploads.find(({ Key }) => Key === key)?.UploadId;
    if (id === undefined) return none;
    const parts = new Map<number, { bytes?: number; sha256?: string; etag?: string }>();
    // Not the SDK's paginator: the last page has a marker too, and it goes round for ever.
    for (let marker: string | undefined, isLast = false; !isLast; ) {
      const ask = new ListPartsCommand({ ...object, UploadId: id, PartNumberMarker: marker });
      const page = await client.send(ask, { abortSignal });
      for (const { PartNumber = 0, Size, ChecksumSHA256, ETag } of page.Parts ?? [])
        parts.set(PartNumber, { bytes: Size, sha256: ChecksumSHA256, etag: ETag });
      marker = page.NextPartNumberMarker;
      isLast = !page.IsTruncated;
    }
    // Without a checksum the size must do: the whole object's checksum is compared when it has arrived.
    const same = (part: Part, number: number) => {
      const found = parts.get(number);
      return found?.bytes === part.bytes && (found.sha256 ?? part.sha256) === part.sha256;
    };
    return { id, arrived: (part, number) => (same(part, number) ? parts.get(number)?.etag : undefined) };
  } catch {
    return none;
  }
}

async function readPart(handle: FileHandle, { start, bytes }: Part): Promise<Buffer> {
  const part = Buffer.alloc(bytes);
  for (let at = 0; at < bytes; ) {
    const { bytesRead } = await handle.read(part, at, bytes - at, start + at);
    if (bytesRead === 0) throw new Error("the file became shorter while it was read");
    at += bytesRead;
  }
  return part;
}

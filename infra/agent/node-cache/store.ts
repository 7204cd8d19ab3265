import { addAbortSignal, type Readable } from "node:stream";
import { GetObjectCommand, ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";

/** Where the weights bucket is. */
export interface StoreAddress {
  bucket: string;
  region: string;
  /** URL of an S3-compatible server; AWS where left out. */
  endpoint?: string;
  pathStyle: boolean;
}

/** What the node cache needs of a bucket. */
export interface WeightsStore {
  /** Key -> bytes of everything below a prefix. */
  list(prefix: string, signal: AbortSignal): Promise<Map<string, number>>;
  /** The object's bytes from `start` on; undefined where there is no such object or it ends before `start`. */
  read(key: string, start: number, signal: AbortSignal): Promise<AsyncIterable<Buffer> | undefined>;
}

/** Client with the retries left to the caller, who knows how far a file has come. */
function s3Client(
  { region, endpoint, pathStyle }: StoreAddress,
  credentials?: { accessKeyId: string; secretAccessKey: string },
): S3Client {
  return new S3Client({
    region,
    endpoint,
    forcePathStyle: pathStyle,
    credentials,
    maxAttempts: 1,
    // A part of an object has no checksum of its own; each file's SHA-256 is checked as a whole.
    responseChecksumValidation: "WHEN_REQUIRED",
    requestHandler: { connectionTimeout: 5_000, requestTimeout: 60_000 },
  });
}

export function s3Store(address: StoreAddress, client = s3Client(address)): WeightsStore {
  const Bucket = address.bucket;
  return {
    async list(Prefix, abortSignal) {
      const sizes = new Map<string, number>();
      let ContinuationToken: string | undefined;
      do {
        const page = await client.send(new ListObjectsV2Command({ Bucket, Prefix, ContinuationToken }), {
          abortSignal,
        });
        for (const { Key, Size } of page.Contents ?? []) sizes.set(Key ?? "", Size ?? 0);
        ContinuationToken = page.NextContinuationToken;
      } while (ContinuationToken);
      return sizes;
    },

    async read(Key, start, abortSignal) {
      const Range = start > 0 ? `bytes=${start}-` : undefined;
      try {
        const { Body } = await client.send(new GetObjectCommand({ Bucket, Key, Range }), { abortSignal });
        // The SDK's signal ends with the headers; a stalled body must end too.
        return addAbortSignal(abortSignal, Body as Readable);
      } catch (error) {
        if (["NoSuchKey", "NotFound", "InvalidRange"].includes((error as Error).name)) return undefined;
        throw error;
      }
    },
  };
}

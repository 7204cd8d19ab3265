import type { Readable } from "node:stream";
import type * as S3Library from "@aws-sdk/client-s3";
import { OperationError } from "../../../infra/core/errors";
import type { Listing } from "./listing";

/** Loaded when an S3 source is pinned: it takes a third of a second, which other sources do not pay. */
const library = () => require("@aws-sdk/client-s3") as typeof S3Library;

export interface S3Options {
  region?: string;
  /** Address of a server that is not AWS. */
  endpoint?: string;
  pathStyle?: boolean;
}

/** Every object below a prefix; the read is tied to the listed ETag, so an object replaced meanwhile is refused. */
export async function s3Listing(bucket: string, prefix: string, options: S3Options): Promise<Listing> {
  const client = new (library().S3Client)({
    region: options.region ?? process.env.AWS_REGION ?? "us-east-1",
    endpoint: options.endpoint,
    forcePathStyle: options.pathStyle,
    maxAttempts: 4,
  });
  const where = `s3://${bucket}/${prefix}`;
  const before = await explained(where, () => objects(client, bucket, prefix));
  return {
    entries: before.map(({ key, bytes, etag }) => ({
      path: key.slice(prefix.length),
      bytes,
      open: () =>
        explained(where, async () => {
          const answer = await client.send(
            new (library().GetObjectCommand)({ Bucket: bucket, Key: key, IfMatch: etag }),
          );
          return answer.Body as Readable;
        }),
    })),
    address: (filesDigest) => `${where.replace(/\/$/, "")}@sha256:${filesDigest}`,
    async recheck() {
      const now = await explained(where, () => objects(client, bucket, prefix));
      if (JSON.stringify(now) !== JSON.stringify(before)) throw changed(where);
    },
  };
}

async function objects(client: S3Library.S3Client, bucket: string, prefix: string) {
  const found: { key: string; bytes: number; etag: string }[] = [];
  for await (const page of library().paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: prefix }))
    for (const { Key, Size, ETag } of page.Contents ?? [])
      if (Key && !Key.endsWith("/")) found.push({ key: Key, bytes: Size ?? 0, etag: ETag ?? "" });
  return found;
}

const changed = (where: string): OperationError =>
  new OperationError(
    `${where} changed while it was read`,
    "nothing was written; run the command again when the upload is done",
  );

/** S3's own errors in one sentence each. */
async function explained<T>(where: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof library().S3ServiceException && error.$metadata.httpStatusCode === 412) throw changed(where);
    if (!(error instanceof Error) || error instanceof OperationError) throw error;
    throw new OperationError(
      `${where} cannot be read: ${error.name === "Error" ? error.message : `${error.name} ${error.message}`}`,
      "check bucket, endpoint (--s3-endpoint), region (--s3-region) and the AWS credentials of this shell",
      { cause: error },
    );
  }
}

import {
  type BucketLocationConstraint,
  CreateBucketCommand,
  GetObjectLockConfigurationCommand,
  HeadBucketCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import type { KeyPurpose, Place } from "../../../infra/core/aws/names";
import { OperationError } from "../../../infra/core/errors";
import { awsClient, isMissing } from "../aws/client";
import { bucketSettings } from "./bucket-settings";
import { type Found, type Item, settled } from "./item";

export interface BucketSpec {
  name: string;
  /** Whose key encrypts it. */
  key: KeyPurpose;
  /** Can be had at creation only. */
  objectLock?: boolean;
  tags: Readonly<Record<string, string>>;
}

/** A bucket nobody else can see: versioned, encrypted, TLS only. What the program sets later is left as it is. */
export function bucketItem(place: Place, { name: Bucket, key, objectLock, tags }: BucketSpec): Item {
  const s3 = awsClient(S3Client, { region: place.region });
  const settings = bucketSettings(s3, place, Bucket, { purpose: key, tags });

  async function make(): Promise<void> {
    const LocationConstraint = place.region as BucketLocationConstraint;
    await s3.send(
      new CreateBucketCommand({
        Bucket,
        ObjectOwnership: "BucketOwnerEnforced",
        ObjectLockEnabledForBucket: objectLock,
        // The one region that is not named.
        ...(place.region !== "us-east-1" && { CreateBucketConfiguration: { LocationConstraint } }),
      }),
    );
  }

  async function look(): Promise<Found> {
    if (!(await exists(s3, Bucket, place))) {
      const set = settings.map(({ what, write }) => ({ what, run: write }));
      return { todo: [{ what: objectLock ? "bucket with object lock" : "bucket", run: make }, ...set], differs: [] };
    }
    const found = await settled(settings);
    if (objectLock && !(await hasObjectLock(s3, Bucket)))
      found.differs.push("object lock is off, must be on since the bucket was made");
    return found;
  }

  return { name: `bucket ${Bucket}`, region: place.region, look };
}

async function exists(s3: S3Client, Bucket: string, { account, region }: Place): Promise<boolean> {
  try {
    const { BucketRegion } = await s3.send(new HeadBucketCommand({ Bucket, ExpectedBucketOwner: account }));
    if (BucketRegion === undefined || BucketRegion === region) return true;
    throw elsewhere(Bucket, `lies in ${BucketRegion}, must lie in ${region}`);
  } catch (error) {
    if (isMissing(error)) return false;
    if (error instanceof OperationError && error.message.includes("s3:ListBucket"))
      throw elsewhere(
        Bucket,
        `is there and closed to these credentials: another account's, or s3:ListBucket is missing`,
      );
    throw error;
  }
}

const elsewhere = (bucket: string, what: string): OperationError =>
  new OperationError(`bucket ${bucket} ${what}`, "nothing was changed; check the account, or rename the environment");

async function hasObjectLock(s3: S3Client, Bucket: string): Promise<boolean> {
  try {
    const { ObjectLockConfiguration } = await s3.send(new GetObjectLockConfigurationCommand({ Bucket }));
    return ObjectLockConfiguration?.ObjectLockEnabled === "Enabled";
  } catch (error) {
    if (isMissing(error, "ObjectLockConfigurationNotFoundError")) return false;
    throw error;
  }
}

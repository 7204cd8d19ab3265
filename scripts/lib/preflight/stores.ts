import { DescribeKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import { HeadBucketCommand, ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import {
  type KeyPurpose,
  keyAlias,
  keyAliasArn,
  type Place,
  stateBucket,
  weightsBucket,
} from "../../../infra/core/aws/names";
import { runningReleases } from "../../../infra/core/pointers";
import { releaseKey } from "../../../infra/core/weights-layout";
import { awsClient, isMissing } from "../aws/client";
import type { Asked, Check } from "./check";

/** What `homeport init` makes, and what must lie in it before nodes can serve. */

const made = ({ environment }: Place): string => `homeport init ${environment}`;

export const keyCheck = (place: Place, purpose: KeyPurpose): Check => ({
  name: `${place.region} key ${purpose}`,
  look: async () => {
    const alias = keyAlias(place, purpose);
    const kms = awsClient(KMSClient, { region: place.region });
    const key = await unlessMissing(kms.send(new DescribeKeyCommand({ KeyId: keyAliasArn(place, purpose) })));
    const state = key?.KeyMetadata?.KeyState;
    if (state === undefined) return { found: `${alias} is not there`, fix: made(place) };
    if (state === "Enabled") return { found: `${alias} is enabled` };
    return { found: `${alias} is ${state}`, fix: "aws kms enable-key, or cancel-key-deletion first" };
  },
});

export const stateCheck = (place: Place): Check => ({
  name: `${place.region} state bucket`,
  look: async () => {
    const Bucket = stateBucket(place);
    const there = await hasBucket(place, Bucket);
    return there ? { found: Bucket } : { found: `${Bucket} is not there`, fix: made(place) };
  },
});

/** A release whose release file is in the bucket is there whole: that file is written last. */
export const weightsCheck = (place: Place, { config, releases }: Asked): Check => ({
  name: `${place.region} weights`,
  look: async () => {
    const Bucket = weightsBucket(place);
    if (!(await hasBucket(place, Bucket))) return { found: `${Bucket} is not there`, fix: made(place) };
    const s3 = awsClient(S3Client, { region: place.region });
    const wanted = Object.entries(config.models).flatMap(([model, settings]) =>
      runningReleases(settings).map((name) => ({ model, name, id: releases[model]?.[name]?.id ?? "" })),
    );
    const missing: string[] = [];
    // By its name in the list: to look at an object is to read it, and that the bucket lets nobody but the nodes.
    const isThere = async (Prefix: string): Promise<boolean> =>
      ((await s3.send(new ListObjectsV2Command({ Bucket, Prefix, MaxKeys: 1 }))).KeyCount ?? 0) > 0;
    for (const { model, name, id } of wanted) if (!(await isThere(releaseKey(id)))) missing.push(`${model} ${name}`);
    if (missing.length === 0) return { found: `all ${wanted.length} running releases are in ${Bucket}` };
    return {
      found: `${missing.length} of ${wanted.length} running releases are not in ${Bucket}: ${missing.join(", ")}`,
      fix: `homeport weights mirror ${missing[0]} --stack ${place.environment}`,
    };
  },
});

async function hasBucket({ region }: Place, Bucket: string): Promise<boolean> {
  const s3 = awsClient(S3Client, { region });
  return (await unlessMissing(s3.send(new HeadBucketCommand({ Bucket })))) !== undefined;
}

const unlessMissing = <T>(answer: Promise<T>): Promise<T | undefined> =>
  answer.catch((error) => {
    if (isMissing(error)) return undefined;
    throw error;
  });

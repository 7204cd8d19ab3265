import {
  GetBucketEncryptionCommand,
  GetBucketOwnershipControlsCommand,
  GetBucketPolicyCommand,
  GetBucketTaggingCommand,
  GetBucketVersioningCommand,
  GetPublicAccessBlockCommand,
  PutBucketEncryptionCommand,
  PutBucketOwnershipControlsCommand,
  PutBucketPolicyCommand,
  PutBucketTaggingCommand,
  PutBucketVersioningCommand,
  PutPublicAccessBlockCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import { bucketArn, type KeyPurpose, keyAliasArn, type Place } from "../../../infra/core/aws/names";
import { bucketOnlyTls, type PolicyDocument, policyDocument } from "../../../infra/values/aws/policy";
import { isMissing } from "../aws/client";
import type { Setting } from "./item";

const CLOSED = { BlockPublicAcls: true, BlockPublicPolicy: true, IgnorePublicAcls: true, RestrictPublicBuckets: true };

/** Undefined where nobody has set it. */
const orUnset = <T>(reading: Promise<T>): Promise<T | undefined> =>
  reading.catch((error) => {
    if (isMissing(error)) return undefined;
    throw error;
  });

/** What every bucket of ours is, each read before it is written. */
export function bucketSettings(
  s3: S3Client,
  place: Place,
  Bucket: string,
  { purpose, tags }: { purpose: KeyPurpose; tags: Readonly<Record<string, string>> },
): Setting[] {
  const keyArn = keyAliasArn(place, purpose);
  return [
    {
      what: "tags",
      // Any will do: the program and the account's owners add theirs.
      read: async () => ((await orUnset(s3.send(new GetBucketTaggingCommand({ Bucket }))))?.TagSet ? "set" : "unset"),
      write: () => {
        const TagSet = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
        return s3.send(new PutBucketTaggingCommand({ Bucket, Tagging: { TagSet } }));
      },
    },
    {
      what: "versioning",
      read: async () => {
        const { Status } = await s3.send(new GetBucketVersioningCommand({ Bucket }));
        return Status === "Enabled" ? "set" : Status === undefined ? "unset" : { is: Status, must: "Enabled" };
      },
      write: () => s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: "Enabled" } })),
    },
    {
      what: "encryption",
      read: async () => {
        const answer = await orUnset(s3.send(new GetBucketEncryptionCommand({ Bucket })));
        const rule = answer?.ServerSideEncryptionConfiguration?.Rules?.[0]?.ApplyServerSideEncryptionByDefault;
        // AES256 is what S3 does when nobody has said anything.
        if (rule === undefined || rule.SSEAlgorithm === "AES256") return "unset";
        if (rule.SSEAlgorithm === "aws:kms" && rule.KMSMasterKeyID === keyArn) return "set";
        return { is: `${rule.SSEAlgorithm} with ${rule.KMSMasterKeyID}`, must: `aws:kms with ${keyArn}` };
      },
      write: () =>
        s3.send(
          new PutBucketEncryptionCommand({
            Bucket,
            ServerSideEncryptionConfiguration: {
              Rules: [
                {
                  ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "aws:kms", KMSMasterKeyID: keyArn },
                  BucketKeyEnabled: true,
                },
              ],
            },
          }),
        ),
    },
    {
      what: "public access",
      read: async () => {
        const answer = await orUnset(s3.send(new GetPublicAccessBlockCommand({ Bucket })));
        const block = answer?.PublicAccessBlockConfiguration;
        if (block === undefined) return "unset";
        const open = Object.keys(CLOSED).filter((flag) => block[flag as keyof typeof CLOSED] !== true);
        return open.length === 0 ? "set" : { is: `open (${open.join(", ")})`, must: "blocked" };
      },
      write: () => s3.send(new PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration: CLOSED })),
    },
    {
      what: "ownership",
      read: async () => {
        const answer = await orUnset(s3.send(new GetBucketOwnershipControlsCommand({ Bucket })));
        const owner = answer?.OwnershipControls?.Rules?.[0]?.ObjectOwnership;
        if (owner === undefined || owner === "BucketOwnerEnforced") return owner === undefined ? "unset" : "set";
        return { is: owner, must: "BucketOwnerEnforced" };
      },
      write: () =>
        s3.send(
          new PutBucketOwnershipControlsCommand({
            Bucket,
            OwnershipControls: { Rules: [{ ObjectOwnership: "BucketOwnerEnforced" }] },
          }),
        ),
    },
    {
      what: "policy",
      read: async () => {
        const answer = await orUnset(s3.send(new GetBucketPolicyCommand({ Bucket })));
        if (answer?.Policy === undefined) return "unset";
        // The program's own policy refuses plain requests with the same words.
        return refusesPlain(answer.Policy) ? "set" : { is: "one that allows requests without TLS", must: "TLS only" };
      },
      write: () =>
        s3.send(
          new PutBucketPolicyCommand({
            Bucket,
            Policy: JSON.stringify(policyDocument(bucketOnlyTls(bucketArn(place, Bucket)))),
          }),
        ),
    },
  ];
}

function refusesPlain(policy: string): boolean {
  const { Statement } = JSON.parse(policy) as PolicyDocument;
  return [Statement]
    .flat()
    .some(
      ({ Effect, Action, Condition }) =>
        Effect === "Deny" && Action === "s3:*" && Condition?.Bool?.["aws:SecureTransport"] === "false",
    );
}

import type { StackConfig } from "../../../config/schema";
import { bucketArn, keyAliasArn, type Place, weightsBucket } from "../../../core/aws/names";

/** Settings of one region's weights bucket, as the program keeps them. The bucket and its key come from `homeport init`. */

/** Days that nothing written can be removed, by whatever mistake; the lock can only be lengthened. */
const LOCK_DAYS = { development: 1, standard: 30, regulated: 365 } as const;

/** Days that an overwritten or retired version can still be brought back. */
const OLD_VERSION_DAYS = 30;

/** S3 promises 99.99 % of replicas within this time, and tells of those that are late. */
const REPLICATION_MINUTES = 15;

/** Tag that `homeport weights retire` puts on a release that no stack pins any more. */
export const RETIRED_TAG = { key: "homeport-retired", value: "true" } as const;

export const weightsEncryption = (place: Place) => [
  {
    applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: keyAliasArn(place, "weights") },
    bucketKeyEnabled: true,
  },
];

export const weightsLock = ({ environment }: StackConfig) => ({
  defaultRetention: { mode: "GOVERNANCE", days: LOCK_DAYS[environment.profile] },
});

/** An expiry counts from the upload, so a retired release is hidden at the next midnight and gone a month later. */
export const weightsLifecycle = () => [
  {
    id: "aborted-uploads",
    status: "Enabled",
    filter: { prefix: "" },
    abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
  },
  {
    id: "old-versions",
    status: "Enabled",
    filter: { prefix: "" },
    expiration: { expiredObjectDeleteMarker: true },
    noncurrentVersionExpiration: { noncurrentDays: OLD_VERSION_DAYS },
  },
  { id: "retired", status: "Enabled", filter: { tag: RETIRED_TAG }, expiration: { days: 1 } },
];

/** Name of the rule that copies to a region; its metrics carry it. */
export const replicationRule = ({ region }: Place): string => `to-${region}`;

/** One rule per other region. Two rules must not have one priority; which of them is higher means nothing here. */
export const weightsReplication = (others: readonly Place[]) =>
  others.map((place, index) => ({
    id: replicationRule(place),
    priority: index + 1,
    status: "Enabled",
    filter: { prefix: "releases/" },
    deleteMarkerReplication: { status: "Disabled" },
    sourceSelectionCriteria: { sseKmsEncryptedObjects: { status: "Enabled" } },
    destination: {
      bucket: bucketArn(place, weightsBucket(place)),
      encryptionConfiguration: { replicaKmsKeyId: keyAliasArn(place, "weights") },
      replicationTime: { status: "Enabled", time: { minutes: REPLICATION_MINUTES } },
      metrics: { status: "Enabled", eventThreshold: { minutes: REPLICATION_MINUTES } },
    },
  }));

import {
  bucketArn,
  keyAlias,
  type Place,
  partitionOf,
  roleArn,
  roleName,
  weightsBucket,
} from "../../../core/aws/names";
import { bucketOnlyTls } from "../policy";

/** Who may do what with the weights, as plain data. Why it is cut this way: decision 0081. */

const VERSION = "2012-10-17";

const nodeCacheRole = (place: Place): string => roleArn(place, roleName(place, "node-cache"));

/** Whoever may assume it mirrors: the only writer, and the only reader outside the nodes. One per environment. */
export const mirrorRoleName = (first: Place): string => roleName(first, "mirror");

const buckets = (places: readonly Place[]): string[] => places.map((place) => bucketArn(place, weightsBucket(place)));
const objects = (places: readonly Place[]): string[] => buckets(places).map((arn) => `${arn}/releases/*`);

/** Keys have no name in their ARN; the alias says which one, and the service through which it may be used. */
const withKey = (sid: string, place: Place, actions: readonly string[]) => ({
  Sid: sid,
  Effect: "Allow",
  Action: actions,
  Resource: `arn:${partitionOf(place.region)}:kms:${place.region}:${place.account}:key/*`,
  Condition: {
    StringEquals: { "kms:ViaService": `s3.${place.region}.amazonaws.com` },
    "ForAnyValue:StringEquals": { "kms:ResourceAliases": keyAlias(place, "weights") },
  },
});

const sidOf = (region: string): string => region.replaceAll("-", "");

/** What the node cache of one region may do: read its own bucket. */
export const nodeCachePolicy = (place: Place) => ({
  Version: VERSION,
  Statement: [
    {
      Sid: "List",
      Effect: "Allow",
      Action: "s3:ListBucket",
      Resource: buckets([place]),
      Condition: { StringLike: { "s3:prefix": "releases/*" } },
    },
    { Sid: "Read", Effect: "Allow", Action: "s3:GetObject", Resource: objects([place]) },
    withKey("Decrypt", place, ["kms:Decrypt"]),
  ],
});

/** The bucket's own word, against every grant of the account. `vpcId` is an Output in the program. */
export function weightsBucketPolicy<T>(place: Place, first: Place, vpcId: T) {
  const arn = bucketArn(place, weightsBucket(place));
  const everything = [arn, `${arn}/*`];
  const mirror = roleArn(first, mirrorRoleName(first));
  const deny = (sid: string, Action: string | string[], Resource: string | string[], Condition?: object) => ({
    Sid: sid,
    Effect: "Deny",
    Principal: "*",
    Action,
    Resource,
    ...(Condition && { Condition }),
  });
  const isNot = (...roles: string[]) => ({ ArnNotEquals: { "aws:PrincipalArn": roles } });
  return {
    Version: VERSION,
    Statement: [
      bucketOnlyTls(arn),
      deny("OnlyTls12", "s3:*", everything, { NumericLessThan: { "s3:TlsVersion": "1.2" } }),
      deny(
        "OnlyNodesAndMirrorRead",
        ["s3:GetObject", "s3:GetObjectVersion"],
        `${arn}/*`,
        isNot(nodeCacheRole(place), mirror),
      ),
      deny("OnlyMirrorWrites", ["s3:PutObject", "s3:PutObjectTagging"], `${arn}/*`, isNot(mirror)),
      // Credentials that left a node are worth nothing outside the cell's network.
      deny("NodesOnlyFromTheirNetwork", "s3:*", everything, {
        ArnEquals: { "aws:PrincipalArn": nodeCacheRole(place) },
        StringNotEquals: { "aws:SourceVpc": vpcId },
      }),
      // Lifecycle rules are not bound by a bucket's policy: they alone remove anything.
      deny("NobodyDeletes", ["s3:DeleteObject", "s3:DeleteObjectVersion", "s3:BypassGovernanceRetention"], `${arn}/*`),
    ],
  };
}

/** What `homeport weights mirror` may do in every region of the environment. */
export const mirrorPolicy = (places: readonly Place[]) => ({
  Version: VERSION,
  Statement: [
    {
      Sid: "List",
      Effect: "Allow",
      // The last one: whether objects come to the other regions by themselves.
      Action: ["s3:ListBucket", "s3:ListBucketMultipartUploads", "s3:GetReplicationConfiguration"],
      Resource: buckets(places),
    },
    {
      Sid: "ReadAndWrite",
      Effect: "Allow",
      Action: [
        "s3:GetObject",
        "s3:GetObjectTagging",
        "s3:PutObject",
        "s3:PutObjectTagging",
        "s3:AbortMultipartUpload",
        "s3:ListMultipartUploadParts",
      ],
      Resource: objects(places),
    },
    ...places.map((place) => withKey(`Key${sidOf(place.region)}`, place, ["kms:Decrypt", "kms:GenerateDataKey"])),
  ],
});

/** Anybody of the account whom IAM allows to assume it. */
export const mirrorTrust = ({ account, region }: Place) => ({
  Version: VERSION,
  Statement: [
    {
      Sid: "PeopleOfTheAccount",
      Effect: "Allow",
      Action: "sts:AssumeRole",
      Principal: { AWS: `arn:${partitionOf(region)}:iam::${account}:root` },
    },
  ],
});

/** S3 itself, for this one bucket. */
export const replicationTrust = (first: Place) => ({
  Version: VERSION,
  Statement: [
    {
      Sid: "Replication",
      Effect: "Allow",
      Action: "sts:AssumeRole",
      Principal: { Service: "s3.amazonaws.com" },
      Condition: {
        StringEquals: { "aws:SourceAccount": first.account },
        ArnEquals: { "aws:SourceArn": bucketArn(first, weightsBucket(first)) },
      },
    },
  ],
});

/** From the first region's bucket into the others'; locks go along, delete markers do not. */
export const replicationPolicy = (first: Place, others: readonly Place[]) => ({
  Version: VERSION,
  Statement: [
    {
      Sid: "Source",
      Effect: "Allow",
      Action: ["s3:GetReplicationConfiguration", "s3:ListBucket"],
      Resource: buckets([first]),
    },
    {
      Sid: "Versions",
      Effect: "Allow",
      Action: [
        "s3:GetObjectVersionForReplication",
        "s3:GetObjectVersionAcl",
        "s3:GetObjectVersionTagging",
        "s3:GetObjectRetention",
        "s3:GetObjectLegalHold",
      ],
      Resource: objects([first]),
    },
    {
      Sid: "Replicas",
      Effect: "Allow",
      Action: ["s3:ReplicateObject", "s3:ReplicateTags"],
      Resource: objects(others),
    },
    withKey("Read", first, ["kms:Decrypt"]),
    ...others.map((place) => withKey(`Write${sidOf(place.region)}`, place, ["kms:Encrypt", "kms:GenerateDataKey"])),
  ],
});

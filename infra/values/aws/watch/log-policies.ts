import { bucketArn, logsBucket, type Place, partitionOf, trailArn, trailBucket } from "../../../core/aws/names";
import { bucketOnlyTls, type PolicyDocument, policyDocument, type Statement } from "../policy";

/** Who may write logs, and that nobody removes them: the words of the buckets and of their key. */

const ownAccount = ({ account }: Place) => ({ StringEquals: { "aws:SourceAccount": account } });

/** Lifecycle rules are no request and are not bound by it; who changes this policy leaves a trace in CloudTrail. */
const kept = (arn: string): Statement => ({
  Sid: "NobodyRemoves",
  Effect: "Deny",
  Principal: "*",
  Action: ["s3:DeleteObject", "s3:DeleteObjectVersion", "s3:PutBucketVersioning", "s3:DeleteBucket"],
  Resource: [arn, `${arn}/*`],
});

/** Flow logs and NLBs come through one service, ALBs through another. */
export function logsBucketPolicy(place: Place): PolicyDocument {
  const arn = bucketArn(place, logsBucket(place));
  const balancers = `${arn}/load-balancers/*/AWSLogs/${place.account}/*`;
  const flows = `${arn}/flow/AWSLogs/*`;
  return policyDocument(
    {
      Sid: "DeliveryLooks",
      Effect: "Allow",
      Principal: { Service: "delivery.logs.amazonaws.com" },
      Action: ["s3:GetBucketAcl", "s3:ListBucket"],
      Resource: arn,
      Condition: ownAccount(place),
    },
    {
      Sid: "DeliveryWrites",
      Effect: "Allow",
      Principal: { Service: "delivery.logs.amazonaws.com" },
      Action: "s3:PutObject",
      Resource: [balancers, flows],
      Condition: ownAccount(place),
    },
    {
      Sid: "ApplicationLoadBalancersWrite",
      Effect: "Allow",
      Principal: { Service: "logdelivery.elasticloadbalancing.amazonaws.com" },
      Action: "s3:PutObject",
      Resource: balancers,
      Condition: ownAccount(place),
    },
    kept(arn),
    bucketOnlyTls(arn),
  );
}

export function trailBucketPolicy(place: Place): PolicyDocument {
  const arn = bucketArn(place, trailBucket(place));
  const ofTrail = { StringEquals: { "aws:SourceArn": trailArn(place) } };
  const service = { Service: "cloudtrail.amazonaws.com" };
  return policyDocument(
    {
      Sid: "TrailLooks",
      Effect: "Allow",
      Principal: service,
      Action: "s3:GetBucketAcl",
      Resource: arn,
      Condition: ofTrail,
    },
    {
      Sid: "TrailWrites",
      Effect: "Allow",
      Principal: service,
      Action: "s3:PutObject",
      Resource: `${arn}/AWSLogs/${place.account}/*`,
      Condition: { StringEquals: { ...ofTrail.StringEquals, "s3:x-amz-acl": "bucket-owner-full-control" } },
    },
    kept(arn),
    bucketOnlyTls(arn),
  );
}

export const ownKeyPolicy = ({ account, region }: Place): Statement => ({
  Sid: "IamOfThisAccount",
  Effect: "Allow",
  Principal: { AWS: `arn:${partitionOf(region)}:iam::${account}:root` },
  Action: "kms:*",
  Resource: "*",
});

const ENCRYPT = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*"];

/** Each writer for what it writes; readers are let in by IAM. */
export function logsKeyPolicy(place: Place): PolicyDocument {
  const { account, region } = place;
  const partition = partitionOf(region);
  return policyDocument(
    ownKeyPolicy(place),
    {
      Sid: "Delivery",
      Effect: "Allow",
      Principal: { Service: "delivery.logs.amazonaws.com" },
      Action: [...ENCRYPT, "kms:DescribeKey"],
      Resource: "*",
      Condition: ownAccount(place),
    },
    {
      Sid: "CloudWatchLogs",
      Effect: "Allow",
      Principal: { Service: `logs.${region}.amazonaws.com` },
      // Without kms:DescribeKey: a question about a key has no encryption context, so it never meets the condition.
      Action: ENCRYPT,
      Resource: "*",
      Condition: {
        ArnLike: { "kms:EncryptionContext:aws:logs:arn": `arn:${partition}:logs:${region}:${account}:log-group:*` },
      },
    },
    {
      Sid: "Trail",
      Effect: "Allow",
      Principal: { Service: "cloudtrail.amazonaws.com" },
      Action: ["kms:GenerateDataKey*", "kms:DescribeKey", "kms:Decrypt"],
      Resource: "*",
      Condition: { StringEquals: { "aws:SourceArn": trailArn(place) } },
    },
  );
}

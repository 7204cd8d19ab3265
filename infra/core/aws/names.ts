/**
 * Names of what AWS makes only once per account or worldwide, and the ARNs that follow from them: plain text, known
 * before anything exists, so that policies and pods' settings need no Outputs. Everything else is named by Pulumi.
 */
export interface Place {
  /** The environment: `prod` of `stacks/Pulumi.prod.yaml`. */
  environment: string;
  /** 12 digits. */
  account: string;
  region: string;
}

/** Longest name of an environment, so that the longest bucket name has 63 characters. */
export const LONGEST_ENVIRONMENT = 18;

/** `aws-cn` in China, `aws-us-gov` in GovCloud: the first part of every ARN. */
export const partitionOf = (region: string): string =>
  region.startsWith("cn-") ? "aws-cn" : region.startsWith("us-gov-") ? "aws-us-gov" : "aws";

const arn = (service: string, { account, region }: Place, resource: string): string =>
  `arn:${partitionOf(region)}:${service}:${region}:${account}:${resource}`;

/** IAM has no region; `region` only says in which partition. */
export const roleArn = ({ account, region }: Place, name: string): string =>
  `arn:${partitionOf(region)}:iam::${account}:role/${name}`;

/** Roles that a bucket's policy or another role must name: `homeport-prod-us-east-1-node-cache`. */
export const roleName = ({ environment, region }: Pick<Place, "environment" | "region">, purpose: string): string =>
  `homeport-${environment}-${region}-${purpose}`;

export const bucketArn = ({ region }: Pick<Place, "region">, bucket: string): string =>
  `arn:${partitionOf(region)}:s3:::${bucket}`;

/** The EKS cluster of one cell: `homeport-prod`. */
export const clusterName = ({ environment }: Pick<Place, "environment">): string => `homeport-${environment}`;
export const clusterArn = (place: Place): string => arn("eks", place, `cluster/${clusterName(place)}`);

/** Weights of one region's cell: `homeport-prod-123456789012-weights-us-east-1`. */
export const weightsBucket = ({ environment, account, region }: Place): string =>
  `homeport-${environment}-${account}-weights-${region}`;

/** Flow and access logs of one region: `homeport-prod-123456789012-logs-us-east-1`. */
export const logsBucket = ({ environment, account, region }: Place): string =>
  `homeport-${environment}-${account}-logs-${region}`;

/** CloudTrail's files of one environment, in its first region: `homeport-prod-123456789012-trail-us-east-1`. */
export const trailBucket = ({ environment, account, region }: Place): string =>
  `homeport-${environment}-${account}-trail-${region}`;
export const trailName = ({ environment }: Pick<Place, "environment">): string => `homeport-${environment}`;
export const trailArn = (place: Place): string => arn("cloudtrail", place, `trail/${trailName(place)}`);

/** Pulumi's state of one environment, in its first region. */
export const stateBucket = ({ environment, account, region }: Place): string =>
  `homeport-${environment}-${account}-state-${region}`;

/** SNS topic of one region's alarms: `homeport-prod-alarms`. */
export const alarmTopic = ({ environment }: Pick<Place, "environment">): string => `homeport-${environment}-alarms`;
export const alarmTopicArn = (place: Place): string => arn("sns", place, alarmTopic(place));

/** Keys by purpose. An alias is known before its key; policies allow keys by `kms:ResourceAliases`. */
export type KeyPurpose = "state" | "weights" | "logs" | "alarms";
export const keyAlias = ({ environment }: Pick<Place, "environment">, purpose: KeyPurpose): string =>
  `alias/homeport-${environment}-${purpose}`;
export const keyAliasArn = (place: Place, purpose: KeyPurpose): string => arn("kms", place, keyAlias(place, purpose));

/** Registry of one account and region, where every image of an AWS environment is pulled from. */
export const registryHost = ({ account, region }: Pick<Place, "account" | "region">): string =>
  `${account}.dkr.ecr.${region}.amazonaws.com${region.startsWith("cn-") ? ".cn" : ""}`;

/** Begin of every repository's name. */
export const REPOSITORY_PREFIX = "homeport/";

/** Repository of a mirrored image: `homeport/nvcr.io/nvidia/k8s-device-plugin`. */
export const repositoryName = (image: string): string =>
  `${REPOSITORY_PREFIX}${image.replace(/@.*$/, "").replace(/:[^/]*$/, "")}`;

/** The image as the account's own registry has it: same digest, other place. */
export const mirroredImage = (place: Pick<Place, "account" | "region">, image: string): string =>
  `${registryHost(place)}/${repositoryName(image)}@${image.split("@")[1]}`;

/** Where AWS changes what has no region: Route 53's records above all. */
export const controlRegion = (region: string): string =>
  ({ aws: "us-east-1", "aws-cn": "cn-northwest-1", "aws-us-gov": "us-gov-west-1" })[partitionOf(region)] ?? "us-east-1";

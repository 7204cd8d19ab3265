import { OperationError } from "../../../infra/core/errors";

/** AWS's refusals in one sentence each, with what helps. What a caller can decide on (not found, exists) passes as it is. */

/** Calls whose IAM action has another name; all others are `<service>:<call>`. */
const ACTIONS: Readonly<Record<string, string>> = {
  "s3:HeadBucket": "s3:ListBucket",
  "s3:ListObjectsV2": "s3:ListBucket",
  "s3:HeadObject": "s3:GetObject",
  "s3:CreateMultipartUpload": "s3:PutObject",
  "s3:UploadPart": "s3:PutObject",
  "s3:CompleteMultipartUpload": "s3:PutObject",
  "s3:ListParts": "s3:ListMultipartUploadParts",
  "s3:ListMultipartUploads": "s3:ListBucketMultipartUploads",
  "s3:GetBucketEncryption": "s3:GetEncryptionConfiguration",
  "s3:PutBucketEncryption": "s3:PutEncryptionConfiguration",
  "s3:GetPublicAccessBlock": "s3:GetBucketPublicAccessBlock",
  "s3:PutPublicAccessBlock": "s3:PutBucketPublicAccessBlock",
  "s3:GetObjectLockConfiguration": "s3:GetBucketObjectLockConfiguration",
  "s3:GetBucketReplication": "s3:GetReplicationConfiguration",
};

/** Services whose actions begin with another word than their name. */
const PREFIXES: Readonly<Record<string, string>> = { "Service Quotas": "servicequotas", "Route 53": "route53" };

const DENIED = /^(AccessDenied|AccessDeniedException|UnauthorizedOperation|Forbidden|403)$/;
const THROTTLED = /Throttl|SlowDown|TooManyRequests|RequestLimitExceeded|LimitExceededException$/;
const READS = /^(Get|List|Describe|Head)/;
const EXPIRED = /ExpiredToken|TokenRefreshRequired|RequestExpired/;
const UNKNOWN_CREDENTIALS = /InvalidClientTokenId|InvalidAccessKeyId|UnrecognizedClient|SignatureDoesNotMatch/;
const UNREACHABLE = /ECONNREFUSED|ENOTFOUND|ETIMEDOUT|EAI_AGAIN|ECONNRESET|TimeoutError/;

interface ServiceError extends Error {
  code?: string;
  $metadata?: { httpStatusCode?: number; attempts?: number };
}

/** `service` and `call` as the SDK names them: `S3`, `CreateBucket`. */
export function explained(given: unknown, service: string, call: string): unknown {
  if (!(given instanceof Error) || given instanceof OperationError) return given;
  const error = given as ServiceError;
  const action = `${PREFIXES[service] ?? service.toLowerCase()}:${call}`;
  const say = (message: string, fix: string) => new OperationError(message, fix, { cause: error });
  const status = error.$metadata?.httpStatusCode;
  if (error.name === "CredentialsProviderError")
    return say("this shell has no AWS credentials", "log in (aws sso login), or set AWS_PROFILE");
  if (EXPIRED.test(error.name)) return say("the AWS credentials have expired", "log in again (aws sso login)");
  if (UNKNOWN_CREDENTIALS.test(error.name))
    return say(`AWS does not know these credentials (${error.name})`, "check AWS_PROFILE and the AWS_* variables");
  if (DENIED.test(error.name) || status === 403) {
    const missing = ACTIONS[action] ?? action;
    return say(`not allowed: ${missing}${detail(error)}`, `let this role do ${missing}`);
  }
  if (THROTTLED.test(error.name) || status === 429)
    return say(
      `AWS throttles ${action}, ${error.$metadata?.attempts ?? 1} attempts were in vain`,
      `wait a minute and run the command again${READS.test(call) ? "" : ": what is done is kept"}`,
    );
  if (UNREACHABLE.test(`${error.code} ${error.name}`))
    return say(`AWS cannot be reached for ${action} (${error.code ?? error.name})`, "check the network and the region");
  return error;
}

/** What AWS itself says, where it says something. */
const detail = ({ message, name }: Error): string =>
  message === "" || message === name || message === "UnknownError" ? "" : ` (${message})`;

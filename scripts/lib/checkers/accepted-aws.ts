import type { AcceptedRow } from "./accepted";

const TLS_VERSION =
  'a number with a point, as AWS\'s own documentation of the key has it ("NumericLessThan": {"s3:TlsVersion": "1.2"}); ' +
  "parliament takes integers only, and asks for the key on two actions of `s3:*` where a refusal needs none";

const OF_LOGS =
  "the end of the chain of logs: who reads a log is in the trail's data events, its objects are locked and versioned, " +
  "nobody waits for a new one, and a copy in another region would leave the region that residency allows";

const OF_TRAIL =
  "alarms come from the services themselves and a copy in CloudWatch would cost more than the trail; files lie locked " +
  "in a bucket of their own and are read after the fact";

/** What the checkers may find in AWS resources without failing the run. A row that excuses nothing fails it. */
export const ACCEPTED_AWS: readonly AcceptedRow[] = [
  {
    checker: "parliament",
    check: "MISMATCHED_TYPE",
    object: "aws_s3_bucket_policy *",
    text: "*s3:TlsVersion requires a value of type Numeric but given ['1.2']",
    reason: TLS_VERSION,
  },
  {
    checker: "parliament",
    check: "UNKNOWN_CONDITION_FOR_ACTION",
    object: "aws_s3_bucket_policy *",
    text: "*Unknown condition s3:TlsVersion for action s3:*",
    reason: TLS_VERSION,
  },
  {
    checker: "parliament",
    check: "UNKNOWN_CONDITION_FOR_ACTION",
    object: "aws_iam_role_policy *",
    text: "*Unknown condition kms:ResourceAliases for action kms:*",
    dependsOnStack: true,
    reason:
      "AWS names this key as the way to allow the use of a key by its alias (KMS developer guide, alias-authorization, " +
      "read 2026-11-22); parliament's list has it for no action",
  },
  {
    checker: "parliament",
    check: "MISMATCHED_TYPE",
    object: "aws_kms_key */logs",
    text: "*ArnLike requires a value of type Arn but given String",
    reason:
      "the encryption context of CloudWatch Logs is the ARN of a log group, and AWS's own key policy compares it so " +
      "(CloudWatch Logs user guide, encrypt-log-data-kms); parliament calls every context a text",
  },
  ...["CKV_AWS_18", "CKV_AWS_144", "CKV2_AWS_62"].map(
    (check): AcceptedRow => ({ checker: "checkov", check, object: "aws_s3_bucket *", reason: OF_LOGS }),
  ),
  ...["CKV_AWS_252", "CKV2_AWS_10"].map(
    (check): AcceptedRow => ({ checker: "checkov", check, object: "aws_cloudtrail *", reason: OF_TRAIL }),
  ),
  {
    checker: "checkov",
    check: "CKV_AWS_158",
    object: "aws_cloudwatch_log_group */metrics",
    dependsOnStack: true,
    reason:
      "complaints of managed Prometheus about its own rules, never about requests; encrypted with CloudWatch's key",
  },
  {
    checker: "checkov",
    check: "CKV_AWS_338",
    object: "aws_cloudwatch_log_group *",
    dependsOnStack: true,
    reason:
      "how long logs are kept is the profile's: a year and more where regulated; complaints of Prometheus a month",
  },
  {
    checker: "parliament",
    check: "RESOURCE_MISMATCH",
    object: "aws_iam_role_policy */karpenter",
    text: "*'action': 'ec2:RunInstances'*",
    dependsOnStack: true,
    reason:
      "Karpenter's own policy: starting an instance asks for each thing that it uses or makes by itself, so one statement " +
      "names what may be used and another what may be made, by its tags; parliament reads statements one by one",
  },
  {
    checker: "parliament",
    check: "RESOURCE_MISMATCH",
    object: "aws_iam_role_policy */karpenter",
    text: "*'action': 'ssm:GetParameter', 'required_format': 'arn:*:ssm:*",
    dependsOnStack: true,
    reason: "AWS's public parameters, the ids of machine images among them, belong to no account: that part is empty",
  },
  {
    checker: "checkov",
    check: "CKV_AWS_297",
    object: "aws_scheduler_schedule *",
    dependsOnStack: true,
    reason: "says when a capacity block ends and which group of nodes takes over: nothing that needs a key of its own",
  },
  {
    checker: "checkov",
    check: "CKV_AWS_39",
    object: "aws_eks_cluster */cluster",
    dependsOnStack: true,
    reason:
      "`cluster.access: public` is the stack's choice; its CIDRs are required, and 0.0.0.0/0 is refused by config",
  },
  {
    checker: "checkov",
    check: "CKV_AWS_150",
    object: "aws_lb *",
    dependsOnStack: true,
    reason: "profile development: a balancer that comes and goes with its stack; the other profiles protect theirs",
  },
  {
    checker: "checkov",
    check: "CKV2_AWS_20",
    object: "aws_lb *",
    dependsOnStack: true,
    reason:
      "a rule for application balancers: ours pass TCP on and cannot redirect; without a hostname there is no TLS",
  },
  {
    checker: "checkov",
    check: "CKV_AWS_61",
    object: "aws_iam_role */mirror",
    dependsOnStack: true,
    reason: "the principal is this account, not everybody: who in it may mirror weights is decided by its own policies",
  },
  {
    checker: "checkov",
    check: "CKV2_AWS_71",
    object: "aws_acm_certificate */models",
    dependsOnStack: true,
    reason:
      "each model has a name of its own below the environment's; a certificate per model would publish every model in " +
      "the public transparency logs and be made anew for each",
  },
  {
    checker: "checkov",
    check: "CKV_AWS_378",
    object: "aws_lb_target_group *",
    dependsOnStack: true,
    reason: "`webFirewall`: from the balancer to the proxies requests are plain inside the VPC (decision 0086)",
  },
  {
    checker: "checkov",
    check: "CKV2_AWS_76",
    object: "aws_lb *",
    dependsOnStack: true,
    reason:
      "the rules against Log4j are there and block in headers, paths and queries; in bodies they count, because a prompt " +
      "may well ask about the exploit and nothing behind the balancer runs Java",
  },
  {
    checker: "checkov",
    check: "CKV_AWS_145",
    object: "aws_s3_bucket *",
    dependsOnStack: true,
    reason: "`webFirewall`: application balancers write access logs to buckets with S3's own key only",
  },
];

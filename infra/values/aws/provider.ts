import type { StackConfig } from "../../config/schema";
import { defaultTags } from "./tags";

/**
 * Arguments of the AWS provider of one region, which need not be one of the stack's. A provider asks the STS of its region
 * whose credentials it has before it does anything (aws-sdk-go-base 71dcf8a, `GetAwsAccountIDAndPartition`), and Pulumi
 * asks once more before that, without `stsRegion` (pulumi-aws, `validateCredentials`; both read 2026-11-22). Where that
 * region is lost or not among those of the stack, the first that answers is asked instead; the account is held against
 * `allowedAccountIds` all the same.
 */
export function providerArgs(region: string, environment: string, config: StackConfig) {
  const { regions, regionStates } = config;
  const answering = regions.filter((one) => regionStates[one] !== "lost");
  const elsewhere = answering.includes(region) ? undefined : answering[0];
  return {
    region,
    allowedAccountIds: [config.environment.account ?? ""],
    defaultTags: { tags: defaultTags(environment, config) },
    ...(elsewhere !== undefined && { stsRegion: elsewhere, skipCredentialsValidation: true }),
  };
}

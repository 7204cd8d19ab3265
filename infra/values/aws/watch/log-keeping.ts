import type { StackConfig } from "../../../config/schema";
import { clusterName, type Place } from "../../../core/aws/names";

/** How long logs are kept, and where they must not be touched. */

/** Days that CloudWatch Logs can keep (botocore 1.43.x `logs`, PutRetentionPolicy, read 2026-11-22). */
const CLOUDWATCH_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

/** The shortest that is not too short. */
export const cloudWatchDays = (days: number): number =>
  CLOUDWATCH_DAYS.find((allowed) => allowed >= days) ?? CLOUDWATCH_DAYS.at(-1) ?? days;

/** EKS writes its control plane's logs here; made before the cluster, or they would be kept for ever. */
export const controlPlaneLogGroup = (place: Place): string => `/aws/eks/${clusterName(place)}/cluster`;

/** Answers to "what did the managed Prometheus refuse". */
export const prometheusLogGroup = ({ environment }: Pick<Place, "environment">): string =>
  `/aws/vendedlogs/prometheus/homeport-${environment}`;

/** Files go when they are old enough, and nothing keeps their old versions longer. */
export const logLifecycle = ({ monitoring }: Pick<StackConfig, "monitoring">) => [
  {
    id: "kept",
    status: "Enabled",
    filter: { prefix: "" },
    expiration: { days: monitoring.retentionDays },
    noncurrentVersionExpiration: { noncurrentDays: 1 },
    abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
  },
];

/**
 * `regulated`: nobody, not even root, can remove what CloudTrail wrote. `standard`: who may lift it leaves a trace.
 * `development`: none, so that an account can be cleared.
 */
const LOCK = { development: undefined, standard: "GOVERNANCE", regulated: "COMPLIANCE" } as const;

export function trailLock({ environment, monitoring }: Pick<StackConfig, "environment" | "monitoring">) {
  const mode = LOCK[environment.profile];
  return mode && { defaultRetention: { mode, days: monitoring.retentionDays } };
}

/** ALBs cannot write into a bucket that encrypts by a key of ours; everything else can (ELB user guide, 2026-11-22). */
export const logEncryption = <T>({ traffic }: Pick<StackConfig, "traffic">, keyArn: T) =>
  traffic.webFirewall ? { sseAlgorithm: "AES256" } : { sseAlgorithm: "aws:kms", kmsMasterKeyId: keyArn };

import type { StackConfig } from "../../../config/schema";
import { type Place, roleName, weightsBucket } from "../../../core/aws/names";
import { replicationRule } from "../weights/weight-store";

/** What Prometheus cannot see, because it is not in the cluster. */

/** What an alarm is, without the dimensions that only AWS knows. */
interface AlarmArgs {
  alarmDescription: string;
  namespace: string;
  metricName: string;
  statistic: "Sum" | "Minimum" | "Maximum";
  comparisonOperator: "GreaterThanThreshold" | "LessThanThreshold";
  threshold: number;
  period: number;
  evaluationPeriods: number;
  datapointsToAlarm: number;
  treatMissingData: "notBreaching" | "breaching";
}

/** How long, in minutes, of five-minute readings; two thirds of them must be bad. */
const lasting = (minutes: number) => ({
  period: 300,
  evaluationPeriods: minutes / 5,
  datapointsToAlarm: Math.max(1, Math.ceil((minutes / 5) * (2 / 3))),
});

interface BalancerAlarm {
  key: string;
  /** By target group too. */
  ofTargets: boolean;
  args: AlarmArgs;
}

/** Names: user guides of both load balancers, read 2026-11-22. */
export function balancerAlarms(kind: "network" | "application", entrance: string): BalancerAlarm[] {
  const namespace = kind === "network" ? "AWS/NetworkELB" : "AWS/ApplicationELB";
  const above = { comparisonOperator: "GreaterThanThreshold", treatMissingData: "notBreaching" } as const;
  const unhealthy: BalancerAlarm = {
    key: "unhealthy-targets",
    ofTargets: true,
    args: {
      alarmDescription: `${entrance}: some proxies fail their health check. kubectl -n envoy-gateway-system get pods; a model without a ready release fails it on purpose (homeport status).`,
      namespace,
      metricName: "UnHealthyHostCount",
      statistic: "Maximum",
      ...above,
      threshold: 0,
      ...lasting(15),
    },
  };
  const refused = (key: string, metricName: string, threshold: number, what: string): BalancerAlarm => ({
    key,
    ofTargets: false,
    args: {
      alarmDescription: `${entrance}: ${what}`,
      namespace,
      metricName,
      statistic: "Sum",
      ...above,
      threshold,
      ...lasting(10),
    },
  });
  return kind === "network"
    ? [
        unhealthy,
        refused(
          "rejected-flows",
          "RejectedFlowCount",
          100,
          "the load balancer refuses connections: no healthy target, or more than it can take.",
        ),
      ]
    : [
        unhealthy,
        refused(
          "own-errors",
          "HTTPCode_ELB_5XX_Count",
          20,
          "the load balancer itself answers 5xx: no healthy target, or a time-out between it and the proxies.",
        ),
      ];
}

interface ReplicationAlarm extends AlarmArgs {
  dimensions: Record<string, string>;
}

/** Metrics of one rule of one bucket (S3 user guide, "Using S3 Replication metrics", read 2026-11-22). */
const ofReplication = (source: Place, destination: Place) => ({
  namespace: "AWS/S3",
  comparisonOperator: "GreaterThanThreshold" as const,
  treatMissingData: "notBreaching" as const,
  dimensions: {
    SourceBucket: weightsBucket(source),
    DestinationBucket: weightsBucket(destination),
    RuleId: replicationRule(destination),
  },
});

/** S3 promises 15 minutes. This metric is published in the destination's region. */
export const replicationLateAlarm = (source: Place, destination: Place): ReplicationAlarm => ({
  alarmDescription: `weights are copied late to ${destination.region}: a release counts as mirrored there only when every file is, so a promote waits (homeport weights mirror).`,
  metricName: "ReplicationLatency",
  statistic: "Maximum",
  threshold: 1800,
  ...lasting(15),
  ...ofReplication(source, destination),
});

/** S3 does not try again what has failed. This metric is published in the source's region; one failure is told. */
export const replicationFailedAlarm = (source: Place, destination: Place): ReplicationAlarm => ({
  alarmDescription: `weights could not be copied to ${destination.region}, and S3 does not try again: homeport weights mirror sends them from here; the role ${roleName(source, "replication")} or the keys of the buckets are the usual reason.`,
  metricName: "OperationsFailedReplication",
  statistic: "Sum",
  threshold: 0,
  ...lasting(5),
  ...ofReplication(source, destination),
});

/** Classes of running vCPUs that CloudWatch counts against a quota; spot is counted elsewhere. */
const CLASSES = { p: "P/OnDemand", g: "G/OnDemand" } as const;

/** Classes that the pools can use. */
export const quotaClasses = ({ pools }: Pick<StackConfig, "pools">): string[] => {
  const families = new Set(Object.values(pools).map(({ instanceType = "" }) => instanceType[0] ?? ""));
  return Object.entries(CLASSES).flatMap(([family, name]) => (families.has(family) ? [name] : []));
};

const QUOTA_PERCENT = 80;

/** `SERVICE_QUOTA` gives the quota of a usage metric (CloudWatch user guide, usage metrics, read 2026-11-22). */
export const quotaAlarm = (className: string) => ({
  alarmDescription: `more than ${QUOTA_PERCENT} % of the quota of running ${className} vCPUs is in use: a node that must be replaced may not come. Ask for more in Service Quotas (EC2).`,
  comparisonOperator: "GreaterThanThreshold",
  threshold: QUOTA_PERCENT,
  evaluationPeriods: 3,
  treatMissingData: "notBreaching",
  metricQueries: [
    {
      id: "used",
      returnData: false,
      metric: {
        namespace: "AWS/Usage",
        metricName: "ResourceCount",
        dimensions: { Service: "EC2", Type: "Resource", Resource: "vCPU", Class: className },
        period: 300,
        stat: "Maximum",
      },
    },
    { id: "share", expression: "used / SERVICE_QUOTA(used) * 100", label: "percent of the quota", returnData: true },
  ],
});

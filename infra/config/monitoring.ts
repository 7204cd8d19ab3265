import { z } from "zod";
import { Name } from "./fields";

const Receiver = z.strictObject({
  email: z
    .email()
    .optional()
    .meta({ description: "Mail address.", examples: ["ml-oncall@example.com"], allowed: "a mail address" }),
  webhook: z
    .url({ protocol: /^https$/ })
    .optional()
    .meta({
      description: "HTTPS address that takes the notifications as JSON.",
      examples: ["https://events.example.com/homeport"],
      allowed: "an https URL without a secret in it",
    }),
});

/** Metrics, alarms and audit trails. */
export const Monitoring = z
  .strictObject({
    prometheus: z
      .enum(["managed", "cluster", "none"])
      .optional()
      .meta({
        description:
          "Where metrics are kept: Amazon Managed Service for Prometheus (platform `aws`), a Prometheus in each cluster, or nowhere. Default: `managed` on `aws`, `none` on `kubernetes`.",
        examples: ["cluster"],
      }),
    metricsDays: z.int().min(1).max(1095).default(60).meta({
      description: "How long metrics are kept.",
      allowed: "a whole number of days from 1 to 1095",
    }),
    metricsGiB: z.int().min(5).max(16_384).default(50).meta({
      description: "Disk of a Prometheus in the cluster; when it is full, the oldest metrics go first.",
      allowed: "a whole number of GiB from 5 to 16384",
    }),
    retentionDays: z
      .int()
      .min(1)
      .max(3653)
      .optional()
      .meta({
        description:
          "How long audit logs are kept: CloudTrail, control plane, flow and access logs. Default: 30 for profile development, 365 for standard, 2192 (six years) for regulated.",
        examples: [365],
        allowed: "a whole number of days from 1 to 3653",
      }),
    audit: z.boolean().default(true).meta({
      description: "CloudTrail with data events of the weights, flow logs, and the control plane's audit log.",
    }),
    receivers: z
      .record(Name, Receiver)
      .default({})
      .meta({
        description: "Who is told, by a name of your choice.",
        examples: [{ oncall: { email: "ml-oncall@example.com" } }],
      }),
    alertTo: z
      .array(Name)
      .default([])
      .meta({
        description: "Receivers of alarms.",
        examples: [["oncall"]],
        allowed: "names of `monitoring.receivers`",
      }),
  })
  .prefault({})
  .meta({ description: "Metrics, alarms and audit trails." });

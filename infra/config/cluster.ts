import { z } from "zod";
import { CidrBlock, RoleArn } from "./fields";

/** Kubernetes minor versions that the add-ons and node images are recorded for. */
const KUBERNETES_VERSIONS = ["1.34", "1.33"] as const;

const Access = z
  .strictObject({
    via: z.enum(["public", "tunnel", "inside"]).default("public").meta({
      description:
        "How operators reach the Kubernetes API. `public`: its public endpoint, from `cidrs` only. `tunnel`: private endpoint, through `homeport tunnel` (SSM). `inside`: private endpoint, from a machine in the VPC or a network joined to it.",
    }),
    cidrs: z
      .array(CidrBlock)
      .default([])
      .meta({
        description: "Addresses that may reach a public endpoint; with `inside`, networks joined to the VPC.",
        examples: [["203.0.113.0/24"]],
      }),
  })
  .prefault({});

/** The Kubernetes control plane of each cell (platform `aws`). */
export const Cluster = z
  .strictObject({
    version: z.enum(KUBERNETES_VERSIONS).default("1.34").meta({
      description: "Kubernetes version. Add-ons and node images follow it.",
    }),
    access: Access.meta({ description: "How operators, `pulumi up` and rollback reach the Kubernetes API." }),
    admins: z
      .array(RoleArn)
      .default([])
      .meta({
        description:
          "IAM roles with full rights in the clusters, the one that runs `pulumi up` among them. Required on platform `aws`: nobody gets rights by having made a cluster.",
        examples: [["arn:aws:iam::123456789012:role/platform-admin"]],
      }),
    viewers: z
      .array(RoleArn)
      .default([])
      .meta({
        description: "IAM roles that may look at everything but Secrets.",
        examples: [["arn:aws:iam::123456789012:role/on-call"]],
      }),
    deletionProtection: z
      .boolean()
      .optional()
      .meta({
        description: "Whether AWS refuses to delete the cluster. Default: on, off for profile development.",
        examples: [true],
      }),
  })
  .prefault({})
  .meta({ description: "The Kubernetes control plane of each region (platform `aws`)." });

import { z } from "zod";
import { RegionName, Secret } from "./fields";

/** Bucket of a cluster outside AWS whose stack file names none. */
export const DEFAULT_BUCKET = "homeport-weights";

/** Where the pinned weights lie, and where nodes keep them. */
export const Weights = z
  .strictObject({
    bucket: z
      .string()
      .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/)
      .optional()
      .meta({
        description:
          "S3 bucket with the environment's own copy of every pinned release. Default: `homeport-weights`; on platform `aws` a bucket per region, made by `homeport init`, and this is not to be set.",
        examples: ["homeport-weights"],
        allowed: "an S3 bucket name of 3 to 63 lower-case letters, digits, dots and hyphens",
      }),
    region: RegionName.optional().meta({
      description: "Region of the bucket. Default: the first region; `us-east-1` for a bucket outside AWS.",
      examples: ["eu-central-1"],
    }),
    endpoint: z
      .url({ protocol: /^https?$/ })
      .optional()
      .meta({
        description: "Address of an S3 server that is not AWS.",
        examples: ["http://10.0.0.5:7070"],
        allowed: "an http or https URL",
      }),
    pathStyle: z.boolean().default(false).meta({
      description: "Put the bucket into the path instead of the host name, as most S3 servers outside AWS need it.",
    }),
    nodePath: z
      .string()
      .regex(/^(\/[A-Za-z0-9._-]+)+$/)
      .default("/mnt/k8s-disks/0/homeport")
      .meta({
        description: "Folder of each node that holds the verified weights.",
        allowed: "an absolute path of letters, digits, dots, hyphens and underscores",
      }),
    requireMount: z
      .string()
      .regex(/^(\/[A-Za-z0-9._-]+)+$/)
      .optional()
      .meta({
        description: "Mount point that must exist on the node, so that a missing disk is not silently the root disk.",
        examples: ["/mnt/k8s-disks/0"],
        allowed: "an absolute path of letters, digits, dots, hyphens and underscores",
      }),
    cacheGiB: z.int().min(1).max(100_000).default(1000).meta({
      description: "Most space the weights may take on one node.",
      allowed: "a whole number of GiB from 1 to 100000",
    }),
    accessKeyId: z
      .string()
      .regex(/^[A-Za-z0-9_-]{3,128}$/)
      .optional()
      .meta({
        description: "Access key for an S3 server that is not AWS. On AWS the pods' role is used.",
        examples: ["homeport"],
        allowed: "3 to 128 letters, digits, hyphens and underscores",
      }),
    secretAccessKey: Secret.optional().meta({ description: "The secret of `accessKeyId`." }),
  })
  .prefault({})
  .meta({ description: "Where the pinned weights lie, and where nodes keep them." });

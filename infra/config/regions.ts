import { z } from "zod";

/** One region cell each; on platform `kubernetes` a cell is the cluster itself. */
export const Regions = z
  .array(
    z
      .string()
      .regex(/^[a-z][a-z0-9-]{0,19}$/)
      .meta({ allowed: "a region like eu-central-1" }),
  )
  .min(1)
  .prefault(["local"])
  .meta({
    description: "Regions to run in, the first one leads. Required on platform `aws`; one cluster is one region.",
    examples: [["us-east-1", "us-west-2"]],
  });

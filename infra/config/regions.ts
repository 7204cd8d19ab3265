import { z } from "zod";
import { RegionName } from "./fields";

/** One region cell each; on platform `kubernetes` a cell is the cluster itself. */
export const Regions = z
  .array(RegionName)
  .min(1)
  .prefault(["local"])
  .meta({
    description:
      "Regions to run in, the first one leads; add one at the end. Required on platform `aws`; one cluster is one region.",
    examples: [["us-east-1", "us-west-2"]],
  });

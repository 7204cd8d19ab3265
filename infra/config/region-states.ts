import { z } from "zod";
import { RegionName } from "./fields";

/** What the other regions and clients may expect of a cell. */
const REGION_STATES = ["active", "drained", "lost"] as const;

/** Apart from `regions`, so that the list stays a list and an incident is one line. */
export const RegionStates = z
  .record(RegionName, z.enum(REGION_STATES))
  .prefault({})
  .meta({
    description:
      "Regions that do not serve. `drained`: takes no new requests and keeps running. `lost`: its cluster does not answer, so its Kubernetes objects are left as they are and clients are sent elsewhere. Default: active.",
    examples: [{ "us-west-2": "drained" }],
  });

import { z } from "zod";
import { CAPACITY } from "../core/aws/capacity";
import { Name } from "./fields";

const ReservationId = z
  .string()
  .regex(/^cr-[0-9a-f]{8,17}$/)
  .meta({ allowed: "a capacity reservation id like cr-0a1b2c3d4e5f60718" });

const ReservedZone = z
  .string()
  .regex(/^[a-z]{2,5}\d-az\d$/)
  .meta({ description: "Its zone.", examples: ["use1-az4"], allowed: "a zone id like use1-az4" });

const OffHours = z.strictObject({
  stop: z
    .string()
    .regex(/^([01]\d|2[0-3]):[0-5]\d$/)
    .meta({ description: "When the nodes go.", examples: ["19:00"], allowed: "a time like 19:00" }),
  start: z
    .string()
    .regex(/^([01]\d|2[0-3]):[0-5]\d$/)
    .meta({ description: "When they come back, Monday to Friday.", examples: ["08:00"], allowed: "a time like 08:00" }),
  timeZone: z
    .string()
    .regex(/^[A-Za-z]+(\/[A-Za-z_+-]+){0,2}$/)
    .default("Etc/UTC")
    .meta({ description: "Their time zone.", allowed: "an IANA time zone like Europe/Berlin" }),
});

const Pool = z.strictObject({
  instanceType: z
    .string()
    .optional()
    .meta({
      description: "EC2 instance type (platform `aws`); its GPUs and their memory follow from it.",
      examples: ["p4de.24xlarge"],
      allowed: "an instance type of the catalogue",
    }),
  gpuClass: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,29}$/)
    .optional()
    .meta({
      description: "Accelerator class, as the releases' variants name it (platform `kubernetes`). `cpu` for none.",
      examples: ["a100-80gb", "cpu"],
      allowed: "an accelerator class like a100-80gb, or cpu",
    }),
  gpusPerNode: z
    .int()
    .min(0)
    .max(16)
    .optional()
    .meta({
      description: "GPUs of one node (platform `kubernetes`).",
      examples: [8],
      allowed: "a whole number of GPUs from 0 to 16",
    }),
  gpuMemoryGiB: z
    .number()
    .positive()
    .max(1024)
    .optional()
    .meta({
      description:
        "Memory of one GPU that an engine can allocate, less than the number on the box (platform `kubernetes`).",
      examples: [79.25],
      allowed: "a number of GiB above 0, up to 1024",
    }),
  nodeSelector: z
    .record(z.string().min(1), z.string())
    .default({})
    .meta({
      description: "Labels of the pool's nodes (platform `kubernetes`).",
      examples: [{ "node.example.com/pool": "gpu" }],
    }),
  min: z
    .int()
    .min(0)
    .max(1000)
    .default(0)
    .meta({
      description:
        "Nodes that are there even when no pod needs them, spread over the zones (platform `aws`). Pods bring the others, from whichever zone has some; a zone without capacity keeps `up` waiting for this many.",
      examples: [1],
      allowed: "a whole number of nodes from 0 to 1000",
    }),
  capacity: z
    .array(z.enum(CAPACITY))
    .min(1)
    .default(["on-demand"])
    .meta({
      description:
        "Ways to get a node, best first: the next one is used when the one before has none (platform `aws`).",
      examples: [["reservation", "on-demand", "spot"]],
    }),
  block: z
    .strictObject({
      id: ReservationId.meta({ description: "Capacity block.", examples: ["cr-0a1b2c3d4e5f60718"] }),
      zone: ReservedZone,
      ends: z.iso.datetime().meta({
        description:
          "When it ends. Its nodes are drained 40 minutes before; the next way of `capacity` has nodes by then.",
        examples: ["2026-12-24T11:30:00Z"],
        allowed: "a time like 2026-12-24T11:30:00Z",
      }),
    })
    .optional()
    .meta({ description: "The capacity block of `capacity: [block]`. Other regions go without this rung." }),
  reservation: z
    .strictObject({
      id: ReservationId.meta({ description: "Targeted reservation.", examples: ["cr-0a1b2c3d4e5f60718"] }),
      zone: ReservedZone,
    })
    .optional()
    .meta({ description: "The targeted reservation of `capacity: [reservation]`." }),
  manager: z.enum(["node-group", "karpenter"]).default("node-group").meta({
    description:
      "Who makes the nodes (platform `aws`): a managed node group, or Karpenter, which fits the G family's many sizes.",
  }),
  multiNode: z.boolean().default(false).meta({
    description:
      "Several nodes work on one replica together: EFA interfaces and a placement group, in one zone (platform `aws`).",
  }),
  offHours: OffHours.optional().meta({
    description: "Hours without nodes, for an environment that nobody uses at night (platform `aws`).",
    examples: [{ stop: "19:00", start: "08:00", timeZone: "Europe/Berlin" }],
  }),
  max: z.int().min(1).max(1000).default(1).meta({
    description:
      "Most nodes the pool may have in one region, over all zones and ways of `capacity` (with `manager: karpenter` by each way).",
    allowed: "a whole number of nodes from 1 to 1000",
  }),
});
export type Pool = z.output<typeof Pool>;

/** Groups of equal GPU or CPU nodes. */
export const Pools = z
  .record(Name, Pool)
  .prefault({})
  .meta({ description: "Groups of equal GPU or CPU nodes, by a name of your choice." });

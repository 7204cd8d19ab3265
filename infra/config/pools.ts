import { z } from "zod";
import { Name } from "./fields";

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
  max: z.int().min(1).max(1000).default(1).meta({
    description: "Most nodes the pool may have.",
    allowed: "a whole number of nodes from 1 to 1000",
  }),
});
export type Pool = z.output<typeof Pool>;

/** Groups of equal GPU or CPU nodes. */
export const Pools = z
  .record(Name, Pool)
  .prefault({})
  .meta({ description: "Groups of equal GPU or CPU nodes, by a name of your choice." });

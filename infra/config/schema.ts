import { z } from "zod";
import { Environment } from "./environment";
import { type Model, Models } from "./models";
import { Policies } from "./policies";
import { type Pool, Pools } from "./pools";
import { Regions } from "./regions";
import { Traffic } from "./traffic";
import { Weights } from "./weights";

/** The sections of a stack file, each one key of the Pulumi config namespace `homeport:`. */
export const StackSchema = z.strictObject({
  environment: Environment,
  regions: Regions,
  pools: Pools,
  weights: Weights,
  models: Models,
  policies: Policies,
  traffic: Traffic,
});

export type StackInput = z.input<typeof StackSchema>;
type Parsed = z.output<typeof StackSchema>;

/** A pool with the facts that follow from its instance type. */
export type PoolConfig = Pool & { gpuClass: string; gpusPerNode: number; gpuMemoryGiB: number };
/** A model with its calculated grace period. */
export type ModelConfig = Omit<Model, "drain"> & { drain: Model["drain"] & { graceSeconds: number } };
export type PolicyConfig = Parsed["policies"][string];
export type WeightsConfig = Parsed["weights"] & { region: string };

/** A stack file, parsed and checked, with every default filled in; secrets are placeholders. */
export type StackConfig = Omit<Parsed, "pools" | "models" | "weights"> & {
  pools: Record<string, PoolConfig>;
  models: Record<string, ModelConfig>;
  weights: WeightsConfig;
};

import { z } from "zod";
import type { ReleaseFile } from "../core/release";
import { Budget } from "./budget";
import { Cluster } from "./cluster";
import { Environment } from "./environment";
import { type Model, Models } from "./models";
import { Monitoring } from "./monitoring";
import { Network } from "./network";
import { Policies } from "./policies";
import { type Pool, Pools } from "./pools";
import { RegionStates } from "./region-states";
import { Regions } from "./regions";
import { Traffic } from "./traffic";
import { Weights } from "./weights";

/** The sections of a stack file, each one key of the Pulumi config namespace `homeport:`. */
export const StackSchema = z.strictObject({
  environment: Environment,
  regions: Regions,
  regionStates: RegionStates,
  network: Network,
  cluster: Cluster,
  pools: Pools,
  weights: Weights,
  models: Models,
  policies: Policies,
  traffic: Traffic,
  monitoring: Monitoring,
  budget: Budget,
});

/** A stack file as its schema gives it: without the defaults that are calculated. */
export type ParsedStack = z.output<typeof StackSchema>;

/** A pool with the facts that follow from its instance type. */
export type PoolConfig = Pool & { gpuClass: string; gpusPerNode: number; gpuMemoryGiB: number };
/** A model with its calculated grace period. */
export type ModelConfig = Omit<Model, "drain"> & { drain: Model["drain"] & { graceSeconds: number } };
export type PolicyConfig = ParsedStack["policies"][string];
/** The bucket of platform `kubernetes`; on `aws` each region has its own, named in core/aws/names.ts. */
type WeightsConfig = ParsedStack["weights"] & { region: string; bucket: string };
/** Defaults that follow from the profile are filled in. */
type ClusterConfig = ParsedStack["cluster"] & { deletionProtection: boolean };
type NetworkConfig = ParsedStack["network"] & { nat: NonNullable<ParsedStack["network"]["nat"]> };
type TrafficConfig = ParsedStack["traffic"] & { port: number };
type MonitoringConfig = ParsedStack["monitoring"] & {
  retentionDays: number;
  prometheus: NonNullable<ParsedStack["monitoring"]["prometheus"]>;
};

/** A stack file, parsed and checked, with every default filled in; secrets are placeholders. */
export type StackConfig = Omit<
  ParsedStack,
  "network" | "cluster" | "pools" | "models" | "weights" | "traffic" | "monitoring"
> & {
  network: NetworkConfig;
  cluster: ClusterConfig;
  traffic: TrafficConfig;
  monitoring: MonitoringConfig;
  pools: Record<string, PoolConfig>;
  models: Record<string, ModelConfig>;
  weights: WeightsConfig;
};

/** The pinned releases of every model, by the name the stack gives them. */
export type PinnedReleases = Readonly<Record<string, Readonly<Record<string, ReleaseFile>>>>;

/** One environment, as the rest of the program sees it: checked, complete and frozen. */
export interface LoadedStack {
  /** The environment: `local` of `stacks/Pulumi.local.yaml`. */
  name: string;
  config: StackConfig;
  releases: PinnedReleases;
  /** Sentences for the user that stop nothing. */
  warnings: readonly string[];
}

import { shortestGrace } from "../core/drain";
import { INSTANCE_TYPES } from "../core/instance-catalog";
import type { ParsedStack, PoolConfig, StackConfig } from "./schema";

/** Defaults that follow from other values, filled in once, so that nothing downstream has to know how. */

const S3_DEFAULT_REGION = "us-east-1";

const mapValues = <V, W>(record: Readonly<Record<string, V>>, change: (value: V) => W): Record<string, W> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));

function pool(given: ParsedStack["pools"][string]): PoolConfig {
  const type = INSTANCE_TYPES.get(given.instanceType ?? "");
  return {
    ...given,
    gpuClass: given.gpuClass ?? type?.gpuClass ?? "cpu",
    gpusPerNode: given.gpusPerNode ?? type?.gpusPerNode ?? 0,
    gpuMemoryGiB: given.gpuMemoryGiB ?? type?.gpuMemoryGiB ?? 0,
  };
}

export const withCalculated = (parsed: ParsedStack): StackConfig => ({
  ...parsed,
  pools: mapValues(parsed.pools, pool),
  weights: {
    ...parsed.weights,
    region:
      parsed.weights.region ??
      (parsed.environment.platform === "aws" ? (parsed.regions[0] ?? S3_DEFAULT_REGION) : S3_DEFAULT_REGION),
  },
  models: mapValues(parsed.models, (model) => ({
    ...model,
    drain: { ...model.drain, graceSeconds: model.drain.graceSeconds ?? shortestGrace(model.drain) },
  })),
});

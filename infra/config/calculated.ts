import { INSTANCE_TYPES } from "../core/aws/instance-catalog";
import { shortestGrace } from "../core/drain";
import type { ParsedStack, PoolConfig, StackConfig } from "./schema";
import { DEFAULT_BUCKET } from "./weights";

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

/** Days that audit logs are kept; six years is what health records need (45 CFR 164.316). */
const RETENTION_DAYS = { development: 30, standard: 365, regulated: 2192 } as const;

const HTTP_PORT = 80;
const HTTPS_PORT = 443;

const natOf = ({ environment }: ParsedStack) =>
  environment.airgapped ? "none" : environment.profile === "development" ? "single" : "zonal";

export const withCalculated = (parsed: ParsedStack): StackConfig => ({
  ...parsed,
  network: { ...parsed.network, nat: parsed.network.nat ?? natOf(parsed) },
  cluster: {
    ...parsed.cluster,
    deletionProtection: parsed.cluster.deletionProtection ?? parsed.environment.profile !== "development",
  },
  traffic: {
    ...parsed.traffic,
    port: parsed.traffic.port ?? (parsed.traffic.tlsSecret === undefined ? HTTP_PORT : HTTPS_PORT),
  },
  monitoring: {
    ...parsed.monitoring,
    prometheus: parsed.monitoring.prometheus ?? (parsed.environment.platform === "aws" ? "managed" : "none"),
    retentionDays: parsed.monitoring.retentionDays ?? RETENTION_DAYS[parsed.environment.profile],
  },
  pools: mapValues(parsed.pools, pool),
  weights: {
    ...parsed.weights,
    bucket: parsed.weights.bucket ?? DEFAULT_BUCKET,
    region:
      parsed.weights.region ??
      (parsed.environment.platform === "aws" ? (parsed.regions[0] ?? S3_DEFAULT_REGION) : S3_DEFAULT_REGION),
  },
  models: mapValues(parsed.models, (model) => ({
    ...model,
    drain: { ...model.drain, graceSeconds: model.drain.graceSeconds ?? shortestGrace(model.drain) },
  })),
});

import type { PinnedReleases, PoolConfig, StackConfig } from "../../config/schema";
import { mirroredImage } from "../../core/aws/names";
import { readVersions } from "../versions";

/** Where a region's nodes pull an image from: on AWS the account's own registry has the same bytes. */
export const pulledIn =
  (region: string, { environment: { platform, account = "" } }: Pick<StackConfig, "environment">) =>
  (image: string): string =>
    platform === "aws" ? mirroredImage({ account, region }, image) : image;

const runs =
  (kubernetes: string) =>
  ({ cluster }: StackConfig): boolean =>
    cluster.version === kubernetes;
const somePool =
  (test: (pool: PoolConfig) => boolean) =>
  ({ pools }: StackConfig): boolean =>
    Object.values(pools).some(test);

/** Images that only some stacks run, by their name in charts/versions.json. */
const ONLY_IF: Readonly<Record<string, (config: StackConfig) => boolean>> = {
  "cluster-autoscaler-1.33": runs("1.33"),
  "cluster-autoscaler-1.34": runs("1.34"),
  karpenter: somePool(({ manager }) => manager === "karpenter"),
  "efa-device-plugin": somePool(({ multiNode }) => multiNode),
  prometheus: ({ monitoring }) => monitoring.prometheus !== "none",
  alertmanager: ({ monitoring }) => monitoring.prometheus !== "none",
  "kube-state-metrics": ({ monitoring }) => monitoring.prometheus !== "none",
};

/**
 * Every image that a stack's pods may ask for, as its source names it, sorted: what `homeport images mirror` brings into
 * the account. Not among them are EKS's own add-ons, which come from AWS's registry of the region.
 */
export function stackImages(config: StackConfig, releases: PinnedReleases): string[] {
  const beside = Object.entries(readVersions().images).flatMap(([name, image]) =>
    (ONLY_IF[name]?.(config) ?? true) ? [`${image}`] : [],
  );
  const engines = Object.entries(config.models).flatMap(([model, { releases: pins }]) =>
    Object.keys(pins).flatMap((name) => Object.values(releases[model]?.[name]?.content.variants ?? {})),
  );
  return [...new Set([...beside, ...engines.map(({ image }) => image)])].sort();
}

import type { PinnedReleases, PoolConfig, StackConfig } from "../../config/schema";
import { mirroredImage } from "../../core/aws/names";
import { InputError, type Problem } from "../../core/errors";
import { readVersions, unresolvedImage } from "../versions";

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
  "node-exporter": ({ monitoring }) => monitoring.prometheus !== "none",
};

const isAsked = (name: string, config: StackConfig): boolean => ONLY_IF[name]?.(config) ?? true;

/** Images that a stack needs and of which only a tag is known. */
export const missingDigests = (config: StackConfig): Problem[] => {
  const { images, unresolved } = readVersions();
  return Object.keys(unresolved)
    .filter((name) => images[name] === undefined && isAsked(name, config))
    .map(unresolvedImage);
};

/**
 * Every image that a stack's pods may ask for, as its source names it, sorted: what `homeport images mirror` brings into
 * the account. Not among them are EKS's own add-ons, which come from AWS's registry of the region. Throws InputError where
 * one has no digest: a list with a hole in it would look whole.
 */
export function stackImages(config: StackConfig, releases: PinnedReleases): string[] {
  const missing = missingDigests(config);
  if (missing.length > 0) throw new InputError(missing);
  const beside = Object.entries(readVersions().images).flatMap(([name, image]) =>
    isAsked(name, config) ? [`${image}`] : [],
  );
  const engines = Object.entries(config.models).flatMap(([model, { releases: pins }]) =>
    Object.keys(pins).flatMap((name) => Object.values(releases[model]?.[name]?.content.variants ?? {})),
  );
  return [...new Set([...beside, ...engines.map(({ image }) => image)])].sort();
}

import { join } from "node:path";
import { readStack } from "../../infra/config/read-stack";
import { OperationError } from "../../infra/core/errors";
import { shortId } from "../../infra/core/release";
import { registerSecret } from "../lib/redact";
import { clientKey, runningPlatform } from "../local/client-access";
import { BenchCluster } from "./cluster";

export const CHECKOUT = join(__dirname, "../..");

/** The model under test: where it answers, with which key, and who can change it. */
export interface Target {
  stack: string;
  model: string;
  cluster: BenchCluster;
  /** Where the machine reaches the gateway, without a path. */
  gateway: string;
  /** Base URL that ends in /v1. */
  url: string;
  policy: string;
  key: string;
}

/** The checkout's own platform, which must be up. */
export async function findTarget(stack: string, model: string): Promise<Target> {
  const { kubeconfig, baseUrl } = await runningPlatform(CHECKOUT);
  const cluster = new BenchCluster(kubeconfig);
  const route = await cluster.route(model);
  const policy = route.metadata.labels["homeport.dev/policy"] ?? "";
  const key = await clientKey(kubeconfig, policy);
  registerSecret(key);
  return { stack, model, cluster, gateway: baseUrl, url: `${baseUrl}${BenchCluster.basePath(route)}`, policy, key };
}

/** The pointers as the stack file has them now: commands change it. */
export function pointers(stack: string, model: string) {
  const settings = readStack(CHECKOUT, stack).config.models[model];
  if (!settings) throw new OperationError(`stack ${stack} has no model ${model}`, "name another one with --model");
  const { live, releases, limits } = settings;
  const id = releases[live];
  const other = Object.keys(releases).find((name) => name !== live);
  if (id === undefined || other === undefined)
    throw new OperationError(`${model} has only one release`, "pin a second one: the bench promotes it");
  return {
    live,
    other,
    releases,
    shortOf: (name: string) => shortId(releases[name] ?? ""),
    maxTokens: limits.maxTokens,
    bodyKiB: limits.bodyKiB,
  };
}

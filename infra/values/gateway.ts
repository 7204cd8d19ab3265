import { z } from "zod";
import type { ModelConfig, PolicyConfig, StackConfig } from "../config/schema";
import { gatewayName, keysSecretName, NAMESPACES, PORTS, routeName } from "../core/names";
import { KubernetesName, Port } from "./fields";
import type { RunningRelease } from "./running-releases";

const Backend = z.strictObject({
  release: z.string().min(1),
  service: KubernetesName,
  weight: z.int().min(0).max(100),
});

export const GatewayValues = z.strictObject({
  namespace: KubernetesName,
  edgeNamespace: KubernetesName,
  model: KubernetesName,
  generation: z.int().min(1),
  hostname: z.string(),
  backends: z.array(Backend).min(1),
  servePort: Port,
  policies: z.array(
    z.strictObject({
      name: KubernetesName,
      route: KubernetesName,
      gateway: KubernetesName,
      keysSecret: KubernetesName,
      prefixes: z.array(z.string().startsWith("/p/")).min(1),
    }),
  ),
  limits: z.strictObject({ bodyKiB: z.int().min(1) }),
  owner: z.string().min(1),
});
export type GatewayValues = z.output<typeof GatewayValues>;

/** Share of a release in percent, from the pointers alone. */
export function weightOf(release: string, { live, candidate }: Pick<ModelConfig, "live" | "candidate">): number {
  const canary = candidate?.step === "canary" && candidate.release !== live ? (candidate.percent ?? 0) : 0;
  if (release === live) return 100 - canary;
  return release === candidate?.release ? canary : 0;
}

/** Policies that may call the model, with the addresses at which they find it. */
const policiesOf = (model: string, policies: Readonly<Record<string, PolicyConfig>>): GatewayValues["policies"] =>
  Object.entries(policies)
    .filter(([, policy]) => policy.models.includes(model))
    .map(([name, policy]) => ({
      name,
      route: routeName(name, model),
      gateway: gatewayName(policy.class),
      keysSecret: keysSecretName(name),
      prefixes: [`/p/${name}/m/${model}/v1`, ...(defaultModel(policy) === model ? [`/p/${name}/v1`] : [])],
    }));

const defaultModel = ({ models, default: chosen }: PolicyConfig): string | undefined =>
  chosen ?? (models.length === 1 ? models[0] : undefined);

/** Routes of one model; undefined when its live release does not run here, because then nothing could answer. */
export function gatewayValues(
  config: StackConfig,
  model: string,
  releases: readonly RunningRelease[],
): GatewayValues | undefined {
  const pointers = config.models[model];
  const policies = policiesOf(model, config.policies);
  if (pointers === undefined || policies.length === 0) return undefined;
  if (!releases.some(({ name }) => name === pointers.live)) return undefined;
  const present = new Set(releases.map(({ name }) => name));
  const candidate = pointers.candidate && present.has(pointers.candidate.release) ? pointers.candidate : undefined;
  return {
    namespace: NAMESPACES.models,
    edgeNamespace: NAMESPACES.edge,
    model,
    generation: pointers.generation,
    hostname: config.traffic.hostname ?? "",
    backends: releases.map(({ name, objectName }) => ({
      release: name,
      service: objectName,
      weight: weightOf(name, { live: pointers.live, candidate }),
    })),
    servePort: PORTS.serve,
    policies,
    limits: { bodyKiB: pointers.limits.bodyKiB },
    owner: config.environment.owner,
  };
}

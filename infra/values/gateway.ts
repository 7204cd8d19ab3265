import { z } from "zod";
import type { ModelConfig, PolicyConfig, StackConfig } from "../config/schema";
import { type Entrance, entranceKey, entrancesOf, hostOf, regionalHostOf } from "../core/entrances";
import { gatewayName, keysSecretName, NAMESPACES, PORTS, routeName } from "../core/names";
import { vpcCidr } from "./aws/network/subnets";
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
  backends: z.array(Backend).min(1),
  servePort: Port,
  policies: z.array(
    z.strictObject({
      name: KubernetesName,
      route: KubernetesName,
      gateway: KubernetesName,
      keysSecret: KubernetesName,
      prefixes: z.array(z.string().startsWith("/p/")).min(1),
      hostnames: z.array(z.string().min(1)),
    }),
  ),
  readiness: z.array(
    z.strictObject({
      /** With dots, so that it is no policy's route. */
      route: z.string().regex(/^[a-z0-9-]+\.ready\.[a-z]+$/),
      gateway: KubernetesName,
      path: z.string().startsWith("/homeport/ready/"),
      cidrs: z.array(z.string().min(1)).min(1),
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

const prefixesOf = (name: string, policy: PolicyConfig, model: string): string[] => [
  `/p/${name}/m/${model}/v1`,
  ...(defaultModel(policy) === model ? [`/p/${name}/v1`] : []),
];

/** Policy -> shortest base path of the model, for policies of one data class. */
export const basePaths = (model: string, { policies }: StackConfig, dataClass: string): Record<string, string> =>
  Object.fromEntries(
    Object.entries(policies)
      .filter(([, policy]) => policy.class === dataClass && policy.models.includes(model))
      .map(([name, policy]) => [name, prefixesOf(name, policy, model).at(-1) ?? ""]),
  );

/** Policies that may call the model, with the addresses at which they find it. */
const policiesOf = (region: string, model: string, config: StackConfig): GatewayValues["policies"] =>
  Object.entries(config.policies)
    .filter(([, policy]) => policy.models.includes(model))
    .map(([name, policy]) => ({
      name,
      route: routeName(name, model),
      gateway: gatewayName(policy.class),
      keysSecret: keysSecretName(name),
      prefixes: prefixesOf(name, policy, model),
      hostnames: hostnamesOf(region, model, policy, config),
    }));

/** Names under which clients ask; none means any. */
function hostnamesOf(region: string, model: string, policy: PolicyConfig, config: StackConfig): string[] {
  const { hostname } = config.traffic;
  if (hostname === undefined) return [];
  const entrance = entrancesOf(config).find(({ key }) => key === entranceKey(model, policy.class));
  if (config.environment.platform === "kubernetes" || entrance === undefined) return [hostname];
  return [hostOf(entrance, hostname), regionalHostOf(entrance, region, hostname)];
}

/** Where a load balancer asks whether the model's live release answers in this region. */
export const readinessPath = (model: string): string => `/homeport/ready/${model}`;

/** One route per entrance, open without a key to callers inside the VPC, where load balancers' checks come from. */
const readinessOf = (region: string, model: string, config: StackConfig): GatewayValues["readiness"] =>
  config.environment.platform === "kubernetes"
    ? []
    : entrancesOf(config)
        .filter((entrance) => entrance.model === model)
        .map(({ dataClass }: Entrance) => ({
          route: `${model}.ready.${dataClass}`,
          gateway: gatewayName(dataClass),
          path: readinessPath(model),
          cidrs: [vpcCidr(region, config)],
        }));

const defaultModel = ({ models, default: chosen }: PolicyConfig): string | undefined =>
  chosen ?? (models.length === 1 ? models[0] : undefined);

/** Routes of one model in one region; undefined when its live release does not run here, because then nothing could answer. */
export function gatewayValues(
  region: string,
  config: StackConfig,
  model: string,
  releases: readonly RunningRelease[],
): GatewayValues | undefined {
  const pointers = config.models[model];
  const policies = policiesOf(region, model, config);
  if (pointers === undefined || policies.length === 0) return undefined;
  if (!releases.some(({ name }) => name === pointers.live)) return undefined;
  const present = new Set(releases.map(({ name }) => name));
  const candidate = pointers.candidate && present.has(pointers.candidate.release) ? pointers.candidate : undefined;
  return {
    namespace: NAMESPACES.models,
    edgeNamespace: NAMESPACES.edge,
    model,
    generation: pointers.generation,
    backends: releases.map(({ name, objectName }) => ({
      release: name,
      service: objectName,
      weight: weightOf(name, { live: pointers.live, candidate }),
    })),
    servePort: PORTS.serve,
    policies,
    readiness: readinessOf(region, model, config),
    limits: { bodyKiB: pointers.limits.bodyKiB },
    owner: config.environment.owner,
  };
}

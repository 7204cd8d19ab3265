import { z } from "zod";
import type { StackConfig } from "../config/schema";
import { DATA_CLASSES } from "../core/data-class";
import { gatewayName, NAMESPACES } from "../core/names";
import { KubernetesName, Quantity } from "./fields";

export const EdgeValues = z.strictObject({
  namespace: KubernetesName,
  modelsNamespace: KubernetesName,
  gatewayClass: KubernetesName,
  gateways: z.array(z.strictObject({ name: KubernetesName, dataClass: z.enum(DATA_CLASSES) })).min(1),
  port: z.int().min(1).max(65_535),
  hostname: z.string(),
  proxy: z.strictObject({
    replicas: z.int().min(1),
    serviceType: z.enum(["ClusterIP", "NodePort", "LoadBalancer"]),
    cpu: Quantity,
    memory: Quantity,
    minDrainSeconds: z.int().min(1),
    drainSeconds: z.int().min(1),
  }),
  clients: z.strictObject({
    requestSeconds: z.int().min(1),
    headersSeconds: z.int().min(1),
    idleSeconds: z.int().min(1),
  }),
  engines: z.strictObject({
    connectSeconds: z.int().min(1),
    streamIdleSeconds: z.int().min(1),
    parallelRequests: z.int().min(1),
    parallelRetries: z.int().min(0),
  }),
  owner: z.string().min(1),
});
export type EdgeValues = z.output<typeof EdgeValues>;

/** Data classes that some policy uses, least sensitive first: one Gateway each, so that classes share no proxy. */
const dataClassesInUse = ({ policies }: Pick<StackConfig, "policies">) =>
  DATA_CLASSES.filter((dataClass) => Object.values(policies).some((policy) => policy.class === dataClass));

export function edgeValues(config: StackConfig): EdgeValues {
  const drains = Object.values(config.models).map(({ drain }) => drain);
  return {
    namespace: NAMESPACES.edge,
    modelsNamespace: NAMESPACES.models,
    gatewayClass: "homeport",
    gateways: dataClassesInUse(config).map((dataClass) => ({ name: gatewayName(dataClass), dataClass })),
    port: config.traffic.port,
    hostname: config.traffic.hostname ?? "",
    proxy: {
      replicas: config.traffic.proxyReplicas,
      serviceType: "ClusterIP",
      // On a node whose engines take what is left, a proxy's share decides how soon it learns of a changed route.
      cpu: "300m",
      memory: "512Mi",
      minDrainSeconds: Math.max(5, ...drains.map((d) => d.propagationSeconds)),
      // A leaving proxy must outlast the longest stream that any model allows.
      drainSeconds: Math.max(60, ...drains.map((d) => d.propagationSeconds + d.streamSeconds)),
    },
    clients: { requestSeconds: 60, headersSeconds: 10, idleSeconds: 600 },
    engines: {
      connectSeconds: 2,
      streamIdleSeconds: config.traffic.streamIdleSeconds,
      parallelRequests: 65_536,
      parallelRetries: 1024,
    },
    owner: config.environment.owner,
  };
}

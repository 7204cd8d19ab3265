import { z } from "zod";
import type { StackConfig } from "../config/schema";
import { endsTls, entranceTimes, LOAD_BALANCERS, loadBalancerKind } from "../core/aws/load-balancing";
import { DATA_CLASSES } from "../core/data-class";
import { gatewayName, NAMESPACES } from "../core/names";
import { KubernetesName, Quantity } from "./fields";

export const EdgeValues = z.strictObject({
  namespace: KubernetesName,
  modelsNamespace: KubernetesName,
  gatewayClass: KubernetesName,
  gateways: z.array(z.strictObject({ name: KubernetesName, dataClass: z.enum(DATA_CLASSES) })),
  port: z.int().min(1).max(65_535),
  hostname: z.string(),
  tlsSecret: z
    .union([KubernetesName, z.literal("")])
    .meta({ description: "Secret with the certificate, beside the Gateways. Empty: plain HTTP." }),
  proxy: z.strictObject({
    image: z
      .string()
      .meta({ description: "Envoy's image by digest. Empty: the one that Envoy Gateway is built with." }),
    replicas: z.int().min(1),
    serviceType: z.enum(["ClusterIP", "NodePort", "LoadBalancer"]),
    cpu: Quantity,
    memory: Quantity,
    spreadOver: z.array(z.string().min(1)).min(1),
    minReadySeconds: z.int().min(0),
    minDrainSeconds: z.int().min(1),
    drainSeconds: z.int().min(1),
  }),
  clients: z.strictObject({
    requestSeconds: z.int().min(1),
    headersSeconds: z.int().min(1),
    idleSeconds: z.int().min(1),
    address: z.enum(["connection", "proxy-protocol", "forwarded"]),
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

/** How proxies leave, and how long they and their clients wait: on AWS it is the load balancer that sets the pace. */
function pace({ environment, models, traffic, regions }: StackConfig) {
  const drains = Object.values(models).map(({ drain }) => drain);
  if (environment.platform === "kubernetes")
    return {
      minReadySeconds: 0,
      minDrainSeconds: Math.max(5, ...drains.map((d) => d.propagationSeconds)),
      // A leaving proxy must outlast the longest stream that any model allows.
      drainSeconds: Math.max(60, ...drains.map((d) => d.propagationSeconds + d.streamSeconds)),
      idleSeconds: 600,
    };
  const kind = loadBalancerKind(traffic);
  const tls = regions.some((region) => endsTls(region, traffic));
  const times = entranceTimes(kind, tls, traffic.streamIdleSeconds, drains);
  return {
    // The old proxy stays until the load balancer has taken the new one in.
    minReadySeconds: LOAD_BALANCERS.joining,
    minDrainSeconds: times.leaving,
    drainSeconds: times.drain,
    idleSeconds: times.proxyIdle,
  };
}

/** Where a proxy reads who the client is; anything else that a client says about it is not believed. */
const addressOf = ({ environment, traffic }: StackConfig): EdgeValues["clients"]["address"] =>
  environment.platform === "kubernetes" ? "connection" : traffic.webFirewall ? "forwarded" : "proxy-protocol";

export function edgeValues(config: StackConfig, image = ""): EdgeValues {
  const { idleSeconds, ...leaving } = pace(config);
  const onAws = config.environment.platform === "aws";
  return {
    namespace: NAMESPACES.edge,
    modelsNamespace: NAMESPACES.models,
    gatewayClass: "homeport",
    gateways: dataClassesInUse(config).map((dataClass) => ({ name: gatewayName(dataClass), dataClass })),
    port: config.traffic.port,
    // On AWS the routes say which names they answer to, because a load balancer's check comes without any.
    hostname: onAws ? "" : (config.traffic.hostname ?? ""),
    tlsSecret: config.traffic.tlsSecret ?? "",
    proxy: {
      image,
      replicas: config.traffic.proxyReplicas,
      serviceType: "ClusterIP",
      // On a node whose engines take what is left, a proxy's share decides how soon it learns of a changed route.
      cpu: "300m",
      memory: "512Mi",
      // Elsewhere nodes need not know their zone, and a key that no node has would count against all of them.
      spreadOver: ["kubernetes.io/hostname", ...(onAws ? ["topology.kubernetes.io/zone"] : [])],
      ...leaving,
    },
    clients: { requestSeconds: 60, headersSeconds: 10, idleSeconds, address: addressOf(config) },
    engines: {
      connectSeconds: 2,
      streamIdleSeconds: config.traffic.streamIdleSeconds,
      parallelRequests: 65_536,
      parallelRetries: 1024,
    },
    owner: config.environment.owner,
  };
}

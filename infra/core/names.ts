import { shortId } from "./release";

/** The one name under which every writer applies Homeport's objects (server-side apply). */
export const FIELD_MANAGER = "homeport";

export const NAMESPACES = {
  /** Gateways and the deny-all policies. */
  edge: "homeport-edge",
  /** Engine pods, routes and client keys; Pod Security `restricted`. */
  models: "homeport-models",
  /** The node cache, which needs the node's disk; Pod Security `privileged`. */
  node: "homeport-node",
  /** Envoy Gateway's controller and the proxies it makes. */
  envoyGateway: "envoy-gateway-system",
  /** What collects metrics; only where `monitoring.prometheus` is not `none`. */
  monitoring: "homeport-monitoring",
} as const;

export const ANNOTATIONS = {
  generation: "homeport.dev/generation",
  patchFieldManager: "pulumi.com/patchFieldManager",
} as const;

/** Ports of an engine pod: the guard owns those that leave the pod, the engine listens on loopback only. */
export const PORTS = { serve: 8080, admin: 8081, metrics: 8082, engine: 8000 } as const;

/** Port of a proxy's pod: Envoy Gateway adds 10000 to a privileged one, because its proxies have no privileges. */
export const proxyPort = (port: number): number => (port < 1024 ? port + 10_000 : port);

/** Deployment, Service and label value of one release variant: `chat-r-ab12cd34ef-cpu`. */
export const releaseName = (model: string, id: string, variant: string): string => `${model}-${shortId(id)}-${variant}`;

/** HTTPRoute and its policies: `app-chat`. */
export const routeName = (policy: string, model: string): string => `${policy}-${model}`;

/** The Secret with a policy's client keys; data key = client id, value = key. */
export const keysSecretName = (policy: string): string => `${policy}-keys`;

export const gatewayName = (dataClass: string): string => `homeport-${dataClass}`;

/** The PersistentVolumeClaim through which engine pods see the node's verified weights, read-only. */
export const WEIGHTS_CLAIM = "homeport-weights";

/** Folders below the node cache's root; the engine sees only `releases/<64 hex>` of its own release. */
export const CACHE_FOLDERS = { releases: "releases", verified: "verified", failed: "failed" } as const;

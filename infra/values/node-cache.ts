import { z } from "zod";
import type { StackConfig } from "../config/schema";
import { NodeCacheConfig } from "../core/agent-config";
import { canonicalJson, type Json } from "../core/canonical-json";
import { NAMESPACES, WEIGHTS_CLAIM } from "../core/names";
import { PinnedImage } from "../core/release";
import { KubernetesName, Port, Quantity, Toleration } from "./fields";
import type { RunningRelease } from "./running-releases";

export const NodeCacheValues = z.strictObject({
  namespace: KubernetesName,
  modelsNamespace: KubernetesName,
  owner: z.string().min(1),
  name: KubernetesName,
  image: PinnedImage,
  config: z.string().min(2),
  nodePath: z.string().startsWith("/"),
  claim: KubernetesName,
  credentialsSecret: z.string(),
  ports: z.strictObject({ admin: Port, store: z.array(Port).min(1) }),
  nodeSelector: z.record(z.string(), z.string()),
  tolerations: z.array(Toleration),
  cpu: Quantity,
  memory: Quantity,
});
export type NodeCacheValues = z.output<typeof NodeCacheValues>;

/** Secret with the bucket's keys, where the bucket is not opened by the pod's role. */
export const CREDENTIALS_SECRET = "homeport-weights-credentials";

const ADMIN_PORT = 8081;
const ENGINE_USER = { uid: 65532, gid: 65532 };

const portOf = (endpoint: string): number => {
  const { port, protocol } = new URL(endpoint);
  return port === "" ? (protocol === "http:" ? 80 : 443) : Number(port);
};

/** The agent's own settings: every release that runs in this region must be on every node. */
function nodeCacheConfig({ weights }: StackConfig, releases: readonly RunningRelease[]): NodeCacheConfig {
  return NodeCacheConfig.parse({
    root: weights.nodePath,
    store: {
      bucket: weights.bucket,
      region: weights.region,
      endpoint: weights.endpoint,
      pathStyle: weights.pathStyle,
    },
    releases: [...new Set(releases.map(({ file }) => file.id))].sort(),
    maxBytes: weights.cacheGiB * 2 ** 30,
    parallelFiles: 4,
    maxAttempts: 5,
    adminPort: ADMIN_PORT,
    owner: ENGINE_USER,
    requireMount: weights.requireMount,
  } satisfies NodeCacheConfig);
}

export function nodeCacheValues(
  config: StackConfig,
  releases: readonly RunningRelease[],
  agentImage: string,
): NodeCacheValues {
  const { weights } = config;
  return {
    namespace: NAMESPACES.node,
    modelsNamespace: NAMESPACES.models,
    owner: config.environment.owner,
    name: "node-cache",
    image: agentImage,
    config: canonicalJson(nodeCacheConfig(config, releases) as Json),
    nodePath: weights.nodePath,
    claim: WEIGHTS_CLAIM,
    credentialsSecret: weights.accessKeyId === undefined ? "" : CREDENTIALS_SECRET,
    ports: { admin: ADMIN_PORT, store: [weights.endpoint === undefined ? 443 : portOf(weights.endpoint)] },
    nodeSelector: {},
    // Engine pods may run on tainted GPU nodes, so the cache must be there too.
    tolerations: [{ key: "nvidia.com/gpu", operator: "Exists", effect: "NoSchedule" }],
    cpu: "100m",
    memory: "512Mi",
  };
}

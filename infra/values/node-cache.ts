import { z } from "zod";
import type { StackConfig } from "../config/schema";
import { NodeCacheConfig } from "../core/agent-config";
import { type Place, weightsBucket } from "../core/aws/names";
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
  pools: z.array(KubernetesName),
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

/** On AWS the region's own bucket, opened by the pod's role. */
const storeOf = ({ weights }: StackConfig, place: Place | undefined): NodeCacheConfig["store"] =>
  place === undefined
    ? {
        bucket: weights.bucket,
        region: weights.region,
        endpoint: weights.endpoint,
        pathStyle: weights.pathStyle,
      }
    : { bucket: weightsBucket(place), region: place.region, pathStyle: false };

/** Where EKS nodes mount their own disks as one; every GPU instance has some, CPU instances seldom do. */
const INSTANCE_STORE = "/mnt/k8s-disks/0";

const instanceStoreOf = ({ weights, pools }: StackConfig, place: Place | undefined): string | undefined =>
  place !== undefined &&
  weights.nodePath.startsWith(`${INSTANCE_STORE}/`) &&
  Object.values(pools).every(({ gpusPerNode }) => gpusPerNode > 0)
    ? INSTANCE_STORE
    : undefined;

/** The agent's own settings: every release that runs in this region must be on every node. */
function nodeCacheConfig(
  config: StackConfig,
  releases: readonly RunningRelease[],
  place: Place | undefined,
): NodeCacheConfig {
  const { weights } = config;
  return NodeCacheConfig.parse({
    root: weights.nodePath,
    store: storeOf(config, place),
    releases: [...new Set(releases.map(({ file }) => file.id))].sort(),
    maxBytes: weights.cacheGiB * 2 ** 30,
    parallelFiles: 4,
    maxAttempts: 5,
    adminPort: ADMIN_PORT,
    owner: ENGINE_USER,
    requireMount: weights.requireMount ?? instanceStoreOf(config, place),
  } satisfies NodeCacheConfig);
}

/** `place`: the cell on AWS; left out on any other cluster. */
export function nodeCacheValues(
  config: StackConfig,
  releases: readonly RunningRelease[],
  agentImage: string,
  place?: Place,
): NodeCacheValues {
  const { weights } = config;
  const keys = place === undefined && weights.accessKeyId !== undefined;
  const endpoint = place === undefined ? weights.endpoint : undefined;
  return {
    namespace: NAMESPACES.node,
    modelsNamespace: NAMESPACES.models,
    owner: config.environment.owner,
    name: "node-cache",
    image: agentImage,
    config: canonicalJson(nodeCacheConfig(config, releases, place) as Json),
    nodePath: weights.nodePath,
    claim: WEIGHTS_CLAIM,
    credentialsSecret: keys ? CREDENTIALS_SECRET : "",
    ports: { admin: ADMIN_PORT, store: [endpoint === undefined ? 443 : portOf(endpoint)] },
    nodeSelector: {},
    // The nodes of the system pool have no disk for weights.
    pools: place === undefined ? [] : Object.keys(config.pools).sort(),
    // Engine pods may run on tainted GPU nodes, so the cache must be there too.
    tolerations: [{ key: "nvidia.com/gpu", operator: "Exists", effect: "NoSchedule" }],
    cpu: "100m",
    memory: "512Mi",
  };
}

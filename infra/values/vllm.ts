import { z } from "zod";
import type { ModelConfig, StackConfig } from "../config/schema";
import { GuardConfig, WaitWeightsConfig } from "../core/agent-config";
import { CAPACITY, NODE_MINUTES } from "../core/aws/capacity";
import { canonicalJson, type Json } from "../core/canonical-json";
import { CACHE_FOLDERS, NAMESPACES, PORTS, WEIGHTS_CLAIM } from "../core/names";
import { PinnedImage, shortId } from "../core/release";
import { LABELS } from "./aws/nodes/node-labels";
import { engineArguments } from "./engine-arguments";
import { engineEnvironment } from "./engine-environment";
import { cores, gib, KubernetesName, Port, Quantity, Toleration } from "./fields";
import type { RunningRelease } from "./running-releases";

export const VllmValues = z.strictObject({
  namespace: KubernetesName,
  name: KubernetesName,
  owner: z.string().min(1),
  release: z.strictObject({
    model: KubernetesName,
    name: z.string().min(1),
    id: z.string().regex(/^sha256:[0-9a-f]{64}$/),
    short: z.string().regex(/^r-[0-9a-f]{10}$/),
    variant: KubernetesName,
  }),
  replicas: z.int().min(0),
  engine: z.strictObject({
    image: PinnedImage,
    command: z.array(z.string()).min(1),
    arguments: z.array(z.string()),
    environment: z.record(z.string().regex(/^[A-Z][A-Z0-9_]*$/), z.string()),
    cpu: Quantity,
    memory: Quantity,
    sharedMemory: Quantity,
    scratch: Quantity,
    gpus: z.int().min(0),
    runtimeClaim: z.string(),
  }),
  agent: z.strictObject({
    image: PinnedImage,
    guard: z.string().min(2),
    waitWeights: z.string().min(2),
    cpu: Quantity,
    memory: Quantity,
  }),
  weights: z.strictObject({ claim: KubernetesName, folder: z.string().regex(/^releases\/[0-9a-f]{64}$/) }),
  ports: z.strictObject({ serve: Port, admin: Port, metrics: Port }),
  startup: z.strictObject({
    periodSeconds: z.int().min(1),
    failureThreshold: z.int().min(1),
    progressDeadlineSeconds: z.int().min(600),
  }),
  graceSeconds: z.int().min(1),
  nodeSelector: z.record(z.string(), z.string()),
  capacity: z.array(z.enum(CAPACITY)),
  tolerations: z.array(Toleration),
  proxy: z.strictObject({ namespace: KubernetesName }),
  monitoringNamespace: KubernetesName,
});
export type VllmValues = z.output<typeof VllmValues>;

/** Where the init container sees the whole claim. */
const WEIGHTS_ROOT = "/weights";
const PROBE_SECONDS = 2;
const MIB = 2 ** 20;
/**
 * The guard's memory. It refuses bodies beyond `bufferMiB` at once, so neither `maxInFlight` nor a client has a say: 400
 * bodies of 1 MiB peak at 260 MB, where the guard alone takes 68. Only one body can still be too large for it: one of
 * 100 MiB peaks at 710 MB while it is checked and written anew.
 */
const GUARD = { memoryMiB: 512, bufferMiB: 96, aloneMiB: 128, timesOneBody: 8 };

const hexOf = (id: string): string => id.replace("sha256:", "");

/**
 * Everything the chart places, of one release variant; depends on the release and its settings, never on a pointer.
 * `pulled`: where the nodes get an image from.
 */
export function vllmValues(
  config: StackConfig,
  release: RunningRelease,
  agentImage: string,
  pulled = (image: string): string => image,
): VllmValues {
  const settings = config.models[release.model] as ModelConfig;
  const { id } = release.file;
  return {
    namespace: NAMESPACES.models,
    name: release.objectName,
    owner: config.environment.owner,
    release: { model: release.model, name: release.name, id, short: shortId(id), variant: release.variantName },
    replicas: release.replicas,
    engine: { ...engine(settings, release), image: pulled(release.variant.image) },
    agent: {
      image: pulled(agentImage),
      guard: canonicalJson(guard(settings, release) as Json),
      waitWeights: canonicalJson(waitWeights(settings, id) as Json),
      // Probes and streams of a busy pod pass through it: starved, it would look like a hung engine.
      cpu: "200m",
      memory: `${guardMiB(settings)}Mi`,
    },
    weights: { claim: WEIGHTS_CLAIM, folder: `${CACHE_FOLDERS.releases}/${hexOf(id)}` },
    ports: { serve: PORTS.serve, admin: PORTS.admin, metrics: PORTS.metrics },
    startup: {
      periodSeconds: PROBE_SECONDS,
      failureThreshold: Math.ceil(settings.startupSeconds / PROBE_SECONDS),
      progressDeadlineSeconds: Math.max(600, nodeSeconds(config) + settings.startupSeconds + 120),
    },
    graceSeconds: settings.drain.graceSeconds,
    ...nodesOf(config, release),
    tolerations: gpusOf(release) === 0 ? [] : [{ key: "nvidia.com/gpu", operator: "Exists", effect: "NoSchedule" }],
    proxy: { namespace: NAMESPACES.envoyGateway },
    monitoringNamespace: NAMESPACES.monitoring,
  };
}

/** Where its pods run: by the pool's labels, or on AWS by the pool's name, on nodes of the best way to get them first. */
function nodesOf({ environment, pools }: StackConfig, { pool }: RunningRelease) {
  const { nodeSelector = {}, capacity = [] } = pools[pool] ?? {};
  return environment.platform === "aws"
    ? { nodeSelector: { [LABELS.pool]: pool }, capacity: capacity.length > 1 ? capacity : [] }
    : { nodeSelector, capacity: [] };
}

/** A pod on AWS may wait for its node as long as the autoscaler does for one. */
const nodeSeconds = ({ environment }: StackConfig): number => (environment.platform === "aws" ? NODE_MINUTES * 60 : 0);

const gpusOf = ({ variant }: RunningRelease): number => (variant.gpuClass === "cpu" ? 0 : variant.tensorParallel);

const engine = (settings: ModelConfig, release: RunningRelease): Omit<VllmValues["engine"], "image"> => ({
  // Not the image's entry point: `vllm` is a script with an absolute interpreter path, which a mounted runtime breaks.
  command: ["python3", "-m", "vllm.entrypoints.cli.main", "serve"],
  arguments: engineArguments(settings, release),
  environment: engineEnvironment(settings, release),
  cpu: cores(settings.resources.cpu),
  memory: gib(settings.resources.memoryGiB),
  sharedMemory: gib(settings.resources.shmGiB),
  scratch: "8Gi",
  gpus: gpusOf(release),
  runtimeClaim: release.variant.runtimeClaim ?? "",
});

const guardMiB = ({ limits }: ModelConfig): number =>
  Math.max(GUARD.memoryMiB, GUARD.aloneMiB + Math.ceil((GUARD.timesOneBody * limits.bodyKiB) / 1024));

function guard(settings: ModelConfig, { model, name, file, variantName, variant }: RunningRelease): GuardConfig {
  const length = variant.arguments["max-model-len"] ?? file.content.arguments["max-model-len"];
  return GuardConfig.parse({
    model,
    releaseName: name,
    releaseId: file.id,
    variant: variantName,
    ports: { serve: PORTS.serve, admin: PORTS.admin, metrics: PORTS.metrics },
    engineUrl: `http://127.0.0.1:${PORTS.engine}`,
    limits: {
      bodyBytes: settings.limits.bodyKiB * 1024,
      maxModelLen: typeof length === "number" ? length : file.content.architecture.maxPositions,
      maxTokens: settings.limits.maxTokens,
      maxInFlight: settings.maxInFlight,
      bufferBytes: GUARD.bufferMiB * MIB,
    },
    drain: {
      propagationSeconds: settings.drain.propagationSeconds,
      streamSeconds: settings.drain.streamSeconds,
    },
    // With the probes' own seconds: out of rotation within 30 s, restarted within 120 s.
    watch: { intervalSeconds: 5, unreadyAfterSeconds: 15, restartAfterSeconds: 80 },
  } satisfies GuardConfig);
}

const waitWeights = ({ startupSeconds }: ModelConfig, releaseId: string): WaitWeightsConfig =>
  WaitWeightsConfig.parse({ root: WEIGHTS_ROOT, releaseId, timeoutSeconds: startupSeconds });

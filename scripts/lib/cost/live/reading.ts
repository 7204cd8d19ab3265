import { NAMESPACES, PORTS } from "../../../../infra/core/names";
import type { EngineCounters } from "../../../../infra/core/throughput/calibrate";
import { LABELS } from "../../../../infra/values/aws/nodes/node-labels";
import type { Kubectl, StoredObject } from "../../kubectl";
import type { Clusters } from "../../releases/clusters";
import { type Sample, samplesOf, total } from "./prometheus-text";

/** A pod of an engine: it holds its GPUs from the moment it has a node, whether or not it answers. */
export interface HeldPod {
  uid: string;
  name: string;
  region: string;
  node: string;
  model: string;
  /** Short id, as the pod's label has it. */
  release: string;
  variant: string;
  gpus: number;
  /** ISO time. */
  startedAt: string;
  /** False: it still waits for weights or images, so it has served nothing. */
  running: boolean;
}

/** What one engine has counted since it started. */
export interface EnginePod extends HeldPod {
  /** ISO time of its container: one that began anew in the same pod counts from 0. Left out where it is not told. */
  engineStartedAt?: string;
  counters: Omit<EngineCounters, "at">;
  /** Prompt tokens that were looked up in the prefix cache, and found. vLLM counts tokens here, not blocks. */
  cacheQueries: number;
  cacheHits: number;
  /** Tokens that its KV cache holds, as `vllm:cache_config_info` tells. Left out where it does not. */
  cacheTokens?: number;
}

export interface WorkerNode {
  name: string;
  region: string;
  pool: string;
  /** How it was got: `on-demand`, `spot`, … Left out: its label does not say. */
  capacity?: string;
  gpus: number;
  /** ISO time. */
  createdAt: string;
}

/** All regions at one moment. */
export interface Reading {
  at: string;
  pods: EnginePod[];
  nodes: WorkerNode[];
  /** Pods that did not tell their counters. */
  silent: HeldPod[];
}

/** Whether what an engine counted before is part of what it counts now. */
export function sameEngine(before: EnginePod, after: EnginePod): boolean {
  const began = [before.engineStartedAt, after.engineStartedAt];
  const keys = Object.keys(after.counters) as (keyof EnginePod["counters"])[];
  return (
    before.uid === after.uid &&
    (began.includes(undefined) || began[0] === began[1]) &&
    keys.every((of) => before.counters[of] <= after.counters[of])
  );
}

const ENGINES = "app.kubernetes.io/name=vllm";
const GPU = "nvidia.com/gpu";

export async function readClusters(clusters: Clusters, now: Date): Promise<Reading> {
  const regions = await Promise.all(Object.entries(clusters).map(([region, cluster]) => readRegion(region, cluster)));
  return {
    at: now.toISOString(),
    pods: regions.flatMap(({ pods }) => pods),
    nodes: regions.flatMap(({ nodes }) => nodes),
    silent: regions.flatMap(({ silent }) => silent),
  };
}

async function readRegion(region: string, cluster: Kubectl): Promise<Omit<Reading, "at">> {
  const [objects, stored] = await Promise.all([
    cluster.list("pods", NAMESPACES.models, ENGINES),
    cluster.list("nodes", "default", ""),
  ]);
  const placed = objects.map((pod) => heldPod(region, pod)).filter(holdsGpus);
  const answers = await Promise.all(
    placed.map(async (pod) => {
      if (!pod.running) return undefined;
      const text = await cluster
        .podGet(NAMESPACES.models, pod.name, PORTS.metrics, "/engine-metrics")
        .catch(() => undefined);
      return text === undefined ? undefined : enginePod(pod, samplesOf(text));
    }),
  );
  return {
    pods: answers.flatMap((pod) => pod ?? []),
    nodes: stored.map((node) => workerNode(region, node)),
    silent: placed.flatMap(({ phase, engineStartedAt, ...pod }, i) => (answers[i] === undefined ? [pod] : [])),
  };
}

interface PodSpec {
  nodeName?: string;
  containers?: { resources?: { requests?: Record<string, string> } }[];
}
interface PodStatus {
  phase?: string;
  startTime?: string;
  containerStatuses?: { name: string; state?: { running?: { startedAt?: string } } }[];
}

type PlacedPod = HeldPod & { phase?: string; engineStartedAt?: string };

/** One that is over gave its GPUs back; one without a node has none yet. */
const holdsGpus = ({ node, phase }: PlacedPod): boolean => node !== "" && (phase === "Pending" || phase === "Running");

function heldPod(region: string, { metadata, spec, status }: StoredObject): PlacedPod {
  const { nodeName = "", containers = [] } = (spec ?? {}) as PodSpec;
  const { phase, startTime, containerStatuses = [] } = (status ?? {}) as PodStatus;
  const labels = metadata.labels ?? {};
  const engineStartedAt = containerStatuses.find(({ name }) => name === "engine")?.state?.running?.startedAt;
  return {
    uid: (metadata as { uid?: string }).uid ?? metadata.name,
    name: metadata.name,
    region,
    node: nodeName,
    model: labels["homeport.dev/model"] ?? "",
    release: labels["homeport.dev/release"] ?? "",
    variant: labels["homeport.dev/variant"] ?? "",
    gpus: containers.reduce((sum, { resources }) => sum + Number(resources?.requests?.[GPU] ?? 0), 0),
    startedAt: startTime ?? metadata.creationTimestamp ?? "",
    running: phase === "Running",
    phase,
    ...(engineStartedAt !== undefined && { engineStartedAt }),
  };
}

function enginePod({ phase, ...pod }: PlacedPod, samples: readonly Sample[]): EnginePod {
  const of = (name: string) => total(samples, `vllm:${name}`);
  const cacheTokens = cacheTokensOf(samples);
  return {
    ...pod,
    counters: {
      promptTokens: of("prompt_tokens_total"),
      generationTokens: of("generation_tokens_total"),
      requests: of("request_success_total"),
      firstTokenSeconds: of("time_to_first_token_seconds_sum"),
      firstTokens: of("time_to_first_token_seconds_count"),
      betweenTokensSeconds: of("inter_token_latency_seconds_sum"),
      betweenTokens: of("inter_token_latency_seconds_count"),
      requestSeconds: of("e2e_request_latency_seconds_sum"),
    },
    cacheQueries: of("prefix_cache_queries_total"),
    cacheHits: of("prefix_cache_hits_total"),
    ...(cacheTokens !== undefined && { cacheTokens }),
  };
}

/** Blocks times their size; on a CPU vLLM counts its blocks under the GPU's name. */
function cacheTokensOf(samples: readonly Sample[]): number | undefined {
  const { num_gpu_blocks: blocks, block_size: size } =
    samples.find(({ name }) => name === "vllm:cache_config_info")?.labels ?? {};
  const tokens = Number(blocks) * Number(size);
  return Number.isFinite(tokens) && tokens > 0 ? tokens : undefined;
}

function workerNode(region: string, { metadata, status }: StoredObject): WorkerNode {
  const has = (status as { capacity?: Record<string, string> } | undefined)?.capacity;
  const capacity = metadata.labels?.[LABELS.capacity];
  return {
    name: metadata.name,
    region,
    pool: metadata.labels?.[LABELS.pool] ?? "",
    ...(capacity !== undefined && { capacity }),
    gpus: Number(has?.[GPU] ?? 0),
    createdAt: metadata.creationTimestamp ?? "",
  };
}

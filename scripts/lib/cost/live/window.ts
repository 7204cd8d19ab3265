import type { EngineCounters } from "../../../../infra/core/throughput/calibrate";
import type { EnginePod, Reading, WorkerNode } from "./reading";

/** What was counted and paid between two readings; without an earlier one, since each engine started. */
export interface Window {
  from: string;
  to: string;
  pods: PodDelta[];
  nodes: (WorkerNode & { hours: number })[];
  doubts: string[];
}

export interface PodDelta extends Omit<EnginePod, "counters"> {
  hours: number;
  counters: Omit<EngineCounters, "at">;
}

const HOUR_MS = 3_600_000;

export function windowOf(before: Reading | undefined, after: Reading): Window {
  const starts = after.pods.map(({ startedAt }) => startedAt);
  const from = before?.at ?? [...starts, after.at].sort()[0] ?? after.at;
  const hoursSince = (start: string): number =>
    Math.max(0, (Date.parse(after.at) - Math.max(Date.parse(start), Date.parse(from))) / HOUR_MS);
  const earlier = new Map(before?.pods.map((pod) => [pod.uid, pod]));
  const gone = before?.pods.filter(({ uid }) => after.pods.every((pod) => pod.uid !== uid)) ?? [];
  const goneNodes = before?.nodes.filter(({ name }) => after.nodes.every((node) => node.name !== name)) ?? [];
  return {
    from,
    to: after.at,
    pods: after.pods.map((pod) => delta(pod, earlier.get(pod.uid), hoursSince(pod.startedAt))),
    // When a node went is not known; it is taken as paid to the end, which is never too little.
    nodes: [...after.nodes, ...goneNodes].map((node) => ({ ...node, hours: hoursSince(node.createdAt) })),
    doubts: [
      ...after.silent.map((pod) => `${pod} did not tell its counters: its tokens are missing`),
      ...gone.map(({ name }) => `${name} is gone since: its last tokens are missing`),
      ...goneNodes.map(({ name }) => `${name} is gone since: counted to the end`),
    ],
  };
}

/** An engine that began anew in the same pod counts from 0. */
function delta(pod: EnginePod, before: EnginePod | undefined, hours: number): PodDelta {
  const anew = before === undefined || pod.counters.generationTokens < before.counters.generationTokens;
  const keys = Object.keys(pod.counters) as (keyof EnginePod["counters"])[];
  const minus = (now: number, then: number | undefined): number => (anew ? now : now - (then ?? 0));
  return {
    ...pod,
    hours,
    counters: Object.fromEntries(
      keys.map((key) => [key, minus(pod.counters[key], before?.counters[key])]),
    ) as EnginePod["counters"],
    cacheQueries: minus(pod.cacheQueries, before?.cacheQueries),
    cacheHits: minus(pod.cacheHits, before?.cacheHits),
  };
}

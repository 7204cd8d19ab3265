import type { EngineCounters } from "../../../../infra/core/throughput/calibrate";
import { type EnginePod, type HeldPod, type Reading, sameEngine, type WorkerNode } from "./reading";

/** What was counted and paid over a time. */
export interface Window {
  /** ISO times. */
  from: string;
  to: string;
  pods: PodDelta[];
  /** Pods that held GPUs, but of whose tokens nothing is known. */
  silent: (HeldPod & { hours: number })[];
  nodes: (WorkerNode & { hours: number })[];
  doubts: string[];
}

export interface PodDelta extends Omit<EnginePod, "counters"> {
  hours: number;
  counters: Omit<EngineCounters, "at">;
}

/**
 * From the reading before `hours` ago to the last one, or from the last but one; readings are oldest first. With a single
 * one: since each engine started.
 */
export function windowOf(readings: readonly Reading[], hours?: number): Window {
  const last = readings.length - 1;
  if (hours === undefined) return spanTo(readings, last);
  const since = Date.parse(readings[last]?.at ?? "") - hours * HOUR_MS;
  const later = readings.findIndex(({ at }) => Date.parse(at) > since);
  const first = Math.min(Math.max(1, later), last);
  const window = readings
    .slice(first)
    .map((_, i) => spanTo(readings, first + i))
    .reduce(joined);
  if (hours - hoursOf(window) < 0.05) return window;
  return { ...window, doubts: [`readings reach back ${hoursOf(window).toFixed(1)} of ${hours} h`, ...window.doubts] };
}

export const HOUR_MS = 3_600_000;

export const hoursOf = ({ from, to }: Pick<Window, "from" | "to">): number =>
  (Date.parse(to) - Date.parse(from)) / HOUR_MS;

/** All readings as times of an hour or a little more each. */
export function hourly(readings: readonly Reading[]): Window[] {
  const windows: Window[] = [];
  for (let i = 1; i < readings.length; i++) {
    const [span, last] = [spanTo(readings, i), windows.at(-1)];
    if (last === undefined || hoursOf(last) >= 1) windows.push(span);
    else windows[windows.length - 1] = joined(last, span);
  }
  return windows.filter((window) => hoursOf(window) >= 1);
}

/** From the reading before the one at `index` to that one. */
function spanTo(readings: readonly Reading[], index: number): Window {
  const after = readings[index] as Reading;
  const before = readings[index - 1];
  const held = [...after.pods, ...after.silent];
  const from = before?.at ?? [...held.map(({ startedAt }) => startedAt), after.at].sort()[0] ?? after.at;
  const hoursSince = (start: string): number =>
    Math.max(0, (Date.parse(after.at) - Math.max(Date.parse(start), Date.parse(from))) / HOUR_MS);
  const gone = [...(before?.pods ?? []), ...(before?.silent ?? [])].filter(({ uid }) =>
    held.every((pod) => pod.uid !== uid),
  );
  const goneNodes = (before?.nodes ?? []).filter((node) => after.nodes.every((other) => !sameNode(node, other)));
  const bases = after.pods.map((pod) => baseOf(pod, readings, index));
  return {
    from,
    to: after.at,
    pods: after.pods.map((pod, i) => delta(pod, bases[i] ?? "unknown", hoursSince(pod.startedAt))),
    silent: [
      ...after.silent.map((pod) => ({ ...pod, hours: hoursSince(pod.startedAt) })),
      // It went at some time between the readings; half of it is wrong by least.
      ...gone.map((pod) => ({ ...pod, hours: hoursSince(pod.startedAt) / 2 })),
    ],
    // When a node went is not known either; it is taken as paid to the end, which is never too little.
    nodes: [...after.nodes, ...goneNodes].map((node) => ({ ...node, hours: hoursSince(node.createdAt) })),
    doubts: [
      ...after.silent.flatMap(({ name, running }) =>
        running ? [`${name} did not tell its counters: its tokens are missing, so $/1M is too high`] : [],
      ),
      ...after.pods.flatMap(({ name }, i) =>
        bases[i] === "unknown" ? [`${name} told its counters for the first time: its tokens count from now on`] : [],
      ),
      ...after.pods.flatMap(({ name, uid }, i) =>
        bases[i] === "anew" && before?.pods.some((pod) => pod.uid === uid)
          ? [`${name} began anew: what it served before that and after the last reading is missing`]
          : [],
      ),
      ...gone.map(({ name }) => `${name} is gone since: its last tokens are missing, half of the time is counted`),
      ...goneNodes.map(({ name }) => `${name} is gone since: counted to the end`),
    ],
  };
}

const sameNode = (a: WorkerNode, b: WorkerNode): boolean => a.name === b.name && a.region === b.region;

/**
 * What an engine had counted when it last told. `anew`: it has started since, or nobody asked before, so all of it counts.
 * `unknown`: it was there already and silent, so nobody can say when it served what it tells now.
 */
function baseOf(pod: EnginePod, readings: readonly Reading[], index: number): EnginePod | "anew" | "unknown" {
  for (let i = index - 1; i >= 0; i--) {
    const told = readings[i]?.pods.find(({ uid }) => uid === pod.uid);
    if (told !== undefined) return sameEngine(told, pod) ? told : "anew";
  }
  const [first] = readings;
  const started = Date.parse(pod.engineStartedAt ?? pod.startedAt);
  return index === 0 || first === undefined || started >= Date.parse(first.at) ? "anew" : "unknown";
}

function delta(pod: EnginePod, base: EnginePod | "anew" | "unknown", hours: number): PodDelta {
  const minus = (now: number, then: (from: EnginePod) => number): number => {
    if (base === "unknown") return 0;
    return base === "anew" ? now : Math.max(0, now - then(base));
  };
  const keys = Object.keys(pod.counters) as (keyof EnginePod["counters"])[];
  return {
    ...pod,
    hours,
    counters: Object.fromEntries(
      keys.map((key) => [key, minus(pod.counters[key], ({ counters }) => counters[key])]),
    ) as EnginePod["counters"],
    cacheQueries: minus(pod.cacheQueries, ({ cacheQueries }) => cacheQueries),
    cacheHits: minus(pod.cacheHits, ({ cacheHits }) => cacheHits),
  };
}

function joined(one: Window, next: Window): Window {
  return {
    from: one.from,
    to: next.to,
    pods: merged(
      one.pods,
      next.pods,
      ({ uid }) => uid,
      (a, b) => ({
        ...b,
        hours: a.hours + b.hours,
        counters: added(a.counters, b.counters),
        cacheQueries: a.cacheQueries + b.cacheQueries,
        cacheHits: a.cacheHits + b.cacheHits,
      }),
    ),
    silent: merged(one.silent, next.silent, ({ uid }) => uid, longer),
    nodes: merged(one.nodes, next.nodes, ({ region, name }) => `${region}/${name}`, longer),
    doubts: [...new Set([...one.doubts, ...next.doubts])],
  };
}

const longer = <T extends { hours: number }>(a: T, b: T): T => ({ ...b, hours: a.hours + b.hours });

function merged<T>(some: readonly T[], more: readonly T[], keyOf: (one: T) => string, both: (a: T, b: T) => T): T[] {
  const all = new Map(some.map((one) => [keyOf(one), one]));
  for (const one of more) {
    const had = all.get(keyOf(one));
    all.set(keyOf(one), had === undefined ? one : both(had, one));
  }
  return [...all.values()];
}

export type Counters = EnginePod["counters"];

export const NOTHING_COUNTED: Counters = {
  promptTokens: 0,
  generationTokens: 0,
  requests: 0,
  firstTokenSeconds: 0,
  firstTokens: 0,
  betweenTokensSeconds: 0,
  betweenTokens: 0,
  requestSeconds: 0,
};

const added = (a: Counters, b: Counters): Counters =>
  Object.fromEntries(
    (Object.keys(a) as (keyof Counters)[]).map((key) => [key, a[key] + b[key]]),
  ) as unknown as Counters;

export const summed = (engines: readonly { counters: Counters }[]): Counters =>
  engines.reduce((sum, { counters }) => added(sum, counters), NOTHING_COUNTED);

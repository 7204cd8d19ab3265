import type { LoadedStack } from "../../../../infra/config/schema";
import { sameWeightsOffers } from "../../../../infra/core/catalogue/api-prices";
import { type Allocation, allocate } from "../../../../infra/core/economics/allocation";
import { apiUsdPerMillion, splitPrice } from "../../../../infra/core/economics/token-price";
import { fitOn, releaseQuestion } from "../../../../infra/core/fit/fit";
import { publicName } from "../../../../infra/core/public-name";
import { type ReleaseFile, shortId } from "../../../../infra/core/release";
import { calibrated, dayPoint, type EngineCounters } from "../../../../infra/core/throughput/calibrate";
import { knowledgeWith, type MeasuredDay } from "../../../../infra/core/throughput/own-days";
import { seriesFor } from "../../../../infra/core/throughput/points";
import { throughputAtSlo } from "../../../../infra/core/throughput/predict";
import type { SpeedObjective } from "../../../../infra/core/throughput/throughput";
import { estimate } from "../../../../infra/values/aws/cost/estimate";
import type { PricedPool } from "./node-prices";
import type { Reading, WorkerNode } from "./reading";
import { type PodDelta, type Window, windowOf } from "./window";

/** What a release cost and served in a window, on the allocation basis. */
export interface LiveRelease {
  model: string;
  /** As the stack file calls it; its short id where no pin has it. */
  release: string;
  usd: number;
  inputTokens: number;
  outputTokens: number;
  /** Of the input tokens looked up, those that the prefix cache had, 0 to 1. */
  cachedShare?: number;
  /** Left out: it served nothing. */
  usdPerMillion?: number;
  /** By two windows of different mixes; left out: none were different enough yet. */
  split?: { input: number; output: number };
  api?: { provider: string; asOf: string; usd: number; usdPerMillion: number; breakEvenUtilisation?: number };
  /** Served over what its replicas give at the objective, where that was measured. */
  utilisation?: number;
  predicted: Prediction[];
}

/** Something that was told before it ran. */
export interface Prediction {
  what: string;
  unit: string;
  predicted: number;
  real: number;
  /** Of the prediction: −10 says that it was 10 % too low. */
  errorPercent: number;
}

export interface LiveCost {
  from: string;
  to: string;
  hours: number;
  allocation: Allocation;
  /** All releases and what nothing held, against node hours × price. */
  reconciledPercent: number;
  prices: PricedPool[];
  releases: LiveRelease[];
  predicted: Prediction[];
  doubts: string[];
}

interface Question {
  stack: LoadedStack;
  /** Oldest first; the last one is now. */
  readings: readonly Reading[];
  priceOf(node: WorkerNode): PricedPool | undefined;
  objective: SpeedObjective;
  /** Of this stack's own engines. */
  measured: readonly MeasuredDay[];
  today: string;
}

export function liveCost(question: Question): LiveCost {
  const { stack, readings, priceOf } = question;
  const now = readings.at(-1) as Reading;
  const window = windowOf(readings.at(-2), now);
  const allocation = allocationOf(window, priceOf);
  // In the order of the stack file; what it does not name comes last.
  const named = Object.entries(stack.config.models).flatMap(([model, { releases }]) =>
    Object.values(releases).map((id) => `${model} ${shortId(id)}`),
  );
  const seen = new Set(window.pods.map(keyOf));
  const keys = [...named.filter((key) => seen.has(key)), ...[...seen].filter((key) => !named.includes(key)).sort()];
  const podsOf = (key: string) => window.pods.filter((pod) => keyOf(pod) === key);
  const releases = keys.map((key) => releaseOf(podsOf(key), allocation.usdOf[key] ?? 0, window, question));
  const divided = Object.values(allocation.usdOf).reduce((sum, usd) => sum + usd, 0) + allocation.unheldUsd;
  const hours = (Date.parse(window.to) - Date.parse(window.from)) / 3_600_000;
  const prices = new Map(now.nodes.flatMap((node) => priceOf(node) ?? []).map((price) => [price.pool, price]));
  return {
    from: window.from,
    to: window.to,
    hours,
    allocation,
    reconciledPercent: allocation.totalUsd === 0 ? 0 : 100 * (divided / allocation.totalUsd - 1),
    prices: [...prices.values()],
    releases,
    predicted: stack.config.environment.platform === "aws" ? nodeHours(stack, hours, allocation.nodeHours) : [],
    doubts: window.doubts,
  };
}

const keyOf = ({ model, release }: PodDelta): string => `${model} ${release}`;

function allocationOf(window: Window, priceOf: Question["priceOf"]): Allocation {
  const nodes = window.nodes.flatMap((node) => {
    const price = priceOf(node);
    return price ? [{ name: node.name, hourlyUsd: price.hourlyUsd, hours: node.hours, gpus: node.gpus }] : [];
  });
  return allocate(
    nodes,
    window.pods.map((pod) => ({ release: keyOf(pod), node: pod.node, gpus: pod.gpus, hours: pod.hours })),
  );
}

function releaseOf(pods: readonly PodDelta[], usd: number, window: Window, question: Question): LiveRelease {
  const { stack, objective, today } = question;
  const [{ model, release, variant } = { model: "", release: "", variant: "" }] = pods;
  const [name, file] = pinned(stack, model, release);
  const counters = summed(pods);
  const mix = { inputTokens: counters.promptTokens, outputTokens: counters.generationTokens };
  const tokens = mix.inputTokens + mix.outputTokens;
  const queries = pods.reduce((sum, { cacheQueries }) => sum + cacheQueries, 0);
  const hits = pods.reduce((sum, { cacheHits }) => sum + cacheHits, 0);
  const publicly = file && publicName(file.content);
  const shape = file?.content.variants[variant];
  const replicaHours = pods.reduce((sum, { hours }) => sum + hours, 0);
  const speed =
    publicly && shape && counters.requests > 0 && mix.outputTokens > 0
      ? throughputAtSlo(
          {
            model: publicly,
            gpuClass: shape.gpuClass,
            tensorParallel: shape.tensorParallel,
            inputTokens: mix.inputTokens / counters.requests,
            outputTokens: mix.outputTokens / counters.requests,
          },
          objective,
          knowledgeWith(question.measured.filter((day) => day.release === release)),
        )
      : undefined;
  const capacity = (speed?.outputTokensPerSecond.expected ?? 0) * replicaHours * 3600;
  const utilisation = capacity > 0 ? mix.outputTokens / capacity : undefined;
  const [offer] = publicly && tokens > 0 ? sameWeightsOffers(publicly, today) : [];
  const asked = offer && apiUsdPerMillion(mix, offer.usdPerMillion);
  const usdPerMillion = tokens > 0 ? (usd * 1e6) / tokens : undefined;
  const split = splitOf(`${model} ${release}`, question);
  return {
    model,
    release: name,
    usd,
    ...mix,
    ...(queries > 0 && { cachedShare: hits / queries }),
    ...(usdPerMillion !== undefined && { usdPerMillion }),
    ...(split && { split }),
    ...(offer &&
      asked !== undefined && {
        api: {
          provider: offer.provider,
          asOf: offer.asOf,
          usdPerMillion: asked,
          usd: (asked * tokens) / 1e6,
          ...(utilisation !== undefined &&
            usdPerMillion !== undefined && { breakEvenUtilisation: (usdPerMillion * utilisation) / asked }),
        },
      }),
    ...(utilisation !== undefined && { utilisation }),
    predicted: file ? predictions(file, pods, window, stack) : [],
  };
}

export function pinned(
  { config, releases }: LoadedStack,
  model: string,
  short: string,
): [string, ReleaseFile | undefined] {
  const pins = Object.entries(config.models[model]?.releases ?? {});
  const [name] = pins.find(([, id]) => shortId(id) === short) ?? [];
  return [name ?? short, name === undefined ? undefined : releases[model]?.[name]];
}

export type Counters = Omit<EngineCounters, "at">;

export function summed(pods: readonly Pick<PodDelta, "counters">[]): Counters {
  const keys = Object.keys(pods[0]?.counters ?? {}) as (keyof Counters)[];
  const sum = (key: keyof Counters) => pods.reduce((total, { counters }) => total + counters[key], 0);
  return Object.fromEntries(keys.map((key) => [key, sum(key)])) as unknown as Counters;
}

/** The two windows of all readings whose mixes differ most; both must have served something. */
function splitOf(key: string, { readings, priceOf }: Question): LiveRelease["split"] {
  const hours = readings.slice(1).flatMap((after, i) => {
    const window = windowOf(readings[i], after);
    const pods = window.pods.filter((pod) => keyOf(pod) === key);
    const { promptTokens: inputTokens = 0, generationTokens: outputTokens = 0 } = summed(pods);
    const hourlyUsd = allocationOf(window, priceOf).usdOf[key] ?? 0;
    return inputTokens > 0 && outputTokens > 0 ? [{ hourlyUsd, inputTokens, outputTokens }] : [];
  });
  const byMix = hours.sort((a, b) => a.inputTokens / a.outputTokens - b.inputTokens / b.outputTokens);
  const [first, last] = [byMix[0], byMix.at(-1)];
  return first && last && first !== last ? splitPrice(first, last) : undefined;
}

const GiB = 2 ** 30;

function predictions(
  file: ReleaseFile,
  pods: readonly PodDelta[],
  { from, to }: Window,
  stack: LoadedStack,
): Prediction[] {
  const [pod] = pods;
  const shape = pod && file.content.variants[pod.variant];
  if (pod === undefined || shape === undefined) return [];
  const found: Prediction[] = [];
  const memoryGiB = Object.values(stack.config.pools).find((pool) => pool.gpuClass === shape.gpuClass)?.gpuMemoryGiB;
  if (pod.cacheTokens !== undefined && memoryGiB !== undefined && shape.gpuClass !== "cpu") {
    const place = { gpuClass: shape.gpuClass, memoryGiB, gpus: shape.tensorParallel };
    const { pool, bytesPerToken } = fitOn(releaseQuestion(file.content, shape), place);
    found.push(
      prediction("KV cache of one replica", "tokens", (pool.expectedGiB * GiB) / bytesPerToken, pod.cacheTokens),
    );
  }
  const none = Object.fromEntries(Object.keys(pod.counters).map((key) => [key, 0])) as unknown as Counters;
  const replicas = pods.reduce((sum, { hours }) => sum + hours, 0) / hoursBetween(from, to);
  const day = dayPoint({ at: from, ...none }, { at: to, ...summed(pods) }, replicas);
  const [series] = seriesFor({
    model: publicName(file.content) ?? "",
    gpuClass: shape.gpuClass,
    tensorParallel: shape.tensorParallel,
  });
  if ("point" in day && series) {
    const { errorPercent } = calibrated(series, day, "");
    const real = day.point.further;
    found.push(prediction("time per output token", "ms", real * (1 + errorPercent.further / 100), real));
  }
  return found;
}

const hoursBetween = (from: string, to: string): number => (Date.parse(to) - Date.parse(from)) / 3_600_000;

const prediction = (what: string, unit: string, predicted: number, real: number): Prediction => ({
  what,
  unit,
  predicted,
  real,
  errorPercent: 100 * (predicted / real - 1),
});

/** Hours of the nodes that the estimate counts, off hours not taken out: a window knows no calendar. */
function nodeHours(stack: LoadedStack, hours: number, real: number): Prediction[] {
  const pools = Object.keys(stack.config.pools);
  const counted = estimate(stack).lines.filter(({ what }) => pools.some((pool) => what.startsWith(`pool ${pool}:`)));
  const nodes = counted.reduce((sum, { count }) => sum + count, 0);
  return nodes > 0 && real > 0 ? [prediction("node hours", "h", nodes * hours, real)] : [];
}

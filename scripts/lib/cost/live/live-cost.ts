import type { LoadedStack } from "../../../../infra/config/schema";
import { type Allocation, allocate } from "../../../../infra/core/economics/allocation";
import { splitPrice } from "../../../../infra/core/economics/token-price";
import { publicName } from "../../../../infra/core/public-name";
import { type ReleaseFile, shortId } from "../../../../infra/core/release";
import { knowledgeWith, type MeasuredDay } from "../../../../infra/core/throughput/own-days";
import { throughputAtSlo } from "../../../../infra/core/throughput/predict";
import type { SpeedObjective } from "../../../../infra/core/throughput/throughput";
import { type ApiOffer, cheapestApi } from "../same-weights";
import type { PricedPool } from "./node-prices";
import { pinned } from "./pinned";
import { nodeHours, type Prediction, predictionsOf } from "./predictions";
import type { Reading, WorkerNode } from "./reading";
import { hourly, hoursOf, type PodDelta, summed, type Window, windowOf } from "./window";

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
  /** By two hours of like load and different mixes; left out: there were no such hours yet. */
  split?: { input: number; output: number };
  /** The cheapest of the same weights, for the same tokens. */
  api?: ApiOffer & { breakEvenUtilisation?: number };
  /** Served over what its replicas give at the objective, where that was measured; `sure: false`: at other loads or engines. */
  utilisation?: { used: number; sure: boolean };
  predicted: Prediction[];
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
  models: LiveModel[];
  predicted: Prediction[];
  doubts: string[];
}

/** All releases of a model: those that stand by are paid by the tokens of those that serve. */
export interface LiveModel {
  model: string;
  usd: number;
  inputTokens: number;
  outputTokens: number;
  usdPerMillion?: number;
  /** What the cheapest APIs of the same weights ask for the same tokens; left out where one of the releases has none. */
  apiUsd?: number;
}

interface Question {
  stack: LoadedStack;
  /** Oldest first; the last one is now. */
  readings: readonly Reading[];
  /** To look back. Left out: to the reading before the last one. */
  hours?: number;
  priceOf(node: WorkerNode): PricedPool | undefined;
  objective: SpeedObjective;
  /** Of this stack's own engines. */
  measured: readonly MeasuredDay[];
  today: string;
}

export function liveCost(question: Question): LiveCost {
  const { stack, readings, priceOf } = question;
  const now = readings.at(-1) as Reading;
  const window = windowOf(readings, question.hours);
  const allocation = allocationOf(window, priceOf);
  // In the order of the stack file; what it does not name comes last.
  const named = Object.entries(stack.config.models).flatMap(([model, { releases }]) =>
    Object.values(releases).map((id) => `${model} ${shortId(id)}`),
  );
  const seen = new Set([...window.pods, ...window.silent].map(keyOf));
  const keys = [...named.filter((key) => seen.has(key)), ...[...seen].filter((key) => !named.includes(key)).sort()];
  const releases = keys.map((key) => releaseOf(key, allocation.usdOf[key] ?? 0, window, question));
  const divided = Object.values(allocation.usdOf).reduce((sum, usd) => sum + usd, 0) + allocation.unheldUsd;
  const hours = hoursOf(window);
  const prices = new Map(
    now.nodes
      .flatMap((node) => priceOf(node) ?? [])
      .map((price) => [`${price.pool} ${price.hourlyUsd} ${price.source}`, price]),
  );
  return {
    from: window.from,
    to: window.to,
    hours,
    allocation,
    reconciledPercent: allocation.totalUsd === 0 ? 0 : 100 * (divided / allocation.totalUsd - 1),
    prices: [...prices.values()],
    releases,
    models: modelsOf(releases),
    predicted: stack.config.environment.platform === "aws" ? nodeHours(stack, hours, allocation.nodeHours) : [],
    doubts: window.doubts,
  };
}

const keyOf = ({ model, release }: Pick<PodDelta, "model" | "release">): string => `${model} ${release}`;

function allocationOf(window: Window, priceOf: Question["priceOf"]): Allocation {
  const nodes = window.nodes.flatMap((node) => {
    const price = priceOf(node);
    const { region, name, hours, gpus } = node;
    return price ? [{ name: `${region}/${name}`, hourlyUsd: price.hourlyUsd, hours, gpus }] : [];
  });
  const held = [...window.pods, ...window.silent].map(({ region, node, gpus, hours, ...pod }) => {
    return { release: keyOf(pod), node: `${region}/${node}`, gpus, hours };
  });
  return allocate(nodes, held);
}

function releaseOf(key: string, usd: number, window: Window, question: Question): LiveRelease {
  const { stack, today } = question;
  const pods = window.pods.filter((pod) => keyOf(pod) === key);
  const [model = "", short = ""] = key.split(" ");
  const [name, file] = pinned(stack, model, short);
  const { promptTokens: inputTokens, generationTokens: outputTokens, requests } = summed(pods);
  const tokens = inputTokens + outputTokens;
  const queries = pods.reduce((sum, { cacheQueries }) => sum + cacheQueries, 0);
  const hits = pods.reduce((sum, { cacheHits }) => sum + cacheHits, 0);
  const cachedShare = queries > 0 ? Math.min(1, hits / queries) : undefined;
  const publicly = file && publicName(file.content);
  const utilisation = file && utilisationOf(file, pods, question);
  const api =
    publicly === undefined || tokens === 0
      ? undefined
      : cheapestApi(
          publicly,
          { requests, inputTokens, cachedInputTokens: (cachedShare ?? 0) * inputTokens, outputTokens },
          today,
        );
  const usdPerMillion = tokens > 0 ? (usd * 1e6) / tokens : undefined;
  const split = splitOf(key, question);
  return {
    model,
    release: name,
    usd,
    inputTokens,
    outputTokens,
    ...(cachedShare !== undefined && { cachedShare }),
    ...(usdPerMillion !== undefined && { usdPerMillion }),
    ...(split && { split }),
    ...(api && {
      api: {
        ...api,
        ...(utilisation !== undefined &&
          usdPerMillion !== undefined && {
            breakEvenUtilisation: (usdPerMillion * utilisation.used) / api.usdPerMillion,
          }),
      },
    }),
    ...(utilisation !== undefined && { utilisation }),
    predicted: file ? predictionsOf(file, pods, window, question.readings, stack) : [],
  };
}

function modelsOf(releases: readonly LiveRelease[]): LiveModel[] {
  return [...new Set(releases.map(({ model }) => model))].map((model) => {
    const own = releases.filter((one) => one.model === model);
    const sum = (of: (one: LiveRelease) => number) => own.reduce((total, one) => total + of(one), 0);
    const [usd, inputTokens, outputTokens] = [
      sum((one) => one.usd),
      sum((one) => one.inputTokens),
      sum((one) => one.outputTokens),
    ];
    const serving = own.filter((one) => one.usdPerMillion !== undefined);
    const known = serving.length > 0 && serving.every(({ api }) => api !== undefined);
    return {
      ...{ model, usd, inputTokens, outputTokens },
      ...(serving.length > 0 && { usdPerMillion: (usd * 1e6) / (inputTokens + outputTokens) }),
      ...(known && { apiUsd: sum(({ api }) => api?.usd ?? 0) }),
    };
  });
}

/** Of what its replicas would give at the objective, the share that was asked of them; undefined: nobody measured that. */
function utilisationOf(
  { content }: ReleaseFile,
  pods: readonly PodDelta[],
  { objective, measured }: Question,
): LiveRelease["utilisation"] {
  const [pod] = pods;
  const model = publicName(content);
  const shape = pod && content.variants[pod.variant];
  if (pod === undefined || model === undefined || shape === undefined) return undefined;
  const { promptTokens, generationTokens, requests } = summed(pods);
  if (requests === 0 || generationTokens === 0) return undefined;
  const { gpuClass, tensorParallel } = shape;
  const mix = { inputTokens: promptTokens / requests, outputTokens: generationTokens / requests };
  const knowledge = knowledgeWith(measured.filter((day) => day.release === pod.release));
  const speed = throughputAtSlo({ model, gpuClass, tensorParallel, ...mix }, objective, knowledge);
  const replicaHours = pods.reduce((sum, { hours }) => sum + hours, 0);
  const capacity = (speed?.outputTokensPerSecond.expected ?? 0) * replicaHours * 3600;
  // A day of its own that stands alone knows no load but its own: of that, every hour like it uses all.
  if (speed === undefined || capacity === 0 || (speed.here && speed.basis === "outside")) return undefined;
  return { used: generationTokens / capacity, sure: speed.basis !== "outside" };
}

/** Less alike in load, two hours say how busy they were, not what input and output cost. */
const LIKE_LOAD = 1.25;
/** Fewer say more about those requests. */
const FEWEST_REQUESTS = 100;

/** By the two hours, alike in load, whose mixes differ most. */
function splitOf(key: string, { readings, priceOf }: Question): LiveRelease["split"] {
  const hours = hourly(readings).flatMap((window) => {
    const { promptTokens, generationTokens, requests, requestSeconds } = summed(
      window.pods.filter((pod) => keyOf(pod) === key),
    );
    if (requests < FEWEST_REQUESTS || promptTokens === 0 || generationTokens === 0) return [];
    const hourlyUsd = allocationOf(window, priceOf).usdOf[key] ?? 0;
    return [
      { hourlyUsd, inputTokens: promptTokens, outputTokens: generationTokens, load: requestSeconds / hoursOf(window) },
    ];
  });
  const byMix = hours.sort((a, b) => a.inputTokens / a.outputTokens - b.inputTokens / b.outputTokens);
  const pairs = byMix.flatMap((one, i) => {
    const other = byMix.findLast((two, j) => j > i && alike(one.load, two.load));
    return other
      ? [{ one, other, apart: (other.inputTokens * one.outputTokens) / (other.outputTokens * one.inputTokens) }]
      : [];
  });
  const best = pairs.sort((a, b) => b.apart - a.apart)[0];
  return best && splitPrice(best.one, best.other);
}

const alike = (a: number, b: number): boolean => Math.max(a, b) <= LIKE_LOAD * Math.min(a, b);

import type { LoadedStack } from "../../../../infra/config/schema";
import { fitOn, releaseQuestion } from "../../../../infra/core/fit/fit";
import { publicName } from "../../../../infra/core/public-name";
import type { ReleaseFile, Variant } from "../../../../infra/core/release";
import { throughputOf } from "../../../../infra/core/throughput/predict";
import { estimate } from "../../../../infra/values/aws/cost/estimate";
import { quantisationOf } from "../release-costs";
import { type Span, spansOf, whileAnswering } from "./load";
import type { Reading } from "./reading";
import { hoursOf, type PodDelta, summed, type Window } from "./window";

/** Something that was told before it ran. */
export interface Prediction {
  what: string;
  unit: string;
  predicted: number;
  real: number;
  /** Of the prediction: −10 says that it was 10 % too low. */
  errorPercent: number;
}

/** Of one release, what fit and published tables told of it, beside what its engines say. */
export function predictionsOf(
  file: ReleaseFile,
  pods: readonly PodDelta[],
  window: Pick<Window, "from" | "to">,
  readings: readonly Reading[],
  stack: LoadedStack,
): Prediction[] {
  const [pod] = pods;
  const shape = pod && file.content.variants[pod.variant];
  if (pod === undefined || shape === undefined) return [];
  return [
    ...cacheOf(file, shape, pod.cacheTokens, stack),
    ...speedOf(file, shape, spansOf(pod, readings, hoursOf(window))),
  ];
}

function cacheOf(
  { content }: ReleaseFile,
  shape: Variant,
  tokens: number | undefined,
  { config }: LoadedStack,
): Prediction[] {
  const { gpuClass, tensorParallel } = shape;
  const memoryGiB = Object.values(config.pools).find((pool) => pool.gpuClass === gpuClass)?.gpuMemoryGiB;
  if (tokens === undefined || memoryGiB === undefined || gpuClass === "cpu") return [];
  const { cacheTokens } = fitOn(releaseQuestion(content, shape), { gpuClass, memoryGiB, gpus: tensorParallel });
  return [prediction("KV cache of one replica", "tokens", cacheTokens, tokens)];
}

/** Fewer say more about those requests than about the engine. */
const FEWEST_REQUESTS = 1000;

/** Only where a table was measured at such a load: beyond it nothing was predicted that could be right or wrong. */
function speedOf({ content }: ReleaseFile, shape: Variant, spans: readonly Span[]): Prediction[] {
  const model = publicName(content);
  const counted = summed(spans.flatMap(({ engines }) => engines));
  const { requests, betweenTokens } = counted;
  if (model === undefined || requests < FEWEST_REQUESTS || betweenTokens === 0) return [];
  const told = throughputOf({
    model,
    gpuClass: shape.gpuClass,
    tensorParallel: shape.tensorParallel,
    quantisation: quantisationOf(content),
    inputTokens: counted.promptTokens / requests,
    outputTokens: counted.generationTokens / requests,
    concurrency: whileAnswering(spans),
  });
  if (told === undefined || told.basis === "outside") return [];
  const real = (1000 * counted.betweenTokensSeconds) / betweenTokens;
  return [prediction("time per output token", "ms", told.timePerOutputTokenMs.expected, real)];
}

const prediction = (what: string, unit: string, predicted: number, real: number): Prediction => ({
  what,
  unit,
  predicted,
  real,
  errorPercent: 100 * (predicted / real - 1),
});

/** Hours of the nodes that the estimate counts, off hours not taken out: a window knows no calendar. */
export function nodeHours(stack: LoadedStack, hours: number, real: number): Prediction[] {
  const pools = Object.keys(stack.config.pools);
  const counted = estimate(stack).lines.filter(({ what }) => pools.some((pool) => what.startsWith(`pool ${pool}:`)));
  const nodes = counted.reduce((sum, { count }) => sum + count, 0);
  return nodes > 0 && real > 0 ? [prediction("node hours", "h", nodes * hours, real)] : [];
}

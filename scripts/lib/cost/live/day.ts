import type { LoadedStack } from "../../../../infra/config/schema";
import { publicName } from "../../../../infra/core/public-name";
import type { ReleaseContent } from "../../../../infra/core/release";
import { dayPoint } from "../../../../infra/core/throughput/calibrate";
import { type MeasuredDay, ownSeries } from "../../../../infra/core/throughput/own-days";
import { quantisationOf } from "../release-costs";
import { spanHours, spansOf, whileAnswering } from "./load";
import { pinned } from "./pinned";
import type { EnginePod, Reading } from "./reading";
import { HOUR_MS, hoursOf, NOTHING_COUNTED, summed } from "./window";

export interface DayOfRelease {
  model: string;
  /** As the stack file calls it. */
  release: string;
  /** Or why the readings are none. */
  found: MeasuredDay | { refused: string };
}

const DAY_HOURS = 24;

/** The last day of each release that runs now, out of readings; oldest first, the last one is now. */
export function daysOf(stack: LoadedStack, readings: readonly Reading[]): DayOfRelease[] {
  const running = new Map(readings.at(-1)?.pods.map((pod) => [`${pod.model} ${pod.release} ${pod.variant}`, pod]));
  return [...running.values()].flatMap((pod) => {
    const [release, file] = pinned(stack, pod.model, pod.release);
    return file ? [{ model: pod.model, release, found: dayOf(pod, file.content, stack.name, readings) }] : [];
  });
}

function dayOf(
  pod: EnginePod,
  content: ReleaseContent,
  environment: string,
  readings: readonly Reading[],
): DayOfRelease["found"] {
  const spans = spansOf(pod, readings, DAY_HOURS);
  const hours = spanHours(spans);
  if (hours < DAY_HOURS) return { refused: `${hours.toFixed(1)} of ${DAY_HOURS} h between readings yet` };
  const model = publicName(content);
  const shape = content.variants[pod.variant];
  if (model === undefined || shape === undefined) return { refused: "weights without a public name have no table" };
  const [from, to] = [spans.at(-1)?.from ?? "", spans[0]?.to ?? ""];
  const engineHours = spans.reduce((sum, span) => sum + (span.engines.length * span.ms) / HOUR_MS, 0);
  const counted = summed(spans.flatMap(({ engines }) => engines));
  const wall = hoursOf({ from, to });
  const day = dayPoint({ at: from, ...NOTHING_COUNTED }, { at: to, ...counted }, engineHours / wall);
  if ("refused" in day) return day;
  const { inputTokens, outputTokens, first = 0, further } = day.point;
  const concurrency = whileAnswering(spans);
  if (concurrency < 1) return { refused: `idle: ${concurrency.toFixed(2)} requests in flight while it answered` };
  const found: MeasuredDay = {
    model,
    release: pod.release,
    gpuClass: shape.gpuClass,
    tensorParallel: shape.tensorParallel,
    quantisation: quantisationOf(content),
    engine: `vLLM ${content.engine.version}`,
    from,
    to,
    hours: rounded(hours),
    requests: day.requests,
    inputTokens: Math.max(1, Math.round(inputTokens)),
    outputTokens: Math.max(1, Math.round(outputTokens)),
    concurrency: rounded(concurrency),
    timeToFirstTokenMs: rounded(first),
    timePerOutputTokenMs: rounded(further),
    source: `counters of ${environment}`,
  };
  const series = ownSeries(found);
  return "refused" in series ? series : found;
}

/** More digits than this are noise in a file that people read. */
const rounded = (value: number): number => Number(value.toFixed(2));

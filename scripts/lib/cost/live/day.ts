import type { LoadedStack } from "../../../../infra/config/schema";
import { publicName } from "../../../../infra/core/public-name";
import type { ReleaseContent } from "../../../../infra/core/release";
import { dayPoint } from "../../../../infra/core/throughput/calibrate";
import { type MeasuredDay, ownSeries } from "../../../../infra/core/throughput/own-days";
import { quantisationOf } from "../release-costs";
import { type Counters, pinned, summed } from "./live-cost";
import type { EnginePod, Reading } from "./reading";

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
  const spans = lastDay(pod, readings);
  const hours = spans.reduce((sum, span) => sum + span.hours, 0);
  if (hours < DAY_HOURS) return { refused: `${hours.toFixed(1)} of ${DAY_HOURS} h between readings yet` };
  const model = publicName(content);
  const shape = content.variants[pod.variant];
  if (model === undefined || shape === undefined) return { refused: "weights without a public name have no table" };
  const [from, to] = [spans.at(-1)?.from ?? "", spans[0]?.to ?? ""];
  const engineHours = spans.reduce((sum, span) => sum + span.engines.length * span.hours, 0);
  const counted = summed(spans.flatMap(({ engines }) => engines));
  const none = Object.fromEntries(Object.keys(counted).map((key) => [key, 0])) as unknown as Counters;
  const wall = (Date.parse(to) - Date.parse(from)) / 3_600_000;
  const day = dayPoint({ at: from, ...none }, { at: to, ...counted }, engineHours / wall);
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

/** What engines of one release counted from one reading to the next. */
interface Span {
  from: string;
  to: string;
  hours: number;
  engines: { counters: Counters }[];
}

/** Newest first, until they are a day. An engine counts where both readings have it and it did not begin anew. */
function lastDay({ model, release, variant }: EnginePod, readings: readonly Reading[]): Span[] {
  const spans: Span[] = [];
  let hours = 0;
  for (let i = readings.length - 1; i > 0 && hours < DAY_HOURS; i--) {
    const [before, after] = [readings[i - 1] as Reading, readings[i] as Reading];
    const engines = after.pods.flatMap((pod) => {
      const then = before.pods.find(({ uid }) => uid === pod.uid);
      if (then === undefined || pod.model !== model || pod.release !== release || pod.variant !== variant) return [];
      const counters = grown(then.counters, pod.counters);
      return Object.values(counters).some((count) => count < 0) ? [] : [{ counters }];
    });
    if (engines.length === 0) continue;
    const length = (Date.parse(after.at) - Date.parse(before.at)) / 3_600_000;
    spans.push({ from: before.at, to: after.at, hours: length, engines });
    hours += length;
  }
  return spans;
}

const grown = (before: Counters, after: Counters): Counters =>
  Object.fromEntries(
    (Object.keys(after) as (keyof Counters)[]).map((key) => [key, after[key] - before[key]]),
  ) as unknown as Counters;

/**
 * Requests in flight in one replica, weighted by tokens: times are linear in them, and the day's average time is over
 * tokens, so quiet hours must not count as much as busy ones.
 */
function whileAnswering(spans: readonly Span[]): number {
  const loads = spans.map(({ hours, engines }) => {
    const { requestSeconds, generationTokens } = summed(engines);
    return { tokens: generationTokens, inFlight: requestSeconds / (hours * 3600 * engines.length) };
  });
  const tokens = loads.reduce((sum, load) => sum + load.tokens, 0);
  return loads.reduce((sum, load) => sum + load.tokens * load.inFlight, 0) / tokens;
}

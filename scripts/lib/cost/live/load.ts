import { type EnginePod, type Reading, sameEngine } from "./reading";
import { type Counters, HOUR_MS, summed } from "./window";

/** What engines of one release counted from one reading to the next. */
export interface Span {
  /** ISO times. */
  from: string;
  to: string;
  ms: number;
  engines: { counters: Counters }[];
}

/** Newest first, until they are `most` hours. An engine counts where both readings have it and it did not begin anew. */
export function spansOf(
  { model, release, variant }: Pick<EnginePod, "model" | "release" | "variant">,
  readings: readonly Reading[],
  most: number,
): Span[] {
  const spans: Span[] = [];
  for (let i = readings.length - 1; i > 0 && spanHours(spans) < most; i--) {
    const [before, after] = [readings[i - 1] as Reading, readings[i] as Reading];
    const engines = after.pods.flatMap((pod) => {
      const then = before.pods.find(({ uid }) => uid === pod.uid);
      if (then === undefined || pod.model !== model || pod.release !== release || pod.variant !== variant) return [];
      return sameEngine(then, pod) ? [{ counters: grown(then.counters, pod.counters) }] : [];
    });
    if (engines.length === 0) continue;
    spans.push({ from: before.at, to: after.at, ms: Date.parse(after.at) - Date.parse(before.at), engines });
  }
  return spans;
}

/** Summed before it is divided: 288 times five minutes are a day, not a trifle less. */
export const spanHours = (spans: readonly Span[]): number => spans.reduce((sum, { ms }) => sum + ms, 0) / HOUR_MS;

const grown = (before: Counters, after: Counters): Counters =>
  Object.fromEntries(
    (Object.keys(after) as (keyof Counters)[]).map((key) => [key, after[key] - before[key]]),
  ) as unknown as Counters;

/**
 * Requests in flight in one replica, weighted by tokens: times are linear in them, and an average time is over tokens, so
 * quiet hours must not count as much as busy ones.
 */
export function whileAnswering(spans: readonly Span[]): number {
  const loads = spans.map(({ ms, engines }) => {
    const { requestSeconds, generationTokens } = summed(engines);
    return { tokens: generationTokens, inFlight: requestSeconds / ((ms / 1000) * engines.length) };
  });
  const tokens = loads.reduce((sum, load) => sum + load.tokens, 0);
  return loads.reduce((sum, load) => sum + load.tokens * load.inFlight, 0) / tokens;
}

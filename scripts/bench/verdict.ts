import type { LoadResult } from "./load";
import type { Outcome } from "./outcome";
import { percentile } from "./percentile";

/** The route changed to `release`; from one second later no request may start on another one. */
export interface Flip {
  event: string;
  release: string;
  /** When the command began, when it had stored the route, and when it returned; ms of the machine's clock. */
  commanded: number;
  flipped: number;
  returned: number;
}

/** A request sent later than this after its time does not count as intended load. */
const LATE_MS = 250;
const GRACE_MS = 1000;
const LONG_MS = 20_000;

export interface Verdict {
  requests: number;
  lost: number;
  /** Lost requests by how they ended: `cut`, `status 503 engine_lost`. */
  endings: Record<string, number>;
  /** Answers of another release than the live one, counted from a second after a flip. */
  wrongRelease: number;
  /** Answers whose text is not what their release said every other time. */
  wrongText: number;
  /** Different releases gave different texts. */
  textsDiffer: boolean;
  /** Answers by release. */
  byRelease: Record<string, number>;
  /** Share of the planned requests that started within 250 ms of their time. */
  intendedLoad: number;
  /** Planned requests per second. */
  rate: number;
  /** Share of the requests that streamed for 20 s or more. */
  longShare: number;
  /** From the intended start to the first text, ms. */
  firstTextMs: { p50: number; p99: number };
  flips: { event: string; commandMs: number; lastStartMs: number }[];
  /** Lost requests by the event during or after which they started. */
  lostAfter: Record<string, number>;
  /** The first few lost requests, for whoever has to find out why. */
  samples: Outcome[];
}

/** When an event began, ms of the machine's clock. */
export interface Mark {
  name: string;
  began: number;
}

/** Judges a run. `flips` in the order of time; before the first one `before` was live. */
export function judge(
  { outcomes, planned }: LoadResult,
  before: string,
  flips: readonly Flip[],
  marks: readonly Mark[] = [],
): Verdict {
  const lost = outcomes.filter((o) => o.ending !== "ok");
  const answered = outcomes.filter((o) => o.ending === "ok");
  const texts = usualTexts(answered);
  const starts = outcomes.map((o) => o.intended);
  const spanSeconds = (Math.max(...starts) - Math.min(...starts)) / 1000;
  const first = answered.flatMap((o) => (o.firstText === undefined ? [] : [o.firstText - o.intended]));
  return {
    requests: outcomes.length,
    lost: lost.length,
    endings: countBy(lost, endingOf),
    wrongRelease: answered.filter((o) => !allowedReleases(o, before, flips).has(o.release ?? "")).length,
    wrongText: answered.filter((o) => o.kind === "short" && o.text !== texts.get(o.release ?? "")).length,
    textsDiffer: new Set(texts.values()).size === texts.size,
    byRelease: countBy(answered, ({ release = "unnamed" }) => release),
    intendedLoad: planned === 0 ? 0 : outcomes.filter((o) => o.started - o.intended <= LATE_MS).length / planned,
    rate: planned / spanSeconds,
    longShare: answered.filter((o) => o.ended - o.started >= LONG_MS).length / outcomes.length,
    firstTextMs: { p50: percentile(first, 0.5), p99: percentile(first, 0.99) },
    flips: flips.map((flip, i) => lastStart(flip, flips[i - 1]?.release ?? before, flips[i + 1], answered)),
    lostAfter: countBy(lost, ({ started }) => marks.findLast(({ began }) => began <= started)?.name ?? "the start"),
    samples: lost.slice(0, 5),
  };
}

function countBy<T>(items: readonly T[], key: (item: T) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const item of items) counts[key(item)] = (counts[key(item)] ?? 0) + 1;
  return counts;
}

/** With the status and, where the answer is ours, its code; the gateway's own answers are plain text. */
function endingOf({ ending, status, detail = "" }: Outcome): string {
  if (ending !== "status") return ending;
  const code = /"code":"([a-z_]+)"/.exec(detail)?.[1] ?? "by the gateway";
  return `status ${status} ${code}`;
}

/** The text that each release gave most often to the ordinary prompt. */
function usualTexts(answered: readonly Outcome[]): Map<string, string> {
  const counts = new Map<string, Map<string, number>>();
  for (const { kind, text, release = "" } of answered) {
    if (kind !== "short" || text === undefined) continue;
    const ofRelease = counts.get(release) ?? new Map<string, number>();
    counts.set(release, ofRelease.set(text, (ofRelease.get(text) ?? 0) + 1));
  }
  return new Map([...counts].map(([release, texts]) => [release, [...texts].sort((a, b) => b[1] - a[1])[0]![0]]));
}

/** Releases that may answer a request that started then: between a command and its grace, the old and the new one. */
function allowedReleases({ started }: Outcome, before: string, flips: readonly Flip[]): Set<string> {
  const allowed = new Set([before]);
  for (const flip of flips) {
    if (started < flip.commanded) break;
    if (started > flip.flipped + GRACE_MS) allowed.clear();
    allowed.add(flip.release);
  }
  return allowed;
}

function lastStart(flip: Flip, old: string, next: Flip | undefined, answered: readonly Outcome[]) {
  const starts = answered
    .filter((o) => o.release === old && o.started >= flip.commanded && (!next || o.started < next.commanded))
    .map((o) => o.started);
  return {
    event: flip.event,
    commandMs: flip.returned - flip.commanded,
    lastStartMs: starts.length === 0 ? 0 : Math.max(...starts) - flip.commanded,
  };
}

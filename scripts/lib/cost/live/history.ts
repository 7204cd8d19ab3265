import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { replaceFile } from "../../replace-file";
import { readText } from "../../stack-paths";
import type { Reading } from "./reading";
import { HOUR_MS } from "./window";

/** Readings of this checkout, oldest first: what the next one is compared with. */

/** Half a month: a day of an engine may be made of hours that lie apart. */
const KEPT_HOURS = 15 * 24;
/** A day and its night are kept in steps that show its load, so that reading every minute is no more than every fifth. */
const FINE_HOURS = 48;
const [FINE_MS, COARSE_MS] = [5 * 60_000, HOUR_MS];

const fileOf = (stateFolder: string): string => join(stateFolder, "cost-readings.jsonl");

export interface History {
  readings: Reading[];
  /** Why some of the file's lines are left out. */
  doubts: string[];
}

/** What was read before `now`; a line that was cut, or that comes from a clock that was ahead, is left out and said. */
export function historyBefore(stateFolder: string, now: Date): History {
  const path = fileOf(stateFolder);
  const lines = (readText(path) ?? "").split("\n").filter(Boolean);
  const found = lines.flatMap((line) => readingIn(line) ?? []);
  const readings = found
    .filter(({ at }) => Date.parse(at) < now.getTime())
    .sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
  const [unread, ahead] = [lines.length - found.length, found.length - readings.length];
  return {
    readings,
    doubts: [
      ...(unread > 0 ? [`earlier readings that cannot be read are left out: ${unread} of ${lines.length}`] : []),
      ...(ahead > 0 ? [`the clock went back: earlier readings of later times are left out: ${ahead}`] : []),
    ],
  };
}

/** Keeps a reading with those before it, thinned by age. */
export function keep(stateFolder: string, earlier: readonly Reading[], reading: Reading): void {
  const path = fileOf(stateFolder);
  const kept = [...thinned(earlier, Date.parse(reading.at)), reading];
  mkdirSync(dirname(path), { recursive: true });
  replaceFile(path, readText(path), kept.map((one) => `${JSON.stringify(one)}\n`).join(""));
}

/** The first of each five minutes in two days, of each hour in half a month. */
function thinned(readings: readonly Reading[], now: number): Reading[] {
  const seen = new Set<string>();
  return readings.filter(({ at }) => {
    const age = now - Date.parse(at);
    if (age > KEPT_HOURS * HOUR_MS) return false;
    const step = age > FINE_HOURS * HOUR_MS ? COARSE_MS : FINE_MS;
    const slot = `${step} ${Math.floor(Date.parse(at) / step)}`;
    if (seen.has(slot)) return false;
    seen.add(slot);
    return true;
  });
}

function readingIn(line: string): Reading | undefined {
  try {
    const { at, pods, nodes, silent } = JSON.parse(line) as Partial<Reading>;
    if (at === undefined || !(Date.parse(at) > 0) || !pods || !nodes || !silent) return undefined;
    const whole =
      pods.every(({ uid, counters }) => uid !== undefined && Object.values(counters).every(Number.isFinite)) &&
      nodes.every(({ name, createdAt }) => name !== undefined && Date.parse(createdAt) > 0) &&
      silent.every(({ uid }) => uid !== undefined);
    return whole ? { at, pods, nodes, silent } : undefined;
  } catch {
    return undefined;
  }
}

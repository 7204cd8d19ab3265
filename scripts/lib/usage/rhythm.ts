import type { Workload } from "../../../infra/core/economics/usage";

/** When requests come: peaks, hours of the day, quiet and busy weeks. Hours and days are counted from 1970, in UTC. */

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

/** `2026-10-01`, in UTC. */
export const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

const HOURS_A_DAY = 24;
const DAYS_A_WEEK = 7;

/** Of a period, so many whole days at least for its weeks to tell anything: eight spans of seven days. */
export const LEAST_DAYS = 14;

/** Taken where no log tells: most services that people use are busier than this at noon. */
export const ASSUMED_PEAK = 3;

export interface Period {
  firstHour: number;
  lastHour: number;
}

export const hoursOf = ({ firstHour, lastHour }: Period): number => lastHour - firstHour + 1;

/** Output tokens of the busiest hour over those of the average one; never less than the usual day's own peak. */
export function peakToAverage(byHour: ReadonlyMap<number, number>, period: Period, shares?: readonly number[]): number {
  const all = [...byHour.values()];
  const total = all.reduce((sum, tokens) => sum + tokens, 0);
  if (total === 0) return 1;
  const most = all.reduce((max, tokens) => Math.max(max, tokens), 0);
  return Math.max((most * hoursOf(period)) / total, HOURS_A_DAY * Math.max(...(shares ?? [0])));
}

/** A hundred tokens a second, which any GPU writes: no minute with fewer makes anybody wait. */
const LEAST_MINUTE_TOKENS = 6_000;

/** Of the busiest hour, its busiest minute over the average one; 1 where even that one is nothing. */
export function minutePeak(byHour: ReadonlyMap<number, number>, byMinute: ReadonlyMap<number, number>): number {
  const [hour, tokens] = [...byHour].reduce((most, one) => (one[1] > most[1] ? one : most), [0, 0]);
  const minutes = Array.from({ length: 60 }, (_, i) => byMinute.get(hour * 60 + i) ?? 0);
  const most = Math.max(...minutes);
  return most < LEAST_MINUTE_TOKENS ? 1 : (most * 60) / tokens;
}

/**
 * The usual day: what comes on average in each hour of it, as 24 shares. By the average, since a period that does not end
 * with a day has some hours once more than others; of less than a day it would be no day at all.
 */
export function hourShares(byHour: ReadonlyMap<number, number>, period: Period): number[] | undefined {
  if (hoursOf(period) < HOURS_A_DAY) return undefined;
  const totals: number[] = Array(HOURS_A_DAY).fill(0);
  for (const [hour, tokens] of byHour) totals[hour % HOURS_A_DAY] = (totals[hour % HOURS_A_DAY] ?? 0) + tokens;
  const usual = totals.map((tokens, hour) => tokens / timesIn(period, hour));
  const day = usual.reduce((sum, tokens) => sum + tokens, 0);
  return day === 0 ? undefined : usual.map((tokens) => tokens / day);
}

/** How often a period has an hour of the day. */
const timesIn = ({ firstHour, lastHour }: Period, hourOfDay: number): number =>
  Math.floor((lastHour - hourOfDay) / HOURS_A_DAY) - Math.floor((firstHour - 1 - hourOfDay) / HOURS_A_DAY);

export const wholeDays = ({ firstHour, lastHour }: Period): { first: number; end: number } => ({
  first: Math.ceil(firstHour / HOURS_A_DAY),
  end: Math.floor((lastHour + 1) / HOURS_A_DAY),
});

/** Percentiles of all spans of seven days. Of whole days alone: the first and the last may be cut off by the log. */
export function requestsByWeek(byDay: ReadonlyMap<number, number>, period: Period): Workload["requestsByWeek"] {
  const { first, end } = wholeDays(period);
  if (end - first < LEAST_DAYS) return undefined;
  const days = Array.from({ length: end - first }, (_, i) => byDay.get(first + i) ?? 0);
  const weeks = Array.from({ length: days.length - DAYS_A_WEEK + 1 }, (_, i) =>
    days.slice(i, i + DAYS_A_WEEK).reduce((sum, requests) => sum + requests, 0),
  ).sort((a, b) => a - b);
  return { p10: quantile(weeks, 0.1), p50: quantile(weeks, 0.5), p90: quantile(weeks, 0.9) };
}

/** Linear between the two nearest of a sorted list. */
function quantile(sorted: readonly number[], share: number): number {
  const at = share * (sorted.length - 1);
  const below = sorted[Math.floor(at)] ?? 0;
  const above = sorted[Math.ceil(at)] ?? below;
  return below + (above - below) * (at - Math.floor(at));
}

/** The longest time of a period of which nothing is known. */
export function longestSilence(seenHours: ReadonlySet<number>, { firstHour, lastHour }: Period): Period {
  const edges = [firstHour - 1, ...[...seenHours].sort((a, b) => a - b), lastHour + 1];
  return edges.reduce<Period>(
    (longest, hour, i) => {
      const gap = { firstHour: (edges[i - 1] ?? hour) + 1, lastHour: hour - 1 };
      return hoursOf(gap) > hoursOf(longest) ? gap : longest;
    },
    { firstHour, lastHour: firstHour - 1 },
  );
}

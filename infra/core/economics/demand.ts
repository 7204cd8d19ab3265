import { HOURS_A_MONTH } from "../aws/estimate";
import type { Usage, Workload } from "./usage";

/** What one request of a workload is, on average, and when it comes: all that a volume is multiplied with. */
export interface Profile {
  inputTokens: number;
  cachedInputTokens: number;
  cacheWriteTokens: number;
  outputTokens: number;
  peakToAverage: number;
  batchShare: number;
  /** 24 shares of the output tokens, by hour in UTC. */
  hourShares: readonly number[];
}

export const SECONDS_A_MONTH = HOURS_A_MONTH * 3600;
const DAYS_A_MONTH = HOURS_A_MONTH / 24;
const EVEN: readonly number[] = Array.from({ length: 24 }, () => 1 / 24);

export const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

/** Several workloads as one: their peaks are taken to meet, since nothing keeps them apart. */
export function profileOf(workloads: readonly Workload[]): Profile {
  const requests = sum(workloads.map((one) => one.requests));
  const output = sum(workloads.map((one) => one.outputTokens));
  const each = (of: (one: Workload) => number) => (requests === 0 ? 0 : sum(workloads.map(of)) / requests);
  const byOutput = (of: (one: Workload) => number, none: number) =>
    output === 0 ? none : sum(workloads.map((one) => of(one) * one.outputTokens)) / output;
  return {
    inputTokens: each((one) => one.inputTokens),
    cachedInputTokens: each((one) => one.cachedInputTokens),
    cacheWriteTokens: each((one) => one.cacheWriteTokens ?? 0),
    outputTokens: each((one) => one.outputTokens),
    peakToAverage: byOutput((one) => one.peakToAverage, 1),
    batchShare: each((one) => one.batchShare * one.requests),
    hourShares: EVEN.map((even, hour) => byOutput((one) => one.hourShares?.[hour] ?? even, even)),
  };
}

/** Days of a period with both ends, or as many as its hours are. */
export const daysOf = ({ from, to, hours }: Pick<Usage, "from" | "to" | "hours">): number =>
  hours === undefined ? Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000) + 1 : hours / 24;

/** From a total of a period to one of a month of 730 h at the same pace. */
export const monthly = (total: number, days: number): number => (total * DAYS_A_MONTH) / days;

/** Output tokens a second in the busiest hour of a month with so many requests; the average is this over `peakToAverage`. */
export const peakOutputPerSecond = (profile: Profile, requestsMonthly: number): number =>
  (requestsMonthly * profile.outputTokens * profile.peakToAverage) / SECONDS_A_MONTH;

/**
 * Load of each hour of a day over that of the peak, 0 to 1. The day is drawn so that its busiest hour is the peak: a
 * fleet that follows it is sized for the worst day of the month on every day, never for a better one.
 */
export function hourLoads({ hourShares }: Profile): number[] {
  const most = Math.max(...hourShares);
  return hourShares.map((share) => (most === 0 ? 1 : share / most));
}

import type { UsageFile } from "../../../infra/config/usage-file";
import type { Workload } from "../../../infra/core/economics/usage";
import type { Observation } from "./observation";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Input from which some providers ask more; the least of their limits in use. */
const LONG_TOKENS = 200_000;

/** Taken where no log tells: most services that people use are busier than this at noon. */
const ASSUMED_PEAK = 3;

/** Of the days of a period, so many at least for percentiles to mean something. */
const LEAST_DAYS = 7;

/** What memory holds: hours of five years, of so many workloads. */
const MOST_HOURS = 5 * 366 * 24;
const MOST_WORKLOADS = 200;

export class TooMuch extends Error {}

interface Sums {
  requests: number;
  requestsKnown: boolean;
  inputTokens: number;
  cachedInputTokens: number;
  cacheWriteTokens: number;
  outputTokens: number;
  longInputTokens: number;
  longOutputTokens: number;
  batchRequests: number;
  batchTokens: number;
  /** Whether every observation fell into an hour. */
  hourly: boolean;
  outputByHour: Map<number, number>;
  requestsByDay: Map<number, number>;
}

/** Adds observations up, in memory that grows with hours and workloads but never with requests. */
export class Tally {
  private readonly sums = new Map<string, Sums>();
  private fromMs = Number.POSITIVE_INFINITY;
  private toMs = Number.NEGATIVE_INFINITY;

  get isEmpty(): boolean {
    return this.sums.size === 0;
  }

  /** Workloads whose requests no log has counted. */
  get withoutRequests(): string[] {
    return [...this.sums].filter(([, { requestsKnown }]) => !requestsKnown).map(([name]) => name);
  }

  add(workload: string, seen: Observation): void {
    this.fromMs = Math.min(this.fromMs, seen.atMs);
    this.toMs = Math.max(this.toMs, seen.atMs + Math.max(seen.spanMs, 1));
    if ((this.toMs - this.fromMs) / HOUR_MS > MOST_HOURS)
      throw new TooMuch("times that lie more than five years apart");
    const sums = this.sums.get(workload) ?? this.begin(workload);
    const requests = seen.requests ?? 0;
    if (seen.requests === undefined) sums.requestsKnown = false;
    sums.requests += requests;
    sums.inputTokens += seen.inputTokens;
    sums.cachedInputTokens += seen.cachedInputTokens;
    sums.cacheWriteTokens += seen.cacheWriteTokens;
    sums.outputTokens += seen.outputTokens;
    if (seen.longContext ?? (seen.spanMs === 0 && seen.inputTokens > LONG_TOKENS)) {
      sums.longInputTokens += seen.inputTokens;
      sums.longOutputTokens += seen.outputTokens;
    }
    if (seen.batch) {
      sums.batchRequests += requests;
      sums.batchTokens += seen.inputTokens + seen.outputTokens;
    }
    if (seen.spanMs > HOUR_MS) sums.hourly = false;
    addTo(sums.outputByHour, Math.floor(seen.atMs / HOUR_MS), seen.outputTokens);
    addTo(sums.requestsByDay, Math.floor(seen.atMs / DAY_MS), requests);
  }

  /** `requests`: how many there were, for the one workload whose logs do not count them. */
  usage(source: string, remarks: readonly string[], requests?: number): UsageFile {
    const firstHour = Math.floor(this.fromMs / HOUR_MS);
    const lastHour = Math.ceil(this.toMs / HOUR_MS) - 1;
    const period = { firstHour, lastHour };
    const names = [...this.sums.keys()].sort();
    const coarse = names.filter((name) => this.sums.get(name)?.hourly === false);
    return {
      from: dayOf(firstHour),
      to: dayOf(lastHour),
      hours: lastHour - firstHour + 1,
      source,
      remarks: [...remarks, ...periodRemarks(period), ...coarseRemark(coarse)],
      workloads: names.map((name) => workloadOf(name, this.sums.get(name) as Sums, period, requests)),
    };
  }

  private begin(workload: string): Sums {
    if (this.sums.size === MOST_WORKLOADS) throw new TooMuch(`more than ${MOST_WORKLOADS} models or policies`);
    const sums: Sums = {
      requests: 0,
      requestsKnown: true,
      inputTokens: 0,
      cachedInputTokens: 0,
      cacheWriteTokens: 0,
      outputTokens: 0,
      longInputTokens: 0,
      longOutputTokens: 0,
      batchRequests: 0,
      batchTokens: 0,
      hourly: true,
      outputByHour: new Map(),
      requestsByDay: new Map(),
    };
    this.sums.set(workload, sums);
    return sums;
  }
}

interface Period {
  firstHour: number;
  lastHour: number;
}

const addTo = (map: Map<number, number>, key: number, value: number): void =>
  void map.set(key, (map.get(key) ?? 0) + value);

const dayOf = (hour: number): string => new Date(hour * HOUR_MS).toISOString().slice(0, 10);

function workloadOf(name: string, sums: Sums, period: Period, given?: number): UsageFile["workloads"][number] {
  const requests = sums.requestsKnown ? sums.requests : (given ?? 0);
  const tokens = sums.inputTokens + sums.outputTokens;
  const batched = sums.requestsKnown ? sums.batchRequests / requests : sums.batchTokens / tokens;
  return {
    name,
    requests,
    inputTokens: sums.inputTokens,
    cachedInputTokens: sums.cachedInputTokens,
    ...(sums.cacheWriteTokens > 0 ? { cacheWriteTokens: sums.cacheWriteTokens } : {}),
    outputTokens: sums.outputTokens,
    ...(sums.longInputTokens > 0
      ? {
          longContext: {
            aboveTokens: LONG_TOKENS,
            inputTokens: sums.longInputTokens,
            outputTokens: sums.longOutputTokens,
          },
        }
      : {}),
    peakToAverage: peakToAverage(sums, period),
    batchShare: Number.isFinite(batched) ? batched : 0,
    ...(sums.hourly && sums.outputTokens > 0 ? { hourShares: hourShares(sums) } : {}),
    ...percentiles(sums, period),
  };
}

function peakToAverage({ hourly, outputTokens, outputByHour }: Sums, { firstHour, lastHour }: Period): number {
  if (!hourly) return ASSUMED_PEAK;
  if (outputTokens === 0) return 1;
  const most = [...outputByHour.values()].reduce((max, tokens) => Math.max(max, tokens), 0);
  return (most * (lastHour - firstHour + 1)) / outputTokens;
}

function hourShares({ outputTokens, outputByHour }: Sums): number[] {
  const shares: number[] = Array(24).fill(0);
  for (const [hour, tokens] of outputByHour) shares[hour % 24] = (shares[hour % 24] ?? 0) + tokens / outputTokens;
  return shares;
}

/** Of whole days alone: the first and the last are cut off by the log. A day without a request is one, too. */
function percentiles(
  { requestsKnown, requestsByDay }: Sums,
  { firstHour, lastHour }: Period,
): Pick<Workload, "requestsByDay"> {
  const first = Math.ceil(firstHour / 24);
  const end = Math.floor((lastHour + 1) / 24);
  if (!requestsKnown || end - first < LEAST_DAYS) return {};
  const days = Array.from({ length: end - first }, (_, i) => requestsByDay.get(first + i) ?? 0).sort((a, b) => a - b);
  return { requestsByDay: { p10: quantile(days, 0.1), p50: quantile(days, 0.5), p90: quantile(days, 0.9) } };
}

/** Linear between the two nearest of a sorted list. */
function quantile(sorted: readonly number[], share: number): number {
  const at = share * (sorted.length - 1);
  const below = sorted[Math.floor(at)] ?? 0;
  const above = sorted[Math.ceil(at)] ?? below;
  return below + (above - below) * (at - Math.floor(at));
}

function periodRemarks({ firstHour, lastHour }: Period): string[] {
  const hours = lastHour - firstHour + 1;
  return hours >= LEAST_DAYS * 24
    ? []
    : [`${hours} hours are less than a week: a month is drawn from them as if every day were like these`];
}

const coarseRemark = (names: readonly string[]): string[] =>
  names.length === 0
    ? []
    : [
        `logs by the day do not show the busiest hour of ${names.join(", ")}: ${ASSUMED_PEAK} times the average is ` +
          "assumed; export by the hour",
      ];

import type { UsageFile } from "../../../infra/config/usage-file";
import { API_PRICES } from "../../../infra/core/catalogue/api-prices";
import type { LongRequests } from "../../../infra/core/economics/usage";
import type { Observation } from "./observation";
import { coarseRemark, minuteRemark, periodRemarks, silenceRemark } from "./remarks";
import {
  ASSUMED_PEAK,
  HOUR_MS,
  hourShares,
  hoursOf,
  longestSilence,
  minutePeak,
  type Period,
  peakToAverage,
  requestsByWeek,
} from "./rhythm";

const DAY_MS = 24 * HOUR_MS;
const MINUTE_MS = 60_000;

/** Lengths of input from which some provider asks more. */
const LONG_TOKENS = [...new Set(API_PRICES.flatMap(({ longContext }) => longContext?.aboveTokens ?? []))].sort(
  (a, b) => a - b,
);

/** What memory holds: hours of five years, of so many workloads. */
const MOST_HOURS = 5 * 366 * 24;
const MOST_WORKLOADS = 200;
/** Ten workloads over a month; of more nothing is said about minutes. */
const MOST_MINUTES = 450_000;

export class TooMuch extends Error {}

type Tokens = Required<Omit<LongRequests, "aboveTokens">>;
const noTokens = (): Tokens => ({ inputTokens: 0, cachedInputTokens: 0, cacheWriteTokens: 0, outputTokens: 0 });

interface Sums extends Tokens {
  requests: number;
  requestsKnown: boolean;
  /** By the length from which they are long. */
  long: Map<number, Tokens>;
  batchRequests: number;
  batchTokens: number;
  /** Whether every observation fell into an hour. */
  hourly: boolean;
  outputByHour: Map<number, number>;
  /** Left empty from the first observation on that is longer than a minute. */
  outputByMinute: Map<number, number>;
  byMinute: boolean;
  requestsByDay: Map<number, number>;
}

/** Adds observations up, in memory that grows with hours and workloads but never with requests. */
export class Tally {
  private readonly sums = new Map<string, Sums>();
  private readonly seenHours = new Set<number>();
  private fromMs = Number.POSITIVE_INFINITY;
  private toMs = Number.NEGATIVE_INFINITY;
  private minutes = 0;

  get isEmpty(): boolean {
    return this.sums.size === 0;
  }

  /** Workloads whose requests no log has counted. */
  get withoutRequests(): string[] {
    return [...this.sums].filter(([, { requestsKnown }]) => !requestsKnown).map(([name]) => name);
  }

  /** From the first to the last that the logs speak of, in milliseconds since 1970. */
  get span(): { fromMs: number; toMs: number } {
    return { fromMs: this.fromMs, toMs: this.toMs };
  }

  /** A time that the logs speak of, whether or not anything was asked in it. */
  cover({ fromMs, toMs }: { fromMs: number; toMs: number }): void {
    this.fromMs = Math.min(this.fromMs, fromMs);
    this.toMs = Math.max(this.toMs, toMs);
    if ((this.toMs - this.fromMs) / HOUR_MS > MOST_HOURS)
      throw new TooMuch("times that lie more than five years apart");
  }

  add(workload: string, seen: Observation): void {
    const endMs = seen.atMs + Math.max(seen.spanMs, 1);
    this.cover({ fromMs: seen.atMs, toMs: endMs });
    for (let hour = Math.floor(seen.atMs / HOUR_MS); hour * HOUR_MS < endMs; hour++) this.seenHours.add(hour);
    const sums = this.sums.get(workload) ?? this.begin(workload);
    const requests = seen.requests ?? 0;
    if (seen.requests === undefined) sums.requestsKnown = false;
    sums.requests += requests;
    addTokens(sums, seen);
    for (const above of longerThan(seen)) addTokens(longOf(sums, above), seen);
    if (seen.batch) {
      sums.batchRequests += requests;
      sums.batchTokens += seen.inputTokens + seen.outputTokens;
    }
    if (seen.spanMs > HOUR_MS) sums.hourly = false;
    addTo(sums.outputByHour, Math.floor(seen.atMs / HOUR_MS), seen.outputTokens);
    addTo(sums.requestsByDay, Math.floor(seen.atMs / DAY_MS), requests);
    this.addMinute(sums, seen);
  }

  private addMinute(sums: Sums, { atMs, spanMs, outputTokens }: Observation): void {
    if (!sums.byMinute) return;
    const { size } = sums.outputByMinute;
    addTo(sums.outputByMinute, Math.floor(atMs / MINUTE_MS), outputTokens);
    this.minutes += sums.outputByMinute.size - size;
    if (spanMs <= MINUTE_MS && this.minutes <= MOST_MINUTES) return;
    this.minutes -= sums.outputByMinute.size;
    sums.byMinute = false;
    sums.outputByMinute.clear();
  }

  /** `requests`: how many there were, for the one workload whose logs do not count them. */
  usage(source: string, remarks: readonly string[], requests?: number): UsageFile {
    const period = { firstHour: Math.floor(this.fromMs / HOUR_MS), lastHour: Math.ceil(this.toMs / HOUR_MS) - 1 };
    const names = [...this.sums.keys()].sort();
    const coarse = names.filter((name) => this.sums.get(name)?.hourly === false);
    return {
      from: dayOf(period.firstHour),
      to: dayOf(period.lastHour),
      hours: hoursOf(period),
      source,
      remarks: [
        ...remarks,
        ...periodRemarks(period),
        ...silenceRemark(longestSilence(this.seenHours, period)),
        ...coarseRemark(coarse),
        ...names.flatMap((name) => minuteRemark(name, minutePeakOf(this.sums.get(name) as Sums))),
      ],
      workloads: names.map((name) => workloadOf(name, this.sums.get(name) as Sums, period, requests)),
    };
  }

  private begin(workload: string): Sums {
    if (this.sums.size === MOST_WORKLOADS) throw new TooMuch(`more than ${MOST_WORKLOADS} models or policies`);
    const sums: Sums = {
      ...noTokens(),
      requests: 0,
      requestsKnown: true,
      long: new Map(),
      batchRequests: 0,
      batchTokens: 0,
      hourly: true,
      outputByHour: new Map(),
      outputByMinute: new Map(),
      byMinute: true,
      requestsByDay: new Map(),
    };
    this.sums.set(workload, sums);
    return sums;
  }
}

function longerThan({ longAbove, spanMs, inputTokens }: Observation): readonly number[] {
  if (longAbove !== undefined) return [longAbove];
  return spanMs === 0 ? LONG_TOKENS.filter((above) => inputTokens > above) : [];
}

function longOf({ long }: Sums, above: number): Tokens {
  const tokens = long.get(above) ?? noTokens();
  long.set(above, tokens);
  return tokens;
}

function addTokens(sums: Tokens, seen: Observation): void {
  sums.inputTokens += seen.inputTokens;
  sums.cachedInputTokens += seen.cachedInputTokens;
  sums.cacheWriteTokens += seen.cacheWriteTokens;
  sums.outputTokens += seen.outputTokens;
}

const addTo = (map: Map<number, number>, key: number, value: number): void =>
  void map.set(key, (map.get(key) ?? 0) + value);

const dayOf = (hour: number): string => new Date(hour * HOUR_MS).toISOString().slice(0, 10);

function workloadOf(name: string, sums: Sums, period: Period, given?: number): UsageFile["workloads"][number] {
  const requests = sums.requestsKnown ? sums.requests : (given ?? 0);
  const tokens = sums.inputTokens + sums.outputTokens;
  const batched = sums.requestsKnown ? sums.batchRequests / requests : sums.batchTokens / tokens;
  const shares = sums.hourly ? hourShares(sums.outputByHour, period) : undefined;
  const weeks = sums.requestsKnown ? requestsByWeek(sums.requestsByDay, period) : undefined;
  return {
    name,
    requests,
    inputTokens: sums.inputTokens,
    cachedInputTokens: sums.cachedInputTokens,
    ...(sums.cacheWriteTokens > 0 ? { cacheWriteTokens: sums.cacheWriteTokens } : {}),
    outputTokens: sums.outputTokens,
    ...(sums.long.size > 0 ? { longContext: longContextOf(sums) } : {}),
    peakToAverage: sums.hourly ? peakToAverage(sums.outputByHour, period, shares) : ASSUMED_PEAK,
    batchShare: Number.isFinite(batched) ? batched : 0,
    ...(shares ? { hourShares: shares } : {}),
    ...(weeks ? { requestsByWeek: weeks } : {}),
  };
}

const longContextOf = ({ long }: Sums) =>
  [...long].map(([aboveTokens, tokens]) => ({ aboveTokens, ...tokens })).sort((a, b) => a.aboveTokens - b.aboveTokens);

const minutePeakOf = ({ byMinute, outputByHour, outputByMinute }: Sums): number =>
  byMinute ? minutePeak(outputByHour, outputByMinute) : 1;

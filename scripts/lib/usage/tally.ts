import type { UsageFile } from "../../../infra/config/usage-file";
import { API_PRICES } from "../../../infra/core/catalogue/api-prices";
import type { LongRequests } from "../../../infra/core/economics/usage";
import type { Observation } from "./observation";
import {
  ASSUMED_PEAK,
  HOUR_MS,
  hourShares,
  hoursOf,
  LEAST_DAYS,
  longestSilence,
  type Period,
  peakToAverage,
  requestsByWeek,
  wholeDays,
} from "./rhythm";

const DAY_MS = 24 * HOUR_MS;
const HOURS_A_WEEK = 7 * 24;

/** Lengths of input from which some provider asks more. */
const LONG_TOKENS = [...new Set(API_PRICES.flatMap(({ longContext }) => longContext?.aboveTokens ?? []))].sort(
  (a, b) => a - b,
);

/** A silence that is worth a word: longer than any night. */
const LONG_SILENCE_HOURS = 24;

/** What memory holds: hours of five years, of so many workloads. */
const MOST_HOURS = 5 * 366 * 24;
const MOST_WORKLOADS = 200;

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
  requestsByDay: Map<number, number>;
}

/** Adds observations up, in memory that grows with hours and workloads but never with requests. */
export class Tally {
  private readonly sums = new Map<string, Sums>();
  private readonly seenHours = new Set<number>();
  private fromMs = Number.POSITIVE_INFINITY;
  private toMs = Number.NEGATIVE_INFINITY;

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

const timeOf = (hour: number): string => new Date(hour * HOUR_MS).toISOString();
const dayOf = (hour: number): string => timeOf(hour).slice(0, 10);

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

function periodRemarks(period: Period): string[] {
  const { first, end } = wholeDays(period);
  const hours = hoursOf(period);
  return [
    ...(hours >= HOURS_A_WEEK
      ? []
      : [`the logs cover ${hours} h, less than a week: a month is drawn from them as if every hour were like these`]),
    end - first >= LEAST_DAYS
      ? `quiet, middling and busy months (P10, P50, P90) are those of the spans of seven days in ${end - first} days`
      : `${Math.max(0, end - first)} whole days, under ${LEAST_DAYS}, show no quiet or busy weeks: P10, P50 and P90 are one number`,
  ];
}

function silenceRemark(silence: Period): string[] {
  const hours = hoursOf(silence);
  if (hours < LONG_SILENCE_HOURS) return [];
  const minute = (hour: number) => timeOf(hour).slice(0, 16).replace("T", " ");
  return [
    `nothing from ${minute(silence.firstHour)} to ${minute(silence.lastHour + 1)} UTC (${hours} h), counted as silence: ` +
      "wrong where a log is missing, or nobody used it yet",
  ];
}

const coarseRemark = (names: readonly string[]): string[] =>
  names.length === 0
    ? []
    : [
        `logs by the day do not show the busiest hour of ${names.join(", ")}: ${ASSUMED_PEAK} times the average is ` +
          "assumed; export by the hour",
      ];

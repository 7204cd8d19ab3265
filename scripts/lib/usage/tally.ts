import type { UsageFile } from "../../../infra/config/usage-file";
import type { Observation } from "./observation";
import { coarseRemark, minuteRemark, periodRemarks, silenceRemark } from "./remarks";
import { DAY_MS, dayOf, HOUR_MS, hoursOf, longestSilence } from "./rhythm";
import { addTo, addTokensOf, newSums, type Sums } from "./sums";
import { minutePeakOf, workloadOf } from "./workload";

const MINUTE_MS = 60_000;

/** What memory holds: hours of five years, of so many workloads. */
const MOST_HOURS = 5 * 366 * 24;
const MOST_WORKLOADS = 200;
/** Ten workloads over a month; of more nothing is said about minutes. */
const MOST_MINUTES = 450_000;

export class TooMuch extends Error {}

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
    addTokensOf(sums, seen);
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
      from: dayOf(period.firstHour * HOUR_MS),
      to: dayOf(period.lastHour * HOUR_MS),
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
    const sums = newSums();
    this.sums.set(workload, sums);
    return sums;
  }
}

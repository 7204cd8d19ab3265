import { ASSUMED_PEAK, HOUR_MS, hoursOf, LEAST_DAYS, type Period, wholeDays } from "./rhythm";

/** What the numbers of a usage file do not say, in the file beside them. */

const HOURS_A_WEEK = 7 * 24;

/** A silence that is worth a word: longer than any night. */
const LONG_SILENCE_HOURS = 24;

/** A minute so many times as busy as its hour is worth a word: fleets are sized by the hour, with less room than that. */
const STEEP_MINUTE = 2;

const minuteText = (hour: number): string => new Date(hour * HOUR_MS).toISOString().slice(0, 16).replace("T", " ");

export function periodRemarks(period: Period): string[] {
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

export function silenceRemark(silence: Period): string[] {
  const hours = hoursOf(silence);
  if (hours < LONG_SILENCE_HOURS) return [];
  return [
    `nothing from ${minuteText(silence.firstHour)} to ${minuteText(silence.lastHour + 1)} UTC (${hours} h), counted as silence: ` +
      "wrong where a log is missing, or nobody used it yet",
  ];
}

export function minuteRemark(name: string, peak: number): string[] {
  if (peak < STEEP_MINUTE) return [];
  return [
    `the busiest hour of ${name} had a minute ${peak.toFixed(1)} times as busy as the hour: a fleet is sized by the hour, ` +
      "and requests of that minute wait",
  ];
}

export const coarseRemark = (names: readonly string[]): string[] =>
  names.length === 0
    ? []
    : [
        `logs by the day do not show the busiest hour of ${names.join(", ")}: ${ASSUMED_PEAK} times the average is ` +
          "assumed; export by the hour",
      ];

/** `3 × why`, for each reason. */
export const timesOf = (reasons: Readonly<Record<string, number>>): string[] =>
  Object.entries(reasons).map(([why, times]) => `${times} × ${why}`);

/** One JSON that holds a whole export may be longer; its elements are not. */
export const tooLongRemark = ({ tooLong }: { tooLong: number }): string[] =>
  tooLong === 0
    ? []
    : [`${tooLong} × longer than 64 MiB, not read: one value a line is read at any length, jq -c '.[]'`];

/** Unasked, these APIs give 24 hours or 7 days; a month drawn from a first page looks whole. */
export const pagesRemark = (format: string): string[] => [
  `${format}: the last page is missing (has_more): fetch on by next_page, or ask for more with limit`,
];

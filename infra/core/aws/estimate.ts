import type { Price } from "./prices";

/** One kind of thing that is paid by the hour, in one region. */
export interface CostLine {
  region: string;
  /** `pool a100: p4de.24xlarge, on-demand`. */
  what: string;
  count: number;
  /** Of one, in US dollars. */
  hourlyUsd: number;
  /** Of the month's 730, those in which it is there. */
  hours: number;
  monthlyUsd: number;
  /** False: the price is that of another region, or an upper bound. */
  known: boolean;
}

export interface Estimate {
  lines: readonly CostLine[];
  /** While everything runs. */
  hourlyUsd: number;
  monthlyUsd: number;
  /** Whether every line's price is. */
  known: boolean;
}

export const HOURS_A_MONTH = 730;

/** What `~` before a price says. */
export const STAND_INS = "~: another region's price, or the one on demand in place of spot and blocks.";

export const costLine = (
  region: string,
  what: string,
  count: number,
  { usd, known }: Price,
  hours = HOURS_A_MONTH,
): CostLine => ({ region, what, count, hourlyUsd: usd, hours, monthlyUsd: count * usd * hours, known });

/** Lines with nothing in them say nothing. */
export function estimateOf(all: readonly CostLine[]): Estimate {
  const lines = all.filter(({ count }) => count > 0);
  const sum = (of: (line: CostLine) => number) => lines.reduce((total, line) => total + of(line), 0);
  return {
    lines,
    hourlyUsd: sum(({ count, hourlyUsd }) => count * hourlyUsd),
    monthlyUsd: sum(({ monthlyUsd }) => monthlyUsd),
    known: lines.every(({ known }) => known),
  };
}

/** The most expensive lines, dearest first. */
export const largest = ({ lines }: Estimate, count: number): CostLine[] =>
  [...lines].sort((a, b) => b.monthlyUsd - a.monthlyUsd).slice(0, count);

const WEEK_HOURS = 7 * 24;
const WORK_DAYS = 5;

const hourOf = (time: string): number => {
  const [hour = 0, minute = 0] = time.split(":").map(Number);
  return hour + minute / 60;
};

/**
 * Hours of a month in which a pool with hours off has nodes: from `start` on Monday to Friday until the next `stop`.
 * With `stop` before `start` that is after midnight, so Friday's night ends on Saturday.
 */
export function hoursOn({ start, stop }: { start: string; stop: string }): number {
  const day = (hourOf(stop) - hourOf(start) + 24) % 24 || 24;
  return (HOURS_A_MONTH * WORK_DAYS * day) / WEEK_HOURS;
}

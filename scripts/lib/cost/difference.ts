import type { CostLine } from "../../../infra/core/aws/estimate";
import type { StackCost } from "../../../infra/values/aws/cost/stack-cost";

interface DifferentLine {
  region: string;
  what: string;
  /** US dollars an hour of the whole line; 0 where a stack has no such line. */
  beforeHourlyUsd: number;
  afterHourlyUsd: number;
  /** Also from other hours of the month, as with hours off. */
  monthlyUsd: number;
  /** False: one of the prices is that of another region, or of on-demand nodes. */
  known: boolean;
}

/** Of `after` over `before`. What is not in `lines` is the same. */
export interface Difference {
  lines: DifferentLine[];
  hourlyUsd: number;
  monthlyUsd: number;
  /** Of nodes alone: what runs now, and what could. */
  nodesHourlyUsd: number;
  nodesAtMostHourlyUsd: number;
  /** Whether every price of what differs is. */
  known: boolean;
}

const keyOf = ({ region, what }: Pick<CostLine, "region" | "what">): string => `${region}\n${what}`;
const EQUAL_USD = 1e-9;

export function differenceOf(before: StackCost, after: StackCost): Difference {
  const byKey = ({ lines }: StackCost) => new Map(lines.map((line) => [keyOf(line), line] as const));
  const [old, now] = [byKey(before), byKey(after)];
  const hourly = (line: CostLine | undefined): number => (line ? line.count * line.hourlyUsd : 0);
  const lines = [...before.lines, ...after.lines.filter((line) => !old.has(keyOf(line)))].map((line): DifferentLine => {
    const [was, is] = [old.get(keyOf(line)), now.get(keyOf(line))];
    return {
      region: line.region,
      what: line.what,
      beforeHourlyUsd: hourly(was),
      afterHourlyUsd: hourly(is),
      monthlyUsd: (is?.monthlyUsd ?? 0) - (was?.monthlyUsd ?? 0),
      known: (was?.known ?? true) && (is?.known ?? true),
    };
  });
  const changed = lines
    .filter((line) => Math.abs(line.monthlyUsd) > EQUAL_USD || Math.abs(hourlyChange(line)) > EQUAL_USD)
    .sort((a, b) => Math.abs(b.monthlyUsd) - Math.abs(a.monthlyUsd));
  return {
    lines: changed,
    hourlyUsd: after.hourlyUsd - before.hourlyUsd,
    monthlyUsd: after.monthlyUsd - before.monthlyUsd,
    nodesHourlyUsd: after.nodes.hourlyUsd - before.nodes.hourlyUsd,
    nodesAtMostHourlyUsd: after.nodesAtMost.hourlyUsd - before.nodesAtMost.hourlyUsd,
    known: changed.every(({ known }) => known),
  };
}

export const hourlyChange = ({ beforeHourlyUsd, afterHourlyUsd }: DifferentLine): number =>
  afterHourlyUsd - beforeHourlyUsd;

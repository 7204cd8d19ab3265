import type { CostLine } from "../../../infra/core/aws/estimate";
import type { StackCost } from "../../../infra/values/aws/cost/stack-cost";

interface DifferentLine {
  region: string;
  what: string;
  /** US dollars an hour of the whole line; 0 where a stack has no such line. */
  beforeHourlyUsd: number;
  afterHourlyUsd: number;
}

/** Of `after` over `before`. What is not in `lines` is the same. */
export interface Difference {
  lines: DifferentLine[];
  hourlyUsd: number;
  monthlyUsd: number;
  /** Of nodes alone: what runs now, and what could. */
  nodesHourlyUsd: number;
  nodesAtMostHourlyUsd: number;
}

const keyOf = ({ region, what }: Pick<CostLine, "region" | "what">): string => `${region}\n${what}`;
const EQUAL_USD = 1e-9;

export function differenceOf(before: StackCost, after: StackCost): Difference {
  const usdOf = ({ lines }: StackCost) =>
    new Map(lines.map((line) => [keyOf(line), line.count * line.hourlyUsd] as const));
  const [old, now] = [usdOf(before), usdOf(after)];
  const lines = [...before.lines, ...after.lines.filter((line) => !old.has(keyOf(line)))].map((line) => ({
    region: line.region,
    what: line.what,
    beforeHourlyUsd: old.get(keyOf(line)) ?? 0,
    afterHourlyUsd: now.get(keyOf(line)) ?? 0,
  }));
  const change = ({ beforeHourlyUsd, afterHourlyUsd }: DifferentLine): number => afterHourlyUsd - beforeHourlyUsd;
  return {
    lines: lines
      .filter((line) => Math.abs(change(line)) > EQUAL_USD)
      .sort((a, b) => Math.abs(change(b)) - Math.abs(change(a))),
    hourlyUsd: after.hourlyUsd - before.hourlyUsd,
    monthlyUsd: after.monthlyUsd - before.monthlyUsd,
    nodesHourlyUsd: after.nodes.hourlyUsd - before.nodes.hourlyUsd,
    nodesAtMostHourlyUsd: after.nodesAtMost.hourlyUsd - before.nodesAtMost.hourlyUsd,
  };
}

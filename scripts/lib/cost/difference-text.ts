import { STAND_INS } from "../../../infra/core/aws/estimate";
import { shortened, table, wrapped } from "../report";
import { type Difference, hourlyChange } from "./difference";
import { signedUsd, usd } from "./money";

/** Longest description that leaves the table within 80 columns. */
const WIDEST = 38;

export function differenceText(before: string, after: string, difference: Difference): string {
  const rows = difference.lines.map((line) => [
    line.region,
    shortened(line.what, WIDEST),
    usd(line.beforeHourlyUsd),
    usd(line.afterHourlyUsd),
    changeText(line),
  ]);
  const head = ["WHERE", "WHAT", "WAS $/H", "IS $/H", "CHANGE"];
  return [
    wrapped(`${after} (is) against ${before} (was), by list prices:`),
    ...(rows.length === 0 ? ["no line differs"] : [table([head, ...rows], [2, 3, 4])]),
    ...(difference.known ? [] : [STAND_INS]),
    `While everything runs: ${signedUsd(difference.hourlyUsd)}/h, ${signedUsd(difference.monthlyUsd)} a month.`,
    `Of it nodes: ${signedUsd(difference.nodesHourlyUsd)}/h; at most, every pool at its \`max\`: ${signedUsd(difference.nodesAtMostHourlyUsd)}/h.`,
    "Without keys, alarms and health checks: only a render counts them.",
  ].join("\n");
}

/** By the hour; where only the hours of a month differ, by the month. */
function changeText(line: Difference["lines"][number]): string {
  const hour = signedUsd(hourlyChange(line));
  const month = signedUsd(line.monthlyUsd, Math.abs(line.monthlyUsd) < 100 ? 2 : 0);
  const change = hour === "$0.00" ? `${month}/mo` : hour;
  return `${line.known ? "" : "~"}${change}`;
}

import type { LoadedStack } from "../../../infra/config/schema";
import { STAND_INS } from "../../../infra/core/aws/estimate";
import { grouped } from "../../../infra/core/numbers";
import { estimate } from "../../../infra/values/aws/cost/estimate";
import { shortened, table } from "../report";
import type { RenderedStack } from "./render";

/** Longest description that leaves the table within 80 columns. */
const WIDEST = 42;

/** What an AWS environment consists of and costs by the hour, most expensive first; within 80 columns. */
export function resourceTable(stack: LoadedStack, { plan, objects }: RenderedStack): string {
  const { lines, hourlyUsd, monthlyUsd, known } = estimate(stack);
  const isAws = (type: string): boolean => type.startsWith("aws:");
  const byPrice = [...lines].sort(
    (a, b) => stack.config.regions.indexOf(a.region) - stack.config.regions.indexOf(b.region) || hourly(b) - hourly(a),
  );
  const rows = byPrice.map((line) => [
    line.region,
    shortened(line.what, WIDEST),
    String(line.count),
    `${line.known ? "" : "~"}${grouped(hourly(line), 2)}`,
  ]);
  const resources = plan.filter(({ type }) => isAws(type)).length;
  return [
    table(
      [
        ["WHERE", "WHAT", "COUNT", "$/H"],
        ...rows,
        ["", "while everything runs", "", `${known ? "" : "~"}${grouped(hourlyUsd, 2)}`],
      ],
      [2, 3],
    ),
    "",
    `${resources} AWS resources and ${objects.length} Kubernetes objects; --out writes all of them.`,
    `About $${grouped(monthlyUsd, 0)} a month by list prices, without bytes, requests and logs.`,
    ...(known ? [] : [STAND_INS]),
  ].join("\n");
}

const hourly = ({ count, hourlyUsd }: { count: number; hourlyUsd: number }): number => count * hourlyUsd;

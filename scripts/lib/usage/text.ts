import type { UsageFile } from "../../../infra/config/usage-file";
import { daysOf, monthly, SECONDS_A_MONTH } from "../../../infra/core/economics/demand";
import { grouped } from "../../../infra/core/numbers";
import { shortened, table, wrapped } from "../report";
import type { Counts } from "./recording";

/** A usage file as a page of 80 columns, and the same numbers with their units for `--json`. */

interface ShownWorkload {
  name: string;
  requestsMonthly: number;
  /** Of a month of quiet, middling and busy weeks, where the usage tells its weeks. */
  requestsMonthlyByWeek?: { p10: number; p50: number; p90: number };
  inputTokensMonthly: number;
  cachedInputShare: number;
  outputTokensMonthly: number;
  averageOutputTokensPerSecond: number;
  peakOutputTokensPerSecond: number;
  peakToAverage: number;
  batchShare: number;
}

export interface ShownUsage {
  from: string;
  to: string;
  periodDays: number;
  source: string;
  workloads: ShownWorkload[];
  remarks: string[];
}

export function shownUsage(usage: UsageFile): ShownUsage {
  const periodDays = daysOf(usage);
  const workloads = usage.workloads.map((one) => {
    const output = monthly(one.outputTokens, periodDays);
    return {
      name: one.name,
      requestsMonthly: monthly(one.requests, periodDays),
      ...(one.requestsByWeek ? { requestsMonthlyByWeek: byWeek(one.requestsByWeek) } : {}),
      inputTokensMonthly: monthly(one.inputTokens, periodDays),
      cachedInputShare: one.inputTokens === 0 ? 0 : one.cachedInputTokens / one.inputTokens,
      outputTokensMonthly: output,
      averageOutputTokensPerSecond: output / SECONDS_A_MONTH,
      peakOutputTokensPerSecond: (output * one.peakToAverage) / SECONDS_A_MONTH,
      peakToAverage: one.peakToAverage,
      batchShare: one.batchShare,
    };
  });
  return { from: usage.from, to: usage.to, periodDays, source: usage.source, workloads, remarks: usage.remarks };
}

const DAYS_A_WEEK = 7;

function byWeek({ p10, p50, p90 }: { p10: number; p50: number; p90: number }) {
  const at = (requests: number): number => monthly(requests, DAYS_A_WEEK);
  return { p10: at(p10), p50: at(p50), p90: at(p90) };
}

const NAME_WIDTH = 26;

export function usageText(usage: UsageFile): string {
  const { workloads, periodDays, remarks } = shownUsage(usage);
  const days = `${Math.round(periodDays * 10) / 10} days`;
  return [
    wrapped(`${usage.from} to ${usage.to} (${days}), from ${usage.source}`),
    "per month of 730 h; average and peak are output tokens a second",
    "",
    table([
      ["workload", "requests", "input", "cached", "output", "average", "peak", "batch"],
      ...workloads.map((one) => [
        shortened(one.name, NAME_WIDTH),
        short(one.requestsMonthly),
        short(one.inputTokensMonthly),
        percent(one.cachedInputShare),
        short(one.outputTokensMonthly),
        short(one.averageOutputTokensPerSecond),
        `${short(one.peakOutputTokensPerSecond)} (${short(one.peakToAverage)}×)`,
        percent(one.batchShare),
      ]),
    ]),
    ...workloads.flatMap(weeksLine),
    ...remarks.map((remark) => wrapped(`! ${remark}`)),
  ].join("\n");
}

function weeksLine({ name, requestsMonthlyByWeek: weeks }: ShownWorkload): string[] {
  if (weeks === undefined) return [];
  const { p10, p50, p90 } = weeks;
  return [
    wrapped(
      `${shortened(name, NAME_WIDTH)}: a quiet month ${short(p10)}, a middling ${short(p50)}, a busy ${short(p90)}`,
    ),
  ];
}

export const countsText = ({ values, used, without, unknown, unknownAt }: Counts): string =>
  [
    `${grouped(values)} lines: ${grouped(used)} with tokens`,
    `${grouped(Object.values(without).reduce((sum, times) => sum + times, 0))} known without tokens`,
    `${grouped(unknown)} unknown${unknown === 0 ? "" : ` (first: ${unknownAt.join(", ")})`}`,
  ].join(", ");

const percent = (share: number): string => `${Math.round(share * 100)} %`;

/** Three digits and a unit: 1.23M. */
function short(value: number): string {
  const [divisor, unit] = value >= 1e9 ? [1e9, "G"] : value >= 1e6 ? [1e6, "M"] : value >= 1e3 ? [1e3, "k"] : [1, ""];
  return `${Number((value / divisor).toPrecision(3))}${unit}`;
}

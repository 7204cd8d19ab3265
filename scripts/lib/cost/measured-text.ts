import type { OwnDay } from "../../../infra/core/throughput/points";
import { usd } from "./money";

/** What the table foretold of a day's load, beside what the engines needed. */
export function againstTable({ concurrency, timePerOutputTokenMs, tableMs, tableErrorPercent }: OwnDay): string {
  const day = `${usd(timePerOutputTokenMs)} ms a token at ${concurrency.toFixed(1)} requests in flight`;
  if (tableMs === undefined || tableErrorPercent === undefined)
    return `${day}; there is no sound table to hold it against`;
  return `${day}; the table said ${usd(tableMs)} ms, error ${tableErrorPercent.toFixed(1)} %`;
}

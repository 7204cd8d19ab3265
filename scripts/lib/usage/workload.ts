import type { UsageFile } from "../../../infra/config/usage-file";
import { ASSUMED_PEAK, hourShares, minutePeak, type Period, peakToAverage, requestsByWeek } from "./rhythm";
import { addTo, type Sums } from "./sums";

/** A workload of a usage file. `given`: its requests, where no log has counted them. */
export function workloadOf(name: string, sums: Sums, period: Period, given?: number): UsageFile["workloads"][number] {
  const requests = sums.requestsKnown ? sums.requests : (given ?? 0);
  const tokens = sums.inputTokens + sums.outputTokens;
  const batched = sums.requestsKnown ? sums.batchRequests / requests : sums.batchTokens / tokens;
  const shares = sums.hourly ? hourShares(sums.outputByHour, period) : undefined;
  const weeks = requestsByWeek(sums.requestsKnown ? sums.requestsByDay : asTokensCame(sums, requests), period);
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

/** Requests that nobody counted by the day are taken to have come as the output did. */
function asTokensCame({ outputByHour, outputTokens }: Sums, requests: number): Map<number, number> {
  const byDay = new Map<number, number>();
  if (outputTokens > 0)
    for (const [hour, tokens] of outputByHour) addTo(byDay, Math.floor(hour / 24), (tokens * requests) / outputTokens);
  return byDay;
}

export const minutePeakOf = ({ byMinute, outputByHour, outputByMinute }: Sums): number =>
  byMinute ? minutePeak(outputByHour, outputByMinute) : 1;

import { estimateAt } from "./interpolate";
import { outputPerSecond, type Point, type Series } from "./points";

/** How far estimates of points that were left out are from them: natural logarithms of measured over estimated. */
export interface Miss {
  first?: number;
  further: number;
  output: number;
}

/** Between other numbers of requests in flight: each point with a neighbour on both sides, left out alone. */
export const missesInConcurrency = (series: readonly Series[]): Miss[] =>
  series.flatMap(({ points }) =>
    points.flatMap((point) => {
      const rest = points.filter((p) => p !== point && p.inputTokens === point.inputTokens);
      const others = rest.filter((p) => p.outputTokens === point.outputTokens);
      return missOf(point, others);
    }),
  );

/** Between other lengths: all of a request's lengths left out, at a concurrency at which others were measured. */
export const missesInLengths = (series: readonly Series[]): Miss[] =>
  series.flatMap(({ points }) =>
    points.flatMap((point) => {
      const others = points.filter(
        (p) =>
          p.concurrency === point.concurrency &&
          (p.inputTokens !== point.inputTokens || p.outputTokens !== point.outputTokens),
      );
      return missOf(point, others);
    }),
  );

function missOf(point: Point, others: readonly Point[]): Miss[] {
  const estimate = estimateAt({ points: others }, point);
  if (estimate === undefined || estimate.beyond.length > 0) return [];
  const { first, further } = estimate;
  return [
    {
      ...(first !== undefined && point.first !== undefined && { first: Math.log(point.first / first) }),
      further: Math.log(point.further / further),
      output: Math.log(outputPerSecond(point) / outputPerSecond({ ...point, first, further })),
    },
  ];
}

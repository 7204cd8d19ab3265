import { estimateAt } from "./interpolate";
import { outputPerSecond, type Point, type Series } from "./points";

/** How far estimates of points that were left out are from them: natural logarithms of measured over estimated. */
export interface Miss {
  model: string;
  first?: number;
  further: number;
  output: number;
}

/** Between other numbers of requests in flight: each point with a neighbour on both sides, left out alone. */
export const missesInConcurrency = (series: readonly Series[]): Miss[] =>
  series.flatMap(({ model, points }) =>
    points.flatMap((point) => {
      const rest = points.filter((p) => p !== point && p.inputTokens === point.inputTokens);
      const others = rest.filter((p) => p.outputTokens === point.outputTokens);
      return missOf(model, point, others);
    }),
  );

/** Between other lengths: all of a request's lengths left out, at a concurrency at which others were measured. */
export const missesInLengths = (series: readonly Series[]): Miss[] =>
  series.flatMap(({ model, points }) =>
    points.flatMap((point) => {
      const others = points.filter(
        (p) =>
          p.concurrency === point.concurrency &&
          (p.inputTokens !== point.inputTokens || p.outputTokens !== point.outputTokens),
      );
      return missOf(model, point, others);
    }),
  );

/** Of a table that was brought to the level of one point of another measurement of such a replica, at its other loads. */
export const missesInLevel = (series: readonly Series[]): Miss[] =>
  series.flatMap((table) =>
    series
      .filter((other) => other !== table && sameReplica(other, table))
      .flatMap(({ points }) =>
        points.flatMap((day) => points.flatMap((point) => (point === day ? [] : missAtLevel(table, day, point)))),
      ),
  );

const sameReplica = (a: Series, b: Series): boolean =>
  a.model === b.model &&
  a.gpuClass === b.gpuClass &&
  a.tensorParallel === b.tensorParallel &&
  a.quantisation === b.quantisation;

function missAtLevel({ model, points }: Series, day: Point, point: Point): Miss[] {
  const sameLengths = ({ inputTokens, outputTokens }: Point) =>
    inputTokens === day.inputTokens && outputTokens === day.outputTokens;
  const known = points.filter(sameLengths);
  const at = known.find(({ concurrency }) => concurrency === day.concurrency);
  if (at === undefined || !sameLengths(point)) return [];
  const level = (of: number | undefined, told: number | undefined): number =>
    of === undefined || told === undefined ? 1 : of / told;
  const [first, further] = [level(day.first, at.first), level(day.further, at.further)];
  return missOf(
    model,
    point,
    known
      .filter(({ concurrency }) => concurrency === point.concurrency)
      .map((p) => ({ ...p, ...(p.first !== undefined && { first: p.first * first }), further: p.further * further })),
  );
}

function missOf(model: string, point: Point, others: readonly Point[]): Miss[] {
  const estimate = estimateAt({ points: others }, point);
  if (estimate === undefined || estimate.beyond.length > 0) return [];
  const { first, further } = estimate;
  return [
    {
      model,
      ...(first !== undefined && point.first !== undefined && { first: Math.log(point.first / first) }),
      further: Math.log(point.further / further),
      output: Math.log(outputPerSecond(point) / outputPerSecond({ ...point, first, further })),
    },
  ];
}

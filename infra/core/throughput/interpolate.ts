import type { Point, Series } from "./points";

/** A load of which nothing is known yet. */
export type Load = Pick<Point, "inputTokens" | "outputTokens" | "concurrency">;

export interface Estimate {
  /** Requests in flight that the times belong to: those asked for, or the most that were measured. */
  concurrency: number;
  first?: number;
  further: number;
  /** What had to be bridged: nothing, other numbers of requests in flight, other lengths. */
  between: { concurrency: boolean; lengths: boolean };
  /** How it lies beyond what was measured; empty: it does not. */
  beyond: readonly Beyond[];
}

/** A step out of what was measured. */
interface Beyond {
  why: string;
  /**
   * The truth may be this many times less or more. Of held-out points 97 % stay within it for lengths along the plane (96 %
   * of planes through three only), 99 % for the next concurrency, 97 % for the nearest lengths (test/core/throughput).
   */
  factor: number;
}

const BEYOND_PLANE = 1.4;
const BEYOND_CONCURRENCY = 2;
const NEAREST_LENGTHS = 3;

type Lengths = Pick<Point, "inputTokens" | "outputTokens">;

const whole = (n: number): string => Math.round(n).toLocaleString("en-US");
const inWords = ({ inputTokens, outputTokens }: Lengths): string =>
  `${whole(inputTokens)} tokens in and ${whole(outputTokens)} out`;

const sameLengths = (a: Lengths, b: Lengths): boolean =>
  a.inputTokens === b.inputTokens && a.outputTokens === b.outputTokens;

/**
 * What the time per token is linear in, at a fixed number of requests in flight: what attention reads (tokens held, on
 * average over the answer) and prefill that comes between (input tokens per output token).
 */
const coordinates = ({ inputTokens, outputTokens }: Lengths): [number, number] => [
  inputTokens + outputTokens / 2,
  inputTokens / outputTokens,
];

/** Times at a load, from one series. */
export function estimateAt(series: Pick<Series, "points">, load: Load): Estimate | undefined {
  return estimatesFor(series, load)?.(load.concurrency);
}

/**
 * Times of requests of these lengths at any number of them in flight: for whoever asks for many numbers. An engine's
 * step grows by the same for each request in it: linear, not log-log.
 */
export function estimatesFor(
  series: Pick<Series, "points">,
  { inputTokens, outputTokens }: Lengths,
): ((concurrency: number) => Estimate) | undefined {
  const asked = { inputTokens, outputTokens };
  const own = series.points.filter((point) => sameLengths(point, asked));
  const lengths = own.length === 0;
  const curve = lengths ? curveFor(series.points, asked) : { points: own, beyond: [] };
  if (curve === undefined) return undefined;
  const most = Math.max(...curve.points.map((p) => p.concurrency));
  return (concurrency) => {
    const { point, ...where } = alongConcurrency(curve.points, concurrency);
    return {
      concurrency: Math.min(concurrency, most),
      first: point.first,
      further: point.further,
      between: { concurrency: where.between, lengths },
      beyond: [...curve.beyond, ...where.beyond],
    };
  };
}

function alongConcurrency(points: readonly Point[], concurrency: number) {
  const sorted = [...points].sort((a, b) => a.concurrency - b.concurrency);
  const [least, most] = [sorted[0] as Point, sorted.at(-1) as Point];
  const same = sorted.find((p) => p.concurrency === concurrency);
  if (same) return { point: same, between: false, beyond: [] };
  if (concurrency < least.concurrency || concurrency > most.concurrency) {
    const range = least === most ? `${most.concurrency}` : `${least.concurrency} to ${most.concurrency}`;
    const nearest = concurrency < least.concurrency ? least : most;
    const why = `measured with ${range} requests in flight, not ${whole(concurrency)}`;
    return { point: nearest, between: true, beyond: [{ why, factor: BEYOND_CONCURRENCY }] };
  }
  const above = sorted.find((p) => p.concurrency > concurrency) as Point;
  const below = sorted.findLast((p) => p.concurrency < concurrency) as Point;
  const share = (concurrency - below.concurrency) / (above.concurrency - below.concurrency);
  const mix = (a: number, b: number) => a + share * (b - a);
  const first = below.first === undefined || above.first === undefined ? undefined : mix(below.first, above.first);
  return { point: { ...below, first, further: mix(below.further, above.further) }, between: true, beyond: [] };
}

/** The curve that lengths which nobody measured would have: at each measured concurrency, the plane through the others. */
function curveFor(all: readonly Point[], lengths: Lengths): { points: Point[]; beyond: Beyond[] } | undefined {
  const [x, y] = coordinates(lengths);
  const why = `requests of ${inWords(lengths)} are beyond those that were measured`;
  const slices = [...new Set(all.map(({ concurrency }) => concurrency))].flatMap((concurrency) => {
    const points = all.filter((p) => p.concurrency === concurrency);
    const further = plane(points.map((p) => [...coordinates(p), p.further]));
    const first = line(points.flatMap((p) => (p.first === undefined ? [] : [[p.inputTokens, p.first]])));
    if (further === undefined || first === undefined) return [];
    // A plane that is followed far enough goes below zero; what was measured is the floor.
    const floor = (values: readonly number[]) => Math.min(...values);
    return {
      inside: inside(points.map(coordinates), [x, y]),
      point: {
        ...lengths,
        concurrency,
        first: Math.max(first(lengths.inputTokens), floor(points.flatMap((p) => p.first ?? [])) / 2),
        further: Math.max(further(x, y), floor(points.map((p) => p.further)) / 2),
      },
    };
  });
  if (slices.length > 0)
    return {
      points: slices.map(({ point }) => point),
      beyond: slices.every((s) => s.inside) ? [] : [{ why, factor: BEYOND_PLANE }],
    };
  const nearest = all.reduce<Point | undefined>(
    (best, p) => (best === undefined || distance(p, lengths) < distance(best, lengths) ? p : best),
    undefined,
  );
  if (nearest === undefined) return undefined;
  const points = all.filter((p) => sameLengths(p, nearest)).map((p) => ({ ...p, ...lengths }));
  const whose = `${why}; these are those of ${inWords(nearest)}`;
  return { points, beyond: [{ why: whose, factor: NEAREST_LENGTHS }] };
}

const distance = (a: Lengths, b: Lengths): number =>
  Math.hypot(Math.log(a.inputTokens / b.inputTokens), Math.log(a.outputTokens / b.outputTokens));

/** Least squares of relative errors: `y = a + b·x`. A constant where all `x` are one. */
function line(points: readonly (readonly number[])[]): ((x: number) => number) | undefined {
  const of = solved(points.map(([x = 0, y = 0]) => [[1, x], y]));
  if (of !== undefined) return (x) => (of[0] ?? 0) + (of[1] ?? 0) * x;
  const constant = solved(points.map(([, y = 0]) => [[1], y]));
  return constant && (() => constant[0] ?? 0);
}

/** As `line`, with two coordinates; `undefined` where the points lie on one line. */
function plane(points: readonly (readonly number[])[]): ((x: number, y: number) => number) | undefined {
  const of = solved(points.map(([x = 0, y = 0, z = 0]) => [[1, x, y], z]));
  return of && ((x, y) => (of[0] ?? 0) + (of[1] ?? 0) * x + (of[2] ?? 0) * y);
}

/** Normal equations by elimination; at most three unknowns. Rows are weighted so that relative errors count. */
function solved(rows: readonly (readonly [number[], number])[]): number[] | undefined {
  const unknowns = rows[0]?.[0].length ?? 0;
  if (rows.length < unknowns || unknowns === 0) return undefined;
  // Coordinates of one size each, so that "nearly singular" means the same everywhere.
  const scale = Array.from({ length: unknowns }, (_, k) => Math.max(...rows.map(([x]) => Math.abs(x[k] ?? 0))) || 1);
  const matrix = Array.from({ length: unknowns }, (_, a) => [
    ...Array.from({ length: unknowns }, (_, b) => total(rows, (x, y) => (at(x, a) * at(x, b)) / y ** 2)),
    total(rows, (x, y) => at(x, a) / y),
  ]);
  function at(x: readonly number[], k: number): number {
    return (x[k] ?? 0) / (scale[k] ?? 1);
  }
  for (let a = 0; a < unknowns; a++) {
    const own = matrix[a] as number[];
    const pivot = own[a] ?? 0;
    const before = total(rows, (x, y) => at(x, a) ** 2 / y ** 2);
    if (Math.abs(pivot) < before * 1e-6) return undefined;
    for (let r = 0; r < unknowns; r++) {
      if (r === a) continue;
      const other = matrix[r] as number[];
      const factor = (other[a] ?? 0) / pivot;
      for (let k = a; k <= unknowns; k++) other[k] = (other[k] ?? 0) - factor * (own[k] ?? 0);
    }
  }
  return matrix.map((row, a) => (row[unknowns] ?? 0) / (row[a] ?? 1) / (scale[a] ?? 1));
}

const total = (rows: readonly (readonly [number[], number])[], of: (x: number[], y: number) => number): number =>
  rows.reduce((sum, [x, y]) => sum + of(x, y), 0);

type Place = readonly [number, number];

/** Whether a place lies in the hull of others: in one of their triangles. */
function inside(corners: readonly Place[], place: Place): boolean {
  const side = ([ax, ay]: Place, [bx, by]: Place, [px, py]: Place) => (bx - ax) * (py - ay) - (by - ay) * (px - ax);
  return corners.some((a, i) =>
    corners.slice(i + 1).some((b, j) =>
      corners.slice(i + j + 2).some((c) => {
        const sides = [side(a, b, place), side(b, c, place), side(c, a, place)];
        return side(a, b, c) !== 0 && (sides.every((s) => s >= 0) || sides.every((s) => s <= 0));
      }),
    ),
  );
}

import { calibrated, type DayPoint } from "./calibrate";
import { estimateAt } from "./interpolate";
import { type Series, seriesFor } from "./points";
import { type Knowledge, published } from "./predict";

/** What one's own engines of one release did in a day: an entry of `stacks/measured/<env>.json`. */
export interface MeasuredDay {
  /** Public name of the weights. */
  model: string;
  /** Short id. */
  release: string;
  gpuClass: string;
  tensorParallel: number;
  /** Of the weights. */
  quantisation: string;
  engine: string;
  /** ISO times of the first and the last reading. */
  from: string;
  to: string;
  /** Of them counted: in the others no engine ran from one reading to the next. */
  hours: number;
  requests: number;
  /** Of a request on average. */
  inputTokens: number;
  outputTokens: number;
  /** Requests in flight in one replica. */
  concurrency: number;
  timeToFirstTokenMs: number;
  timePerOutputTokenMs: number;
  source: string;
}

/** A day as a series: the table's shape at the day's level, or the day's one point where no sound table is known. */
export function ownSeries(day: MeasuredDay): Series | { refused: string } {
  const { model, gpuClass, tensorParallel, quantisation, engine, source, concurrency, requests } = day;
  const point = {
    inputTokens: day.inputTokens,
    outputTokens: day.outputTokens,
    concurrency,
    first: day.timeToFirstTokenMs,
    further: day.timePerOutputTokenMs,
  };
  const dayPoint: DayPoint = { point, measuredOn: day.to.slice(0, 10), requests };
  const own = {
    model,
    gpuClass,
    tensorParallel,
    expertParallel: false,
    quantisation,
    engine,
    source,
    measuredOn: dayPoint.measuredOn,
  };
  const here = { release: day.release, requests, hours: day.hours, concurrency, timePerOutputTokenMs: point.further };
  const tables = seriesFor({ model, gpuClass, tensorParallel }).filter(({ doubts }) => doubts.length === 0);
  if (tables.length === 0) {
    const doubts = [`known here at ${concurrency.toFixed(1)} requests in flight only; with more it may give more`];
    return { ...own, here, doubts, points: [point] };
  }
  const [table] = [quantisation, undefined].flatMap((like) =>
    tables.filter((one) => (like === undefined || one.quantisation === like) && reaches(one, concurrency)),
  );
  if (table === undefined)
    return { refused: `${concurrency.toFixed(1)} requests in flight, which no table of these GPUs reaches` };
  const { series, errorPercent } = calibrated(table, dayPoint, source);
  const doubts =
    table.quantisation === quantisation || table.quantisation === "not stated"
      ? []
      : [`over the load it is taken to behave like the table's weights in ${table.quantisation}`];
  const told = estimateAt(table, point)?.further;
  return {
    ...series,
    ...own,
    doubts,
    here: { ...here, ...(told !== undefined && { tableMs: told, tableErrorPercent: errorPercent.further }) },
  };
}

/** Outside of its numbers of requests in flight a table would be compared with a time that belongs to another load. */
function reaches({ points }: Series, concurrency: number): boolean {
  const measured = points.map((point) => point.concurrency);
  return Math.min(...measured) <= concurrency && concurrency <= Math.max(...measured);
}

/** The published tables, and before them what one's own engines did. */
export function knowledgeWith(days: readonly MeasuredDay[]): Knowledge {
  const own = days.map(ownSeries).flatMap((series) => ("refused" in series ? [] : [series]));
  const tables = published();
  return { ...tables, series: [...own, ...tables.series] };
}

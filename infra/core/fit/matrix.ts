import { onDemandPrice, SHAPES, type Shape } from "../catalogue/shapes";
import type { EngineArguments } from "../release";
import { type Fit, type FitQuestion, fitOn } from "./fit";
import { GPUS } from "./gpus";
import { cacheRefusal, lengthRefusal, splitRefusal, weightsOnly } from "./legality";

/** One way to run a model: a shape that can be bought, and how many of its GPUs share one copy. */
export interface FitRow {
  shape: string;
  gpuClass: string;
  tensorParallel: number;
  /** Copies that one node holds. */
  copies: number;
  /** US dollars an hour of the whole node on demand, with the day of the price. Left out: not looked up there. */
  price?: { hourlyUsd: number; asOf?: string; source: string };
  /** Left out where the GPUs cannot share the model at all. */
  fit?: Fit;
  /** Why it does not start; left out where it does. */
  refusal?: string;
  /** What to know although it starts. */
  notes: readonly string[];
}

const SPLITS = [1, 2, 4, 8] as const;

/** Arguments that a release has for a number of GPUs of a class only, as one of its variants. */
export type OwnFlags = (gpuClass: string, tensorParallel: number) => EngineArguments;

/** Every shape of a region with every number of its GPUs: what starts before what does not, the cheapest first. */
export function fitMatrix(
  question: FitQuestion,
  region: string,
  shapes: readonly Shape[] = SHAPES,
  ownFlags: OwnFlags = () => ({}),
): FitRow[] {
  const rows = shapes
    .filter(({ regions }) => regions.includes(region))
    .flatMap((shape) =>
      SPLITS.filter((n) => n <= shape.gpus).map((n) => {
        const flags = { ...question.flags, ...ownFlags(shape.gpuClass, n) };
        return rowOf({ ...question, flags }, shape, n, region);
      }),
    );
  const order = ({ refusal, price, tensorParallel }: FitRow) => [
    refusal === undefined ? 0 : 1,
    price?.hourlyUsd ?? Number.POSITIVE_INFINITY,
    tensorParallel,
  ];
  return rows.sort((a, b) => compare(order(a), order(b)));
}

function compare(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((value, i) => value !== b[i]);
  return at < 0 ? 0 : a[at]! < b[at]! ? -1 : 1;
}

function rowOf(question: FitQuestion, shape: Shape, tensorParallel: number, region: string): FitRow {
  const { type, gpuClass, gpus } = shape;
  const price = onDemandPrice(type, region);
  const row = {
    shape: type,
    gpuClass,
    tensorParallel,
    copies: Math.floor(gpus / tensorParallel),
    ...(price && { price }),
    notes: shape.poolable ? [] : ["only compared: no pool of a stack may name it yet"],
  };
  const gpu = GPUS[gpuClass];
  if (gpu === undefined) return { ...row, refusal: `nothing is known of ${gpuClass}` };
  const split = splitRefusal(question.architecture, tensorParallel);
  if (split !== undefined) return { ...row, refusal: split };
  const length = lengthRefusal(question.flags, question.architecture);
  if (length !== undefined) return { ...row, refusal: length };
  const cache = cacheRefusal(question.flags, gpu);
  if (cache !== undefined) return { ...row, refusal: `${cache.given}: ${cache.allowed}` };
  const fit = fitOn(question, { gpuClass, memoryGiB: gpu.memoryGiB, gpus: tensorParallel });
  const format = weightsOnly(question.architecture, gpu);
  const notes = [...row.notes, ...(format ? [format] : [])];
  return { ...row, fit, notes, ...(!fit.starts && { refusal: memoryRefusal(fit) }) };
}

/** In words: what is missing, and the nearest thing that would start. */
function memoryRefusal({ pool, requestGiB, tokens, maxTokens }: Fit): string {
  if (maxTokens > 0)
    return `${tokens} tokens need ${requestGiB.toFixed(1)} GiB of ${pool.sureGiB.toFixed(1)}, ${maxTokens} would start`;
  return `${Math.max(0, requestGiB - pool.sureGiB).toFixed(1)} GiB too little`;
}

/** Of shapes with the same GPUs, the cheapest for each number of them that shares a copy. Rows in order of price. */
export const cheapestOfEach = (rows: readonly FitRow[]): FitRow[] => {
  const seen = new Set<string>();
  return rows.filter(({ gpuClass, tensorParallel }) => {
    const kind = `${gpuClass} ${tensorParallel}`;
    return !seen.has(kind) && seen.add(kind);
  });
};

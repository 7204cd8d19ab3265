import { printable } from "../../../infra/config/printable";

/** One request, or the requests of one span of time, as some log has them. */
export interface Observation {
  /** When it was, or when the span began: milliseconds since 1970. */
  atMs: number;
  /** 0 for a single request. */
  spanMs: number;
  /** Of a single request, as its log names it. */
  id?: string;
  model: string;
  /** Our own logs have it. */
  policy?: string;
  /** Left out: the log does not count requests. */
  requests?: number;
  /** All of it, cached and cache-written tokens among them. */
  inputTokens: number;
  cachedInputTokens: number;
  cacheWriteTokens: number;
  outputTokens: number;
  batch: boolean;
  /** The log has put it among requests with more input than this; left out: a single request is judged by its own input. */
  longAbove?: number;
}

/** What a value of a log says. */
export type Reading =
  /** `covers`: the time that it speaks of, in milliseconds since 1970; hours in it without an observation were silent. */
  | {
      observations: readonly Observation[];
      covers?: { fromMs: number; toMs: number };
      /** What it should have counted and did not; told with how often. */
      lacks?: string;
      /** Whether further pages follow this one; left out where there are none. */
      goesOn?: boolean;
    }
  /** Known, but without tokens: counted by the reason, so that it is not taken for silence. */
  | { without: string };

export interface Format {
  /** As it is named in the usage file's source. */
  name: string;
  /** Where one gets it. */
  how: string;
  /** `undefined`: not of this format. */
  read(row: Row): Reading | undefined;
  /** What its logs can never say. */
  remark?: string;
}

export type Row = Readonly<Record<string, unknown>>;

export const isRow = (value: unknown): value is Row =>
  value !== null && typeof value === "object" && !Array.isArray(value);

/** A count of tokens or requests; nothing where there is none. */
export const counted = (value: unknown): number | undefined =>
  typeof value === "number" && value >= 0 && value <= MOST ? value : undefined;

/** Of all models of the world in years: a number beyond is no count. */
const MOST = 1e15;

export const text = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined;

/** A name out of a log, where it may be of a client's own making: on one line, in characters that can be shown. */
export const oneLine = (value: unknown): string => printable(String(value).replace(/\s+/g, " ")).slice(0, 200);

export const rows = (value: unknown): Row[] => (Array.isArray(value) ? value.filter(isRow) : []);

/** ISO dates as logs write them, and seconds or milliseconds since 1970. A date without a zone is one in UTC. */
export function time(value: unknown): number | undefined {
  const ms = typeof value === "number" ? sinceEpoch(value) : typeof value === "string" ? written(value) : Number.NaN;
  return ms >= EARLIEST && ms < LATEST ? ms : undefined;
}

/** Outside of these no model was asked: a number that is no time is not taken for one. */
const EARLIEST = Date.UTC(2000);
const LATEST = Date.UTC(2100);

const sinceEpoch = (number: number): number => (number >= LATEST / 1000 ? number : number * 1000);

/** Date.parse makes the 2nd of March out of the 30th of February, months away from what the log speaks of. */
function written(text: string): number {
  const day = text.slice(0, 10);
  const midnight = Date.parse(day);
  if (/^\d{4}-\d\d-\d\d$/.test(day) && !(midnight >= 0 && new Date(midnight).toISOString().startsWith(day)))
    return Number.NaN;
  return Date.parse(/([zZ]|[+-]\d\d:?\d\d)$/.test(text) || !text.includes(":") ? text : `${text}Z`);
}

/** The id of a single request, where its log has one. */
export function named(id: unknown): Pick<Observation, "id"> {
  const given = text(id);
  return given === undefined ? {} : { id: given };
}

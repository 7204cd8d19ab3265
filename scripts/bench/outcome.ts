/** How one streamed request ended, as its client saw it. Only `ok` is an answer; everything else is a lost request. */
export type Ending =
  | "ok"
  /** No connection, or it broke before a status. */
  | "connect"
  /** A status that is not 2xx. */
  | "status"
  /** The connection broke after the status. */
  | "cut"
  /** The response ended in order, but without [DONE] or without a finish reason. */
  | "truncated"
  /** An error object inside the stream. */
  | "stream-error"
  /** The engine gave the request up: `finish_reason: abort`, under status 200. */
  | "abort"
  /** Nothing came for the idle time-out. */
  | "timeout";

/** One request. Times are ms of the machine's clock (Unix epoch). */
export interface Outcome {
  ending: Ending;
  /** When it was meant to start; latencies count from here. */
  intended: number;
  started: number;
  /** First text of the answer. */
  firstText?: number;
  ended: number;
  status?: number;
  /** Release that the response names. */
  release?: string;
  /** First 16 hex digits of the SHA-256 of the whole text. */
  text?: string;
  /** Which kind of request; texts compare only within one. */
  kind: string;
  detail?: string;
}

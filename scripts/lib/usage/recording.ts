import type { Readable } from "node:stream";

/** What a usage file is recorded from, and what became of it. */

export interface RecordOptions {
  /** What a workload is: each model, or each policy of ours. */
  by: "model" | "policy";
  /** All of it is one workload of this name. */
  name?: string;
  /** Of the period, where the log does not count them. */
  requests?: number;
  /** What the logs cover, in milliseconds since 1970, where it is more than from their first request to the last. */
  covers?: { fromMs?: number; toMs?: number };
}

export interface Log {
  /** As the user named it. */
  label: string;
  open(): Readable;
}

/** What became of every value of the logs; they add up. */
export interface Counts {
  values: number;
  used: number;
  /** Known, but without tokens, by the reason. */
  without: Record<string, number>;
  /** Of the used ones, those that lack something, by what. */
  lacking: Record<string, number>;
  /** Observations that had been there before. */
  repeated: number;
  unknown: number;
  /** Of these, those that are longer than memory shall hold. */
  tooLong: number;
  /** Where the first unknown ones are: `file:line`. Their text is never shown, it may hold prompts. */
  unknownAt: string[];
}

/** What a month on an API could cost less without a GPU. */
export interface Saving {
  kind: "caching" | "batch" | "smaller model" | "same weights elsewhere";
  what: string;
  monthlyUsd: number;
  savedUsd: number;
  /** What it rests on and what has to be checked first: an evaluation, a share that nobody measured. */
  provided: string;
}

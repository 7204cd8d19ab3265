import { terminal } from "../report";
import type { OnProgress } from "../sources/hashing";

const EVERY_MS = 5_000;
const gigabytes = (bytes: number): string => (bytes / 1e9).toFixed(1);

/** Notes how far long work on bytes is and how long the rest will take, at most every 5 s. */
export function progressNotes(verb: "read" | "sent", now: () => number = Date.now): OnProgress {
  const start = now();
  let noted = start;
  return (done, total) => {
    const at = now();
    if (at - noted < EVERY_MS) return;
    noted = at;
    const perSecond = done / ((at - start) / 1000);
    const left = Math.max(1, Math.round((total - done) / perSecond));
    terminal.note(
      `  … ${gigabytes(done)} of ${gigabytes(total)} GB ${verb}, ${(perSecond / 1e6).toFixed(0)} MB/s, about ${left} s left`,
    );
  };
}

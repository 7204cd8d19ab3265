import { InputError, type Problem } from "../../../infra/core/errors";
import { FORMATS } from "./formats";
import type { Counts, Log, RecordOptions } from "./recording";
import { timesOf, tooLongRemark } from "./remarks";
import { type Tally, TooMuch } from "./tally";

/** What reading a log threw, as what is wrong with the log; a mistake of ours stays one. */
export function asProblem(error: unknown, path: string): unknown {
  if (error instanceof TooMuch)
    return new InputError([
      {
        path,
        given: error.message,
        allowed: "logs of one service over at most five years",
        fix: "give less of them, or put them together with --name",
      },
    ]);
  const { code } = error as NodeJS.ErrnoException;
  if (code === undefined) return error;
  const missing = code === "ENOENT";
  return new InputError([
    {
      path,
      given: missing ? "no such file" : `cannot be read: ${code}`,
      allowed: "a log or export, whole, also .gz",
      fix: missing ? "correct the path" : "check that it is whole and may be read",
    },
  ]);
}

/** What was read and makes no usage file, all at once. */
export function refuseUnusable(
  logs: readonly Log[],
  tally: Tally,
  counts: Counts,
  { requests, name, covers = {} }: RecordOptions,
): void {
  const problems: Problem[] = [];
  if (tally.isEmpty) {
    const known = [...timesOf(counts.without), ...tooLongRemark(counts)];
    problems.push({
      path: logs.map(({ label }) => label).join(", "),
      given: known.length === 0 ? "nothing with tokens" : `nothing with tokens, but ${known.join(", ")}`,
      allowed: `JSON of ${FORMATS.map((format) => format.name).join(", ")}`,
      fix: "export one of these (ours: kubectl logs -c guard of the model's pods), or write a usage file by hand: stacks/usage.schema.json",
    });
  }
  const unknown = tally.withoutRequests;
  if (unknown.length > 0 && (requests === undefined || unknown.length > 1))
    problems.push({
      path: "--requests",
      ...(requests === undefined ? {} : { given: `${requests} for ${unknown.length} models` }),
      allowed: `how many requests the period had: the export does not count those of ${unknown.join(", ")}`,
      fix: `add --requests <number>${unknown.length > 1 && name === undefined ? " and --name <workload>" : ""}`,
    });
  const { fromMs, toMs } = tally.span;
  if (!tally.isEmpty && (covers.fromMs ?? fromMs) > fromMs)
    problems.push(outside("--from", covers.fromMs, `no later than the first request, ${timeText(fromMs)}`));
  if (!tally.isEmpty && (covers.toMs ?? toMs) < toMs)
    problems.push(outside("--to", covers.toMs, `no earlier than the last request, ${timeText(toMs)}`));
  if (problems.length > 0) throw new InputError(problems);
}

const timeText = (ms: number | undefined): string => new Date(ms ?? 0).toISOString();

const outside = (path: string, ms: number | undefined, allowed: string): Problem => ({
  path,
  given: timeText(ms),
  allowed,
  fix: "the whole log counts: give what it covers, or cut the log",
});

import { createHash } from "node:crypto";
import { pipeline } from "node:stream";
import { sumProblems, type UsageFile } from "../../../infra/config/usage-file";
import { InputError } from "../../../infra/core/errors";
import { FORMATS, readValue } from "./formats";
import { jsonValues, tapped } from "./json-values";
import { type Format, type Observation, oneLine } from "./observation";
import type { Counts, Log, RecordOptions } from "./recording";
import { asProblem, refuseUnusable } from "./refusals";
import { pagesRemark, timesOf, tooLongRemark } from "./remarks";
import { Repeats } from "./repeats";
import { Tally, TooMuch } from "./tally";

export interface Recorded {
  usage: UsageFile;
  counts: Counts;
}

const SHOWN_UNKNOWN = 3;

export async function recordUsage(logs: readonly Log[], options: RecordOptions): Promise<Recorded> {
  const reader: Reader = {
    tally: new Tally(),
    repeats: new Repeats(),
    counts: { values: 0, used: 0, without: {}, lacking: {}, repeated: 0, unknown: 0, tooLong: 0, unknownAt: [] },
    seen: new Set(),
    options,
    contents: new Map(),
    lastPages: new Map(),
  };
  const { tally, repeats, counts, seen } = reader;
  for (const log of logs) await readLog(log, reader);
  refuseUnusable(logs, tally, counts, options);
  cover(tally, options);
  const remarks = [
    ...[...seen].flatMap(({ remark }) => remark ?? []),
    ...timesOf(counts.without),
    ...timesOf(counts.lacking),
    ...(counts.repeated === 0 ? [] : [`${counts.repeated} × the same again in overlapping logs: counted once`]),
    ...(repeats.isFull ? ["so many requests that the last were not looked through for repeats"] : []),
    ...[...reader.lastPages].flatMap(([{ name }, ended]) => (ended ? [] : pagesRemark(name))),
    ...tooLongRemark(counts),
    ...(counts.unknown === 0 ? [] : [`${counts.unknown} of ${counts.values} lines were of no known format`]),
  ];
  const usage = tally.usage(
    FORMATS.filter((one) => seen.has(one))
      .map(({ name }) => name)
      .join(", "),
    remarks,
    options.requests,
  );
  const problems = sumProblems("the logs", usage);
  if (problems.length > 0) throw new InputError(problems);
  return { usage, counts };
}

function cover(tally: Tally, { covers }: RecordOptions): void {
  try {
    tally.cover({ ...tally.span, ...covers });
  } catch (error) {
    throw asProblem(error, "--from, --to");
  }
}

interface Reader {
  tally: Tally;
  repeats: Repeats;
  counts: Counts;
  seen: Set<Format>;
  options: RecordOptions;
  /** Digests of the logs that were read, with their names. */
  contents: Map<string, string>;
  /** Of formats in pages, whether one was there after which none follows. */
  lastPages: Map<Format, boolean>;
}

async function readLog({ label, open }: Log, reader: Reader): Promise<void> {
  const { tally, counts, seen, options, contents } = reader;
  const digest = createHash("sha256");
  let bytes = 0;
  const look = (chunk: Buffer) => {
    digest.update(chunk);
    bytes += chunk.length;
  };
  try {
    // The callback is for nobody: whoever reads the end of the pipe gets its error.
    for await (const { line, value, tooLong } of jsonValues(pipeline(open(), tapped(look), () => {}))) {
      counts.values++;
      const [format, reading] = readValue(value);
      if (format === undefined || reading === undefined) {
        counts.unknown++;
        if (tooLong) counts.tooLong++;
        if (counts.unknownAt.length < SHOWN_UNKNOWN) counts.unknownAt.push(`${label}:${line}`);
      } else if ("without" in reading) {
        another(counts.without, reading.without);
      } else {
        counts.used++;
        seen.add(format);
        if (reading.lacks !== undefined) another(counts.lacking, reading.lacks);
        if (reading.covers) tally.cover(reading.covers);
        if (reading.goesOn !== undefined)
          reader.lastPages.set(format, !reading.goesOn || reader.lastPages.get(format) === true);
        for (const observation of reading.observations)
          if (reader.repeats.has(observation, label)) counts.repeated++;
          else tally.add(workloadName(observation, options), observation);
      }
    }
  } catch (error) {
    throw asProblem(error, label);
  }
  const content = digest.digest("hex");
  const same = contents.get(content);
  if (bytes > 0 && same !== undefined)
    throw new InputError([
      {
        path: label,
        given: `the same content as ${same}`,
        allowed: "each log once",
        fix: "its requests would count twice: leave it out",
      },
    ]);
  contents.set(content, label);
}

function another(reasons: Record<string, number>, why: string): void {
  reasons[why] = (reasons[why] ?? 0) + 1;
  if (Object.keys(reasons).length > MOST_REASONS) throw new TooMuch("more reasons than our logs know");
}

const MOST_REASONS = 50;

const workloadName = ({ model, policy }: Observation, { by, name }: RecordOptions): string =>
  oneLine(name ?? (by === "policy" ? policy : undefined) ?? model);

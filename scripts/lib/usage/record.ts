import { createHash } from "node:crypto";
import { pipeline, type Readable } from "node:stream";
import { sumProblems, type UsageFile } from "../../../infra/config/usage-file";
import { InputError, type Problem } from "../../../infra/core/errors";
import { BEDROCK_LOG, CLOUDWATCH } from "./bedrock";
import { AZURE, GOOGLE } from "./cloud-metrics";
import { ANTHROPIC_CSV, OPENAI_CSV, OPENROUTER_CSV } from "./csv-exports";
import { jsonValues, tapped } from "./json-values";
import { LITELLM } from "./litellm";
import { type Format, isRow, type Observation, type Reading } from "./observation";
import { GATEWAY_ACCESS, GUARD_AUDIT } from "./our-logs";
import { ANTHROPIC, OPENAI, OPENROUTER } from "./provider-exports";
import { Repeats } from "./repeats";
import { Tally, TooMuch } from "./tally";

/** In the order in which a value is tried; no two know the same value. */
export const FORMATS: readonly Format[] = [
  GUARD_AUDIT,
  GATEWAY_ACCESS,
  OPENAI,
  ANTHROPIC,
  OPENROUTER,
  BEDROCK_LOG,
  CLOUDWATCH,
  AZURE,
  GOOGLE,
  OPENAI_CSV,
  ANTHROPIC_CSV,
  OPENROUTER_CSV,
  LITELLM,
];

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
  /** Where the first unknown ones are: `file:line`. Their text is never shown, it may hold prompts. */
  unknownAt: string[];
}

export interface Recorded {
  usage: UsageFile;
  counts: Counts;
}

const SHOWN_UNKNOWN = 3;

export async function recordUsage(logs: readonly Log[], options: RecordOptions): Promise<Recorded> {
  const reader: Reader = {
    tally: new Tally(),
    repeats: new Repeats(),
    counts: { values: 0, used: 0, without: {}, lacking: {}, repeated: 0, unknown: 0, unknownAt: [] },
    seen: new Set(),
    options,
    contents: new Map(),
  };
  const { tally, repeats, counts, seen } = reader;
  for (const log of logs) await readLog(log, reader);
  refuseUnusable(logs, reader);
  tally.cover({ ...tally.span, ...options.covers });
  const remarks = [
    ...[...seen].flatMap(({ remark }) => remark ?? []),
    ...timesOf(counts.without),
    ...timesOf(counts.lacking),
    ...(counts.repeated === 0 ? [] : [`${counts.repeated} × the same again in overlapping logs: counted once`]),
    ...(repeats.isFull ? ["so many requests that the last were not looked through for repeats"] : []),
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

const timesOf = (reasons: Readonly<Record<string, number>>): string[] =>
  Object.entries(reasons).map(([why, times]) => `${times} × ${why}`);

interface Reader {
  tally: Tally;
  repeats: Repeats;
  counts: Counts;
  seen: Set<Format>;
  options: RecordOptions;
  /** Digests of the logs that were read, with their names. */
  contents: Map<string, string>;
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
    for await (const { line, value } of jsonValues(pipeline(open(), tapped(look), () => {}))) {
      counts.values++;
      const [format, reading] = readValue(value);
      if (format === undefined || reading === undefined) {
        counts.unknown++;
        if (counts.unknownAt.length < SHOWN_UNKNOWN) counts.unknownAt.push(`${label}:${line}`);
      } else if ("without" in reading) {
        another(counts.without, reading.without);
      } else {
        counts.used++;
        seen.add(format);
        if (reading.lacks !== undefined) another(counts.lacking, reading.lacks);
        if (reading.covers) tally.cover(reading.covers);
        for (const observation of reading.observations)
          if (reader.repeats.has(observation, label)) counts.repeated++;
          else tally.add(workloadName(observation, options), observation);
      }
    }
  } catch (error) {
    throw readable(error, label);
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

function readValue(value: unknown): [Format?, Reading?] {
  if (!isRow(value)) return [];
  for (const format of FORMATS) {
    const reading = format.read(value);
    if (reading !== undefined) return [format, reading];
  }
  return [];
}

const workloadName = ({ model, policy }: Observation, { by, name }: RecordOptions): string =>
  name ?? ((by === "policy" ? policy : undefined) ?? model).slice(0, 200);

function readable(error: unknown, path: string): InputError {
  if (error instanceof TooMuch)
    return new InputError([
      {
        path,
        given: error.message,
        allowed: "logs of one service over at most five years",
        fix: "give less of them, or put them together with --name",
      },
    ]);
  const { code, message } = error as NodeJS.ErrnoException;
  const missing = code === "ENOENT";
  return new InputError([
    {
      path,
      given: missing ? "no such file" : `cannot be read: ${code ?? message}`,
      allowed: "a log or export, whole, also .gz",
      fix: missing ? "correct the path" : "check that it is whole and may be read",
    },
  ]);
}

function refuseUnusable(logs: readonly Log[], { tally, counts, options }: Reader): void {
  const { requests, name, covers = {} } = options;
  const problems: Problem[] = [];
  if (tally.isEmpty) {
    const known = timesOf(counts.without);
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

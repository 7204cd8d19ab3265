import type { Readable } from "node:stream";
import { sumProblems, type UsageFile } from "../../../infra/config/usage-file";
import { InputError, type Problem } from "../../../infra/core/errors";
import { BEDROCK_LOG, CLOUDWATCH } from "./bedrock";
import { jsonValues } from "./json-values";
import { LITELLM } from "./litellm";
import { type Format, isRow, type Observation, type Reading } from "./observation";
import { GATEWAY_ACCESS, GUARD_AUDIT } from "./our-logs";
import { ANTHROPIC, OPENAI, OPENROUTER } from "./provider-exports";
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
  LITELLM,
];

export interface RecordOptions {
  /** What a workload is: each model, or each policy of ours. */
  by: "model" | "policy";
  /** All of it is one workload of this name. */
  name?: string;
  /** Of the period, where the log does not count them. */
  requests?: number;
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
  const tally = new Tally();
  const counts: Counts = { values: 0, used: 0, without: {}, unknown: 0, unknownAt: [] };
  const seen = new Set<Format>();
  for (const log of logs) await readLog(log, { tally, counts, seen, options });
  refuseUnusable(logs, { tally, counts, options });
  const remarks = [
    ...[...seen].flatMap(({ remark }) => remark ?? []),
    ...withoutRemarks(counts),
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

const withoutRemarks = ({ without }: Counts): string[] =>
  Object.entries(without).map(([why, times]) => `${times} × ${why}`);

interface Reader {
  tally: Tally;
  counts: Counts;
  seen: Set<Format>;
  options: RecordOptions;
}

async function readLog({ label, open }: Log, { tally, counts, seen, options }: Reader): Promise<void> {
  try {
    for await (const { line, value } of jsonValues(open())) {
      counts.values++;
      const [format, reading] = readValue(value);
      if (format === undefined || reading === undefined) {
        counts.unknown++;
        if (counts.unknownAt.length < SHOWN_UNKNOWN) counts.unknownAt.push(`${label}:${line}`);
      } else if ("without" in reading) {
        counts.without[reading.without] = (counts.without[reading.without] ?? 0) + 1;
        if (Object.keys(counts.without).length > MOST_REASONS) throw new TooMuch("more reasons than our logs know");
      } else {
        counts.used++;
        seen.add(format);
        for (const observation of reading.observations) tally.add(workloadName(observation, options), observation);
      }
    }
  } catch (error) {
    throw readable(error, label);
  }
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

function refuseUnusable(logs: readonly Log[], { tally, counts, options }: Omit<Reader, "seen">): void {
  const { requests, name } = options;
  const problems: Problem[] = [];
  if (tally.isEmpty) {
    const known = withoutRemarks(counts);
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
  if (problems.length > 0) throw new InputError(problems);
}

import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { z } from "zod";
import { minorOf } from "../../infra/core/engine/flags";
import { OperationError } from "../../infra/core/errors";

const Flag = z.strictObject({
  type: z.enum(["boolean", "integer", "number", "string", "size", "json"]),
  list: z.literal(true).optional(),
  choices: z.array(z.union([z.string(), z.number()])).optional(),
  default: z.json().optional(),
  negation: z.string().optional(),
  aliases: z.array(z.string()).optional(),
  ge: z.number().optional(),
  gt: z.number().optional(),
  le: z.number().optional(),
  lt: z.number().optional(),
  deprecated: z.string().optional(),
});

const Recording = z.strictObject({
  version: z.string().regex(/^\d+\.\d+\.\d+$/),
  flags: z.record(z.string(), Flag),
});

/** What a generated file holds: the recording, and where it comes from. */
export const FlagsFile = Recording.extend({ source: z.string(), recordedOn: z.iso.date() });
export type FlagsFile = z.infer<typeof FlagsFile>;

/** Asks the vLLM that this Python has installed for its flags, and writes them where the checks read them. */
export async function recordEngineFlags(
  python: string,
  source: string,
  today: string,
  folder = join(__dirname, "../../infra/core/engine"),
): Promise<string> {
  const script = join(__dirname, "engine-flags.py");
  const { stdout } = await promisify(execFile)(python, [script], { maxBuffer: 64 * 2 ** 20 }).catch((error: Error) => {
    throw new OperationError(
      `${python} could not list vLLM's flags: ${error.message.trim().split("\n").at(-1)}`,
      "give a Python that has vLLM installed",
    );
  });
  const { version, flags } = Recording.parse(JSON.parse(stdout));
  const file = join(folder, `flags-${minorOf(version)}.generated.json`);
  await writeFile(file, formatFlagsFile({ version, source, recordedOn: today, flags }));
  return file;
}

/** JSON with one line per flag, so that a version bump reads as a diff. */
function formatFlagsFile({ version, source, recordedOn, flags }: FlagsFile): string {
  const lines = Object.entries(flags).map(([name, flag]) => `    ${JSON.stringify(name)}: ${JSON.stringify(flag)}`);
  const head = Object.entries({ version, source, recordedOn }).map(
    ([k, v]) => `  ${JSON.stringify(k)}: ${JSON.stringify(v)}`,
  );
  return `{\n${head.join(",\n")},\n  "flags": {\n${lines.join(",\n")}\n  }\n}\n`;
}

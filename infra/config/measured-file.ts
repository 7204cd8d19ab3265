import { z } from "zod";
import { InputError, type Problem } from "../core/errors";
import type { MeasuredDay } from "../core/throughput/own-days";
import { schemaNode } from "./schema-walk";
import { parseUserJson } from "./user-json";
import { zodProblems } from "./zod-problems";

/** `stacks/measured/<env>.json`: days of one's own engines, written by `homeport cost --live`. */

const text = z
  .string()
  .regex(/^[^\n\r\t]+$/)
  .meta({ allowed: "text on one line" });
/** Wider than any engine, and narrow enough that no sum ends in Infinity. */
const positive = z.number().min(1e-3).max(1e9).meta({ allowed: "a number from 0.001 to 1e9" });
const time = z.iso.datetime().meta({ allowed: "a time like 2026-11-21T00:00:00Z" });

const Day = z.strictObject({
  model: text,
  release: text,
  gpuClass: text,
  tensorParallel: z.int().positive().meta({ allowed: "a whole number of GPUs, 1 or more" }),
  quantisation: text,
  engine: text,
  from: time,
  to: time,
  hours: z.number().min(24).meta({ allowed: "hours, 24 or more" }),
  requests: z.int().positive().meta({ allowed: "a whole number, 1 or more" }),
  inputTokens: positive,
  outputTokens: positive,
  concurrency: positive,
  timeToFirstTokenMs: positive,
  timePerOutputTokenMs: positive,
  source: text,
}) satisfies z.ZodType<MeasuredDay>;

const MeasuredFile = z.strictObject({ days: z.array(Day).meta({ allowed: "a list of days" }) });
const NODE = schemaNode(MeasuredFile);

/** `label` is its path in the checkout. Throws with every problem at once. */
export function parseMeasuredFile(label: string, content: Uint8Array): MeasuredDay[] {
  const fix = "take the file back from git, or delete it: homeport cost --live measures anew";
  const json = parseUserJson(label, content, "measured days in JSON", fix);
  if ("problems" in json) throw new InputError(json.problems);
  const { value: raw } = json;
  const parsed = MeasuredFile.safeParse(raw);
  if (parsed.success) {
    const problems = parsed.data.days.flatMap((day, i) => impossible(day, `${label}#days[${i}]`, fix));
    if (problems.length > 0) throw new InputError(problems);
    return parsed.data.days;
  }
  const source = { raw, schema: NODE, prefix: `${label}#`, masked: () => false, fix, handwritten: false };
  throw new InputError(zodProblems(parsed.error, source));
}

/** More hours than there were between the readings, or none at all: somebody wrote it by hand. */
function impossible({ from, to, hours }: MeasuredDay, path: string, fix: string): Problem[] {
  const between = (Date.parse(to) - Date.parse(from)) / 3_600_000;
  if (hours <= between + HOURS_ROUNDED) return [];
  const allowed = `at most the ${between.toFixed(2)} h from ${from} to ${to}`;
  return [{ path: `${path}.hours`, given: `${hours}`, allowed, fix }];
}

/** They are kept with two digits. */
const HOURS_ROUNDED = 0.005;

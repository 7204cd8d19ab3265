import { z } from "zod";
import { daysOf } from "../core/economics/demand";
import type { Usage } from "../core/economics/usage";
import { InputError, type Problem } from "../core/errors";
import { schemaNode } from "./schema-walk";
import { userFile } from "./user-file";
import { parseUserJson } from "./user-json";
import { zodProblems } from "./zod-problems";

/** `usage/<name>.json`: what was asked of models, written by `homeport usage record` or by hand for what is planned. */

/** More than all models of the world are asked in years; sums and products of it stay numbers. */
const MOST = 1e15;
const count = (text: string) =>
  z.number().min(0).max(MOST).meta({ description: text, allowed: "a number from 0 to 1e15" });
/** It becomes a row of a table. */
const line = z.string().regex(/^[^\n\r\t]*$/);
const share = (text: string) => z.number().min(0).max(1).meta({ description: text, allowed: "a share from 0 to 1" });
const Day = z.iso.date().meta({ allowed: "a day like 2026-11-22", examples: ["2026-11-22"] });

const WorkloadSchema = z.strictObject({
  name: line
    .min(1)
    .max(200)
    .meta({ description: "Model, policy or task.", allowed: "a name on one line", examples: ["chat"] }),
  requests: count("Requests of the period.").meta({ examples: [120000] }),
  inputTokens: count("All input tokens of the period, cached and cache-written ones among them."),
  cachedInputTokens: count("Of these, those that a provider's cache answered.").default(0),
  cacheWriteTokens: count("Of these, those written to a provider's cache at a price of its own.").optional(),
  outputTokens: count("Output tokens of the period, reasoning tokens among them."),
  longContext: z
    .array(
      z.strictObject({
        aboveTokens: count("Input length from which a request is long."),
        inputTokens: count("All input tokens of longer requests."),
        cachedInputTokens: count("Of these, those that a provider's cache answered.").optional(),
        cacheWriteTokens: count("Of these, those written to a provider's cache.").optional(),
        outputTokens: count("Their output tokens."),
      }),
    )
    .optional()
    .meta({
      description: "Requests long enough for some providers' higher price, for each length where one begins.",
      allowed: "a list",
    }),
  peakToAverage: z
    .number()
    .min(1)
    .max(10_000)
    .meta({
      description: "Output tokens of the busiest hour over those of the average hour.",
      allowed: "a number from 1 to 10000",
      examples: [3],
    }),
  batchShare: share("Share of requests that go to a batch API: they may wait up to a day.").default(0),
  hourShares: z
    .array(z.number().min(0).max(1))
    .length(24)
    .optional()
    .meta({ description: "Output tokens by hour of the day in UTC, as shares.", allowed: "24 shares that sum to 1" }),
  requestsByWeek: z
    .strictObject({ p10: count("Of a quiet week."), p50: count("Of a middling week."), p90: count("Of a busy week.") })
    .optional()
    .meta({ description: "Requests of seven days, as percentiles of all spans of seven days in the period." }),
});

export const UsageFileSchema = z.strictObject({
  $schema: z.string().optional().meta({ description: "For editors." }),
  from: Day.meta({ description: "First day in UTC." }),
  to: Day.meta({ description: "Last day in UTC." }),
  hours: z.number().min(1).optional().meta({
    description: "Hours from the first request to the last. Default: all hours of the days.",
    allowed: "hours, 1 or more",
  }),
  source: line.min(1).meta({ description: "Which logs, or `assumed`.", allowed: "text", examples: ["assumed"] }),
  remarks: z
    .array(line.meta({ allowed: "text on one line" }))
    .default([])
    .meta({ description: "What the numbers do not say." }),
  workloads: z.array(WorkloadSchema).min(1).meta({ allowed: "a list with at least one workload" }),
});
export type UsageFile = z.infer<typeof UsageFileSchema>;

const NODE = schemaNode(UsageFileSchema);
const FIX = "correct it as stacks/usage.schema.json describes, or record it again: homeport usage record";

/** Reads a usage file; `label` is how the user named it. Throws with every problem at once. */
export function readUsageFile(path: string, label = path): UsageFile {
  const bytes = userFile(path, label);
  if (bytes === undefined)
    throw new InputError([
      {
        path: label,
        given: "no such file",
        allowed: "a usage file",
        fix: "correct the path, or write one: homeport usage record <logs> --out usage/<name>.json",
      },
    ]);
  return parseUsageFile(label, bytes);
}

export function parseUsageFile(label: string, bytes: Uint8Array): UsageFile {
  const json = parseUserJson(label, bytes, "a usage file in JSON", FIX);
  if ("problems" in json) throw new InputError(json.problems);
  const parsed = UsageFileSchema.safeParse(json.value);
  if (!parsed.success) {
    const source = {
      raw: json.value,
      schema: NODE,
      prefix: `${label}#`,
      masked: () => false,
      fix: FIX,
      handwritten: true,
    };
    throw new InputError(zodProblems(parsed.error, source));
  }
  const problems = sumProblems(label, parsed.data);
  if (problems.length > 0) throw new InputError(problems);
  return parsed.data;
}

/** What a schema cannot say: parts are no more than the whole. */
export function sumProblems(label: string, usage: Usage): Problem[] {
  const problems: Problem[] = [];
  const problem = (path: string, given: string, allowed: string) =>
    problems.push({ path: `${label}#${path}`, given, allowed, fix: FIX });
  if (usage.from > usage.to) problem("to", usage.to, `${usage.from} (from) or later`);
  const most = 24 * daysOf({ from: usage.from, to: usage.to });
  if (most > 0 && (usage.hours ?? 0) > most) problem("hours", `${usage.hours}`, `at most ${most}, those of its days`);
  usage.workloads.forEach((one, i) => {
    const at = `workloads[${i}]`;
    const cached = one.cachedInputTokens + (one.cacheWriteTokens ?? 0);
    if (cached > one.inputTokens)
      problem(`${at}.cachedInputTokens`, `${cached} with cacheWriteTokens`, `at most inputTokens, ${one.inputTokens}`);
    if (one.requests === 0 && one.inputTokens + one.outputTokens > 0)
      problem(`${at}.requests`, "0", "more than 0 where there are tokens");
    const shares = one.hourShares?.reduce((sum, each) => sum + each, 0) ?? 1;
    if (Math.abs(shares - 1) > 1e-3) problem(`${at}.hourShares`, `a sum of ${shares.toFixed(3)}`, "a sum of 1");
    const usualPeak = 24 * Math.max(...(one.hourShares ?? [0]));
    if (one.peakToAverage < usualPeak * (1 - 1e-3))
      problem(
        `${at}.peakToAverage`,
        `${one.peakToAverage}`,
        `at least ${usualPeak.toFixed(2)}, the peak of hourShares`,
      );
    one.longContext?.forEach((long, j) => {
      const parts = (long.cachedInputTokens ?? 0) + (long.cacheWriteTokens ?? 0);
      if (parts > long.inputTokens || long.inputTokens > one.inputTokens || long.outputTokens > one.outputTokens)
        problem(
          `${at}.longContext[${j}]`,
          "more than the whole",
          "no more than the workload's tokens, its cache included",
        );
    });
    const { p10, p50, p90 } = one.requestsByWeek ?? { p10: 0, p50: 0, p90: 0 };
    if (p10 > p50 || p50 > p90) problem(`${at}.requestsByWeek`, `${p10}, ${p50}, ${p90}`, "p10 ≤ p50 ≤ p90");
    if (usage.workloads.findIndex(({ name }) => name === one.name) < i)
      problem(`${at}.name`, one.name, "each name once");
  });
  return problems;
}

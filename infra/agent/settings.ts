import type { z } from "zod";
import { InputError } from "../core/errors";

/** The verb's settings from the environment variable AGENT_CONFIG. Throws one `InputError` with everything wrong. */
export function parseSettings<T extends z.ZodType>(schema: T, text: string | undefined): z.infer<T> {
  const fix = "render it from the chart's values";
  if (!text) throw new InputError([{ path: "AGENT_CONFIG", allowed: "the settings as JSON", fix }]);
  const parsed = schema.safeParse(parseJson(text, fix));
  if (parsed.success) return parsed.data;
  throw new InputError(
    parsed.error.issues.map((issue) => ({
      path: ["AGENT_CONFIG", ...issue.path.map(String)].join("."),
      allowed: issue.message,
      fix,
    })),
  );
}

function parseJson(text: string, fix: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new InputError([{ path: "AGENT_CONFIG", given: "not valid JSON", allowed: "the settings as JSON", fix }]);
  }
}

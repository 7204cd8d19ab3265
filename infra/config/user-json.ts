import type { Problem } from "../core/errors";
import { type Parsed, positionOf, problemAt, userText, valueProblems } from "./user-text";

/** Levels that our JSON files have, and many more; the walks over a value recurse. */
const LEVELS = 100;

/** Any JSON file that people write or carry, with every problem of its text and form; `allowed`: what belongs there. */
export function parseUserJson(file: string, bytes: Uint8Array, allowed: string, fix: string): Parsed {
  const read = userText(file, bytes);
  if ("problems" in read) return read;
  const { text } = read;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const given = text.trim() === "" ? "empty" : error instanceof Error ? error.message : "not JSON";
    return { problems: [{ path: file, given, allowed, fix }] };
  }
  const form = formProblems(file, text);
  const problems = form.length > 0 ? form : valueProblems(file, value);
  return problems.length > 0 ? { problems } : { value };
}

/** Of a key that stands twice, JSON.parse takes the last without a word. `text` is valid JSON. */
function formProblems(file: string, text: string): Problem[] {
  const problems: Problem[] = [];
  const report = (at: number, given: string, allowed: string, fix: string) =>
    problems.push(problemAt(file, positionOf(text, at), given, allowed, fix));
  const open: Set<string>[] = [];
  let inText = false;
  let from = 0;
  let to = 0;
  for (const { 0: mark, index } of text.matchAll(/\\.|["{}[\]:]/g)) {
    if (mark === '"') {
      if (inText) to = index + 1;
      else from = index;
      inText = !inText;
    } else if (inText) continue;
    else if (mark === "{" || mark === "[") {
      open.push(new Set());
      if (open.length <= LEVELS) continue;
      report(index, "nested too deep", `at most ${LEVELS} levels`, "flatten it");
      return problems;
    } else if (mark === ":") {
      const key = JSON.parse(text.slice(from, to)) as string;
      if (open.at(-1)?.has(key)) report(from, "a key for the second time", "each key once", "remove one of the two");
      open.at(-1)?.add(key);
    } else open.pop();
  }
  return problems;
}

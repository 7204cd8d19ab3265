import type { Problem } from "../core/errors";
import { printGiven, printPath } from "./paths";
import { unprintable } from "./printable";

/** What every file that people write keeps to, in YAML and JSON: parsers and terminals differ in the rest. */

export type Parsed = { value: unknown } | { problems: Problem[] };

export const problemAt = (
  file: string,
  { line, col }: { line: number; col: number },
  given: string,
  allowed: string,
  fix: string,
): Problem => ({ path: `${file}:${line}:${col}`, given, allowed, fix });

export const positionOf = (text: string, offset: number): { line: number; col: number } => {
  const before = text.slice(0, offset);
  return { line: before.split("\n").length, col: offset - before.lastIndexOf("\n") };
};

const START = { line: 1, col: 1 };

/** The text, or what must be refused before a parser sees it. */
export function userText(file: string, bytes: Uint8Array): { text: string } | { problems: Problem[] } {
  const refused = (at: { line: number; col: number }, given: string, allowed: string, fix: string) => ({
    problems: [problemAt(file, at, given, allowed, fix)],
  });
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return refused(START, "not UTF-8", "text in UTF-8", "save the file as UTF-8");
  }
  if (text.startsWith("\ufeff"))
    return refused(START, "a byte order mark", "UTF-8 without one", "save the file without it");
  const found = unprintable(text);
  if (found === undefined) return { text };
  const { index, code } = found;
  return refused(positionOf(text, index), `the control character ${code}`, "printable text", "remove it");
}

/** What escapes (`"\e[2J"`) hide from the text's own check, and the key that would change what objects are. */
export function valueProblems(file: string, value: unknown): Problem[] {
  const problems: Problem[] = [];
  const walk = (inner: unknown, path: readonly PropertyKey[]): void => {
    if (typeof inner === "string" && unprintable(inner))
      problems.push({
        path: `${file}#${printPath(path)}`,
        given: printGiven(inner),
        allowed: "text without control characters",
        fix: "remove the escapes",
      });
    if (inner === null || typeof inner !== "object") return;
    for (const [key, one] of Object.entries(inner)) {
      const at = [...path, Array.isArray(inner) ? Number(key) : key];
      if (key.split(":").at(-1) === "__proto__" || unprintable(key))
        problems.push({ path: `${file}#${printPath(at)}`, given: "a key", allowed: "plain keys", fix: "remove it" });
      else walk(one, at);
    }
  };
  walk(value, []);
  return problems;
}

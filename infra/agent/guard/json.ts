import { RequestProblem } from "./problem";

/** Deep enough for any JSON schema in a tool; recursive code behind us stays far from its stack limit. */
const MAX_DEPTH = 64;

/**
 * The body as JSON: valid, not too deep, finite numbers, well-formed text. Repeated keys are harmless: the last one is
 * checked, and what the engine gets is written anew from it.
 */
export function parseJson(bytes: Buffer): unknown {
  const text = bytes.toString("utf8");
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new RequestProblem(400, "invalid_json", "the body is not valid JSON");
  }
  // Half a surrogate pair makes tokenizers throw; in UTF-8 it can only be written as an escape, so most bodies skip this.
  checkTree(value, /\\u[dD]/.test(text) ? checkText : () => {});
  return value;
}

/** Level by level, not recursive: a body may hold a hundred thousand brackets. */
function checkTree(root: unknown, checkString: (text: string) => void): void {
  let level: unknown[] = [root];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_DEPTH) throw new RequestProblem(400, "too_deep", `the body is nested deeper than ${MAX_DEPTH}`);
    const next: unknown[] = [];
    for (const value of level) {
      if (typeof value === "string") checkString(value);
      else if (typeof value === "number") checkNumber(value);
      else if (Array.isArray(value)) for (const item of value) next.push(item);
      else if (value !== null && typeof value === "object") {
        for (const [key, item] of Object.entries(value)) {
          checkString(key);
          next.push(item);
        }
      }
    }
    level = next;
  }
}

function checkText(text: string): void {
  if (/\p{Surrogate}/u.test(text)) throw new RequestProblem(400, "invalid_text", "the body holds broken Unicode");
}

/** `1e999` is valid JSON and parses to Infinity. */
function checkNumber(value: number): void {
  if (!Number.isFinite(value)) throw new RequestProblem(400, "invalid_number", "a number is out of range");
}

/** `["models", "chat", "previous", 0]` as the user would write it: `models.chat.previous[0]`. */
export const printPath = (path: readonly PropertyKey[]): string =>
  path.reduce<string>((text, key) => {
    if (typeof key === "number") return `${text}[${key}]`;
    const name = /^[A-Za-z0-9_$-]+$/.test(String(key)) ? String(key) : quote(String(key));
    return text === "" ? name : `${text}.${name}`;
  }, "");

const LONGEST = 60;

/** Text in quotes on one line: control and non-ASCII characters escaped, long text cut. */
function quote(text: string): string {
  const cut = text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
  const safe = cut.replace(/[^\x20-\x7e…]/g, (c) => `\\u{${c.codePointAt(0)?.toString(16)}}`);
  return `'${safe}'${text.length > LONGEST ? ` (${text.length} characters)` : ""}`;
}

/** A value as an error shows it: short, on one line, without what is inside maps and lists. */
export function printGiven(value: unknown): string {
  if (value === undefined) return "missing";
  if (typeof value === "string") return quote(value);
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (value !== null && typeof value === "object") return "a map";
  return String(value);
}

export function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  let value = root;
  for (const key of path) {
    if (value === null || typeof value !== "object" || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<PropertyKey, unknown>)[key];
  }
  return value;
}

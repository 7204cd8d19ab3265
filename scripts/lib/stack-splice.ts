import {
  isCollection,
  isMap,
  isScalar,
  isSeq,
  type Pair,
  parseDocument,
  stringify,
  type YAMLMap,
  type YAMLSeq,
} from "yaml";

/** Changes of a YAML file by the character: the document says where a value stands, the text is changed there. */

/** One change below `config:`; `value: undefined` removes the key. */
export interface Edit {
  path: readonly string[];
  value: unknown;
  /** Written behind a new entry, without the `#`. */
  comment?: string;
  /** Sibling that a new entry follows; default: the last one. */
  after?: readonly string[];
}

/** What a node says. */
export const plain = (node: unknown): unknown =>
  isCollection(node) || isScalar(node) ? (node.toJSON() as unknown) : node;

const flow = (value: unknown): string =>
  stringify(value, { collectionStyle: "flow", lineWidth: 0, flowCollectionPadding: !Array.isArray(value) }).trimEnd();

/** The edit as a change of single lines, or undefined where the file's style does not allow that. */
export function spliced(text: string, { path, value, comment, after = [] }: Edit): string | undefined {
  const doc = parseDocument(text);
  const key = path[path.length - 1]!;
  const above = path.slice(0, -1);
  const parent = doc.getIn(["config", ...above], true);
  if (parent === undefined && above.length > 0 && value !== undefined)
    return spliced(text, { path: above, value: { [key]: value }, comment });
  if (!isMap(parent)) return undefined;
  if (parent.items.length === 0) return firstEntry(text, parent, { [key]: value }, comment);
  const pair = pairOf(parent, key);
  if (pair && value !== undefined) {
    if (isSeq(pair.value) && !pair.value.flow && Array.isArray(value)) return listLines(text, pair.value, value);
    const [start, end] = rangeOf(pair.value) ?? [0, 0];
    const old = text.slice(start, end);
    if (old === "" || old.includes("\n")) return undefined;
    return text.slice(0, start) + flow(value) + text.slice(end);
  }
  if (parent.flow) return value === undefined ? undefined : flowEntry(text, parent, `${key}: ${flow(value)}`, comment);
  if (pair) {
    if (parent.items.length === 1) return undefined;
    const from = text.lastIndexOf("\n", rangeOf(pair.key)![0]) + 1;
    return text.slice(0, from) + text.slice(lineEnd(text, contentEnd(text, pair)) + 1);
  }
  const sibling = after.map((name) => pairOf(parent, name)).find((p) => p !== undefined) ?? parent.items.at(-1)!;
  const first = rangeOf(parent.items[0]!.key)![0];
  const indent = text.slice(text.lastIndexOf("\n", first - 1) + 1, first);
  if (indent.trim() !== "") return undefined;
  const newline = text.includes("\r\n") ? "\r\n" : "\n";
  const lines = stringify({ [key]: value }, (_, v: unknown) => v, { lineWidth: 0 })
    .trimEnd()
    .split("\n");
  const entry = Array.isArray(value) || isStep(value) ? [`${key}: ${flow(value)}`] : lines;
  const note = comment === undefined ? "" : `   # ${comment}`;
  let end = lineEnd(text, contentEnd(text, sibling));
  if (text[end - 1] === "\r") end -= 1;
  return text.slice(0, end) + entry.map((line) => newline + indent + line).join("") + note + text.slice(end);
}

/** An entry behind the last one of a map in braces. */
function flowEntry(text: string, map: YAMLMap, entry: string, comment: string | undefined): string | undefined {
  const end = rangeOf(map.items.at(-1)?.value)?.[1];
  return end === undefined ? undefined : withinLine(text, end, end, `, ${entry}`, comment);
}

/** Other text in one line, and a comment at its end where there is none yet. */
function withinLine(text: string, start: number, end: number, now: string, comment: string | undefined): string {
  const rest = text.slice(end, lineEnd(text, end)).trimEnd();
  const note = comment === undefined || rest.includes("#") ? "" : `   # ${comment}`;
  return text.slice(0, start) + now + rest + note + text.slice(end + rest.length);
}

/** The first entry of an empty map `{}`: on lines of its own below its key, or between the braces of a map in braces. */
function firstEntry(text: string, map: YAMLMap, entry: object, comment: string | undefined): string | undefined {
  const [start, end] = rangeOf(map) ?? [0, 0];
  if (text.slice(start, end) !== "{}") return undefined;
  const head = text.slice(text.lastIndexOf("\n", start - 1) + 1, start);
  if (!/^ *[^{[]*: *$/.test(head)) return withinLine(text, start, end, flow(entry), comment);
  const newline = text.includes("\r\n") ? "\r\n" : "\n";
  const indent = `${/^ */.exec(head)?.[0]}  `;
  const below = stringify(entry, { lineWidth: 0 }).trimEnd().split("\n");
  const note = comment === undefined ? "" : `   # ${comment}`;
  const rest = text.slice(end, lineEnd(text, end)).trimEnd();
  const lines = below.map((one) => newline + indent + one).join("");
  return text.slice(0, start).trimEnd() + rest + lines + note + text.slice(end + rest.length);
}

/** A list with an item a line: those that stay keep their lines and comments, new ones are written as their neighbours. */
function listLines(text: string, list: YAMLSeq, value: readonly unknown[]): string | undefined {
  const ranges = list.items.map(rangeOf);
  const first = ranges[0];
  const last = ranges.at(-1);
  if (first === undefined || last === undefined || value.length === 0) return undefined;
  const from = text.lastIndexOf("\n", first[0]) + 1;
  const to = lineEnd(text, last[1] - (text[last[1] - 1] === "\n" ? 1 : 0));
  const lines = text.slice(from, to).split("\n");
  if (lines.length !== list.items.length) return undefined;
  const dash = /^\s*- /.exec(lines[0] ?? "")?.[0];
  const ending = text.includes("\r\n") ? "\r" : "";
  if (dash === undefined) return undefined;
  const kept = (one: unknown) => lines[list.items.findIndex((item) => plain(item) === one)]?.replace(/\r$/, "");
  const next = value.map((one) => kept(one) ?? dash + flow(one)).join(`${ending}\n`);
  return text.slice(0, from) + next + (text[to - 1] === "\r" ? "\r" : "") + text.slice(to);
}

/** The candidate is small and of a fixed shape: one line, as the documentation writes it. */
const isStep = (value: unknown): boolean => typeof value === "object" && value !== null && "step" in value;

const pairOf = (map: YAMLMap, key: string): Pair | undefined =>
  map.items.find((p) => (isScalar(p.key) ? p.key.value : p.key) === key);

/** Where a node starts and where its value ends, as offsets into the text. */
const rangeOf = (node: unknown): [number, number] | undefined => {
  const range = (node as { range?: [number, number, number] | null } | null)?.range;
  return range ? [range[0], range[1]] : undefined;
};

/** Offset of the last character of a pair's value, comments on its line not counted. */
function contentEnd(text: string, pair: Pair): number {
  const end = (rangeOf(pair.value) ?? rangeOf(pair.key)!)[1];
  return text[end - 1] === "\n" ? end - 1 : end;
}

const lineEnd = (text: string, from: number): number => {
  const at = text.indexOf("\n", from);
  return at === -1 ? text.length : at;
};

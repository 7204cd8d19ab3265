import { isDeepStrictEqual } from "node:util";
import {
  type Document,
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
import { InputError, OperationError } from "../../infra/core/errors";
import type { Pointers } from "../../infra/core/pointers";

/** One change below `config:`; `value: undefined` removes the key. */
interface Edit {
  path: readonly string[];
  value: unknown;
  /** Written behind a new entry, without the `#`. */
  comment?: string;
  /** Sibling that a new entry follows; default: the last one. */
  after?: readonly string[];
}

const MODELS = "homeport:models";

/** The stack file's text with a model's pointers; every other line keeps its bytes. */
export function withPointers(text: string, model: string, pointers: Pointers, file: string): string {
  const at = (...keys: string[]) => [MODELS, model, ...keys];
  const edits: Edit[] = [
    { path: at("live"), value: pointers.live },
    { path: at("previous"), value: [...pointers.previous], after: ["live"] },
    { path: at("candidate"), value: pointers.candidate, after: ["previous", "live"] },
    ...withdrawnEdits(text, model, pointers.withdrawn, file),
    { path: at("generation"), value: pointers.generation, after: ["withdrawn", "candidate", "previous", "live"] },
  ];
  return edits.reduce((now, edit) => edited(now, edit, file), text);
}

/** The stack file's text with one more pinned release; the first release of a model goes live. */
export function withRelease(
  text: string,
  model: string,
  name: string,
  id: string,
  comment: string,
  file: string,
): string {
  const doc = parsed(text, file);
  const path = [MODELS, model];
  const has = (...keys: string[]) => doc.getIn(["config", ...path, ...keys]) !== undefined;
  const edits: Edit[] = has("live") ? [] : [{ path: [...path, "live"], value: name }];
  return [...edits, { path: [...path, "releases", name], value: id, comment }].reduce(
    (now, edit) => edited(now, edit, file),
    text,
  );
}

function withdrawnEdits(text: string, model: string, withdrawn: Pointers["withdrawn"], file: string): Edit[] {
  const path = [MODELS, model, "withdrawn"];
  const node = parsed(text, file).getIn(["config", ...path], true);
  const before = isMap(node) ? (node.toJSON() as Record<string, string>) : {};
  if (isDeepStrictEqual(before, { ...withdrawn })) return [];
  const after = ["candidate", "previous", "live"];
  // The last reason takes its key along: an empty map would be one more line that says nothing.
  if (Object.keys(withdrawn).length === 0) return [{ path, value: undefined, after }];
  const gone = Object.keys(before).filter((name) => !(name in withdrawn));
  if (!isMap(node) || node.flow) return [{ path, value: { ...withdrawn }, after }];
  const added = Object.entries(withdrawn).filter(([name, reason]) => before[name] !== reason);
  // New ones first, so that a line is never the map's last when it goes.
  return [
    ...added.map(([name, reason]) => ({ path: [...path, name], value: reason })),
    ...gone.map((name) => ({ path: [...path, name], value: undefined })),
  ];
}

/** The text as a YAML document, or every syntax error with line and column. */
function parsed(text: string, file: string): Document.Parsed {
  const doc = parseDocument(text);
  if (doc.errors.length > 0)
    throw new InputError(
      doc.errors.map((e) => ({
        path: `${file}:${e.linePos?.[0].line ?? 1}:${e.linePos?.[0].col ?? 1}`,
        allowed: "valid YAML",
        fix: e.message.split("\n")[0]!.replace(/ at line .*$/, ""),
      })),
    );
  return doc;
}

function edited(text: string, edit: Edit, file: string): string {
  const doc = parsed(text, file);
  const path = ["config", ...edit.path];
  const current = doc.getIn(path, true);
  const isEmptyList = Array.isArray(edit.value) && edit.value.length === 0;
  if (isDeepStrictEqual(plain(current), edit.value) || (current === undefined && isEmptyList)) return text;
  const expected = withValue(doc.toJS(), path, edit.value);
  const says = (candidate: string | undefined): candidate is string =>
    candidate !== undefined && isDeepStrictEqual(parseDocument(candidate).toJS({ maxAliasCount: 100 }), expected);
  // A splice touches one line; only where the file's style does not allow it is the document written anew.
  for (const attempt of [spliced, restringified]) {
    const candidate = attempt(text, edit);
    if (says(candidate)) return candidate;
  }
  throw new OperationError(
    `${file} is written in a way that cannot be edited safely at ${edit.path.join(".")} (an anchor or a merge key?)`,
    `set it by hand to ${JSON.stringify(edit.value)}`,
  );
}

const plain = (node: unknown): unknown => (isCollection(node) || isScalar(node) ? (node.toJSON() as unknown) : node);

/** `root` with `value` at `path`, missing maps in between made; the order of keys does not matter for the comparison. */
function withValue(root: unknown, path: readonly string[], value: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  const map = (root ?? {}) as Record<string, unknown>;
  const { [key]: old, ...others } = map;
  const next = withValue(old, rest, value);
  return next === undefined ? others : { ...others, [key]: next };
}

const flow = (value: unknown): string =>
  stringify(value, { collectionStyle: "flow", lineWidth: 0, flowCollectionPadding: !Array.isArray(value) }).trimEnd();

/** The edit as a change of single lines, or undefined where the file's style does not allow that. */
function spliced(text: string, { path, value, comment, after = [] }: Edit): string | undefined {
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

/** The edit through the YAML document: comments and order survive, spacing may not. */
function restringified(text: string, { path, value, comment }: Edit): string | undefined {
  const doc = parseDocument(text);
  const full = ["config", ...path];
  const node = doc.getIn(full, true);
  if (value === undefined) doc.deleteIn(full);
  else if (isSeq(node) && Array.isArray(value))
    node.items = value.map((v) => node.items.find((item) => plain(item) === v) ?? doc.createNode(v));
  else {
    const fresh = doc.createNode(value);
    if (comment !== undefined) fresh.comment = ` ${comment}`;
    doc.setIn(full, fresh);
  }
  const out = stringOf(doc);
  return out !== undefined && text.includes("\r\n") ? out.replace(/\r?\n/g, "\r\n") : out;
}

function stringOf(doc: Document): string | undefined {
  try {
    return doc.toString({ lineWidth: 0 });
  } catch {
    return undefined; // an alias whose anchor the edit took away
  }
}

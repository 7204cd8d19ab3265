import { isDeepStrictEqual } from "node:util";
import { type Document, isMap, isSeq, parseDocument } from "yaml";
import { InputError, OperationError } from "../../infra/core/errors";
import type { Pointers } from "../../infra/core/pointers";
import { type Edit, plain, spliced } from "./stack-splice";

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

/** `root` with `value` at `path`, missing maps in between made; the order of keys does not matter for the comparison. */
function withValue(root: unknown, path: readonly string[], value: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  const map = (root ?? {}) as Record<string, unknown>;
  const { [key]: old, ...others } = map;
  const next = withValue(old, rest, value);
  return next === undefined ? others : { ...others, [key]: next };
}

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

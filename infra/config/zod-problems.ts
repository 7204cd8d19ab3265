import { stringify } from "yaml";
import type { z } from "zod";
import { nearest } from "../core/did-you-mean";
import type { Problem } from "../core/errors";
import { printGiven, printPath, valueAt } from "./paths";
import { nodeAt, type SchemaNode } from "./schema-walk";

/** Zod's issues in the words of the user's file. */

export interface Source {
  /** What was parsed; the offending value is looked up in it. */
  raw: unknown;
  schema: SchemaNode;
  /** Put before each path: empty for a stack file, `stacks/releases/chat/r1.json#` for a release file. */
  prefix: string;
  /** Values of this top-level key must not be printed: parts of it were encrypted. */
  masked: (path: readonly PropertyKey[]) => boolean;
  /** What to do when neither a default nor an example says it better. */
  fix: string;
  /** Whether the user writes this file, so that a default or an example helps. */
  handwritten: boolean;
}

/** A value as one line of YAML. */
const inline = (value: unknown): string =>
  stringify(value, { collectionStyle: "flow", lineWidth: 0, flowCollectionPadding: true }).trim();

const KINDS: Record<string, string> = {
  object: "a map",
  array: "a list",
  string: "text",
  boolean: "true or false",
  integer: "a whole number",
  number: "a number",
};

function allowedText(node: SchemaNode | undefined): string {
  if (node?.allowed) return node.allowed;
  if (node?.enum) return `one of ${node.enum.join(", ")}`;
  const kind = KINDS[node?.type ?? ""] ?? "a value of this schema";
  if (node?.type === "object" && node.properties)
    return `${kind} with the keys ${Object.keys(node.properties).join(", ")}`;
  if (node?.type === "array" && node.items?.enum) return `a list of ${node.items.enum.join(", ")}`;
  return kind;
}

function oneOf(given: unknown, known: readonly unknown[]): string {
  const meant = typeof given === "string" ? nearest(given, known.map(String)) : undefined;
  return meant === undefined ? "write one of these" : `did you mean \`${meant}\`?`;
}

function fixText(key: PropertyKey | undefined, node: SchemaNode | undefined, given: unknown, source: Source): string {
  const sample = node?.examples?.[0] ?? (typeof node?.default === "object" ? undefined : node?.default);
  if (!source.handwritten) return source.fix;
  if (sample === undefined) return node?.enum ? oneOf(given, node.enum) : source.fix;
  if (typeof key !== "string") return `write for example \`${inline(sample)}\``;
  const kind = node?.examples?.[0] === undefined ? " (the default)" : "";
  return `${given === undefined ? "add" : "write for example"} \`${key}: ${inline(sample)}\`${kind}`;
}

function unknownKey(path: readonly PropertyKey[], key: string, source: Source): Problem {
  const known = Object.keys(nodeAt(source.schema, path)?.properties ?? {});
  const meant = nearest(key, known);
  return {
    path: source.prefix + printPath([...path, key]),
    given: "unknown key",
    allowed: `known here: ${known.join(", ")}`,
    fix: meant ? `did you mean \`${meant}\`?` : "remove it",
  };
}

function wrongKey(path: readonly PropertyKey[], source: Source): Problem {
  const key = path.at(-1);
  return {
    path: source.prefix + printPath(path.slice(0, -1)),
    given: printGiven(key),
    allowed: allowedText(nodeAt(source.schema, path.slice(0, -1))?.propertyNames),
    fix: "rename it, here and wherever it is named",
  };
}

function wrongValue(path: readonly PropertyKey[], source: Source): Problem {
  const value = valueAt(source.raw, path);
  const node = nodeAt(source.schema, path);
  const visible = value === undefined || !source.masked(path);
  return {
    path: source.prefix + (printPath(path) || "the file"),
    ...(visible ? { given: printGiven(value) } : {}),
    allowed: allowedText(node),
    fix: fixText(path.at(-1), node, visible ? value : "", source),
  };
}

export function zodProblems(error: z.ZodError, source: Source): Problem[] {
  const problems = error.issues.flatMap((issue): Problem[] => {
    if (issue.code === "unrecognized_keys") return issue.keys.map((key) => unknownKey(issue.path, key, source));
    if (issue.code === "invalid_key") return [wrongKey(issue.path, source)];
    return [wrongValue(issue.path, source)];
  });
  // One value can break several rules of zod (format and length); the sentence is the same.
  const seen = new Set<string>();
  return problems.filter((p) => !seen.has(p.path + p.given) && seen.add(p.path + p.given));
}

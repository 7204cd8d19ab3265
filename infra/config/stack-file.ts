import { type Document, isAlias, isNode, Lexer, LineCounter, type Node, Parser, parseDocument, visit } from "yaml";
import { nearest } from "../core/did-you-mean";
import type { Problem } from "../core/errors";
import type { RawStack } from "./parse";
import { StackSchema } from "./schema";

/** The text of `stacks/Pulumi.<env>.yaml` -> its `homeport:` sections, without the Pulumi CLI and without decrypting. */

const LARGEST_BYTES = 1024 * 1024;
const LEVELS = 20;
const NAMESPACE = "homeport:";
const FILE_KEYS = ["config", "environment", "secretsprovider", "encryptionsalt", "encryptedkey"];

type Sections = Pick<RawStack, "sections">;
export type StackFileResult = Sections | { problems: Problem[] };

const problem = (file: string, where: { line: number; col: number }, given: string, allowed: string, fix: string) => ({
  path: `${file}:${where.line}:${where.col}`,
  given,
  allowed,
  fix,
});

const positionOf = (text: string, offset: number): { line: number; col: number } => {
  const before = text.slice(0, offset);
  return { line: before.split("\n").length, col: offset - before.lastIndexOf("\n") };
};

/** What must be refused before a YAML parser sees it, because parsers differ in it or are slow with it. */
function textProblem(file: string, bytes: Uint8Array): Problem | { text: string } {
  if (bytes.length > LARGEST_BYTES) {
    const size = `${(bytes.length / LARGEST_BYTES).toFixed(1)} MiB`;
    return problem(
      file,
      { line: 1, col: 1 },
      size,
      "at most 1 MiB",
      "a stack file is a few KiB; this is something else",
    );
  }
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return problem(file, { line: 1, col: 1 }, "not UTF-8", "text in UTF-8", "save the file as UTF-8");
  }
  if (text.startsWith("\ufeff"))
    return problem(file, { line: 1, col: 1 }, "a byte order mark", "UTF-8 without one", "save the file without it");
  const control = /(?![\t\n\r])\p{Cc}/u.exec(text);
  if (control) {
    const code = control[0].charCodeAt(0).toString(16).padStart(2, "0");
    return problem(
      file,
      positionOf(text, control.index),
      `the control character 0x${code}`,
      "printable text",
      "remove it",
    );
  }
  return { text };
}

const HINTS: Record<string, { allowed: string; fix: string }> = {
  TAB_AS_INDENT: { allowed: "spaces for indentation", fix: "replace the tab" },
  DUPLICATE_KEY: { allowed: "each key once", fix: "remove one of the two" },
  MULTIPLE_DOCS: { allowed: "one document", fix: "remove the `---` line and what follows" },
};

/** Anchors and aliases: nothing in a stack file needs them, and they can make a small file endless. */
function shapeProblems(file: string, document: Document.Parsed, lines: LineCounter): Problem[] {
  const problems: Problem[] = [];
  const report = (node: Node, given: string, fix: string) =>
    problems.push(problem(file, lines.linePos(node.range?.[0] ?? 0), given, "plain maps, lists and values", fix));
  visit(document, (_, node) => {
    if (!isNode(node)) return undefined;
    if (isAlias(node)) report(node, `the alias *${node.source}`, "write the value out");
    else if (node.anchor) report(node, `the anchor &${node.anchor}`, "remove it");
    return undefined;
  });
  return problems;
}

/**
 * Found with the parser that keeps its own stack, before the composer that recurses: V8 ends the whole process when it
 * has to compile a regular expression at the bottom of an exhausted stack.
 */
function depthProblem(file: string, text: string): Problem | undefined {
  const parser = new Parser();
  for (const lexeme of new Lexer().lex(text)) {
    for (const _ of parser.next(lexeme));
    if (parser.stack.length > LEVELS)
      return problem(
        file,
        positionOf(text, parser.offset),
        "nested too deep",
        `at most ${LEVELS} levels`,
        "flatten it",
      );
  }
  return undefined;
}

function parseYaml(file: string, text: string): { value: unknown } | { problems: Problem[] } {
  const tooDeep = depthProblem(file, text);
  if (tooDeep) return { problems: [tooDeep] };
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true, version: "1.2" });
  const errors = [...document.errors, ...document.warnings];
  if (errors.length > 0) {
    return {
      problems: errors.slice(0, 20).map((error) => {
        const hint = HINTS[error.code] ?? { allowed: "YAML 1.2", fix: "correct the line" };
        return problem(file, lines.linePos(error.pos[0]), error.message, hint.allowed, hint.fix);
      }),
    };
  }
  const problems = shapeProblems(file, document, lines);
  return problems.length > 0 ? { problems: problems.slice(0, 20) } : { value: document.toJS({ maxAliasCount: 0 }) };
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === "object" && !Array.isArray(value);

function unknownKey(path: string, key: string, known: readonly string[]): Problem {
  const meant = nearest(key, known);
  return {
    path,
    given: "unknown key",
    allowed: `known here: ${known.join(", ")}`,
    fix: meant ? `did you mean \`${meant}\`?` : "remove it",
  };
}

/** No namespace, or ours with a slip in it: Pulumi would pass it over in silence. */
const isMeantForUs = (key: string): boolean =>
  !key.includes(":") || nearest(key.split(":")[0] ?? "", [NAMESPACE.slice(0, -1)]) !== undefined;

/** Keys of other namespaces (`aws:region`) belong to Pulumi's providers and are left alone. */
function sectionsOf(file: string, value: unknown): StackFileResult {
  if (!isObject(value)) {
    const fix = "start from stacks/examples/minimal.yaml";
    return { problems: [{ path: file, given: "no map", allowed: "a map with the key config", fix }] };
  }
  const problems = Object.keys(value)
    .filter((key) => !FILE_KEYS.includes(key))
    .map((key) => unknownKey(`${file}#${key}`, key, FILE_KEYS));
  const sections: Record<string, unknown> = {};
  const known = Object.keys(StackSchema.shape).map((section) => NAMESPACE + section);
  if (value.config !== undefined && !isObject(value.config)) {
    const allowed = `a map with the keys ${known.join(", ")}`;
    const fix = "start from stacks/examples/minimal.yaml";
    problems.push({ path: `${file}#config`, given: Array.isArray(value.config) ? "a list" : "no map", allowed, fix });
  }
  for (const [key, section] of Object.entries(isObject(value.config) ? value.config : {})) {
    if (key.startsWith(NAMESPACE)) sections[key.slice(NAMESPACE.length)] = section;
    else if (isMeantForUs(key))
      problems.push(unknownKey(`${file}#config.${key}`, NAMESPACE + key.split(":").at(-1), known));
  }
  return problems.length > 0 ? { problems } : { sections };
}

/** Any YAML file that a user writes, with every problem of its text and form. */
export function parseUserYaml(file: string, bytes: Uint8Array): { value: unknown } | { problems: Problem[] } {
  const read = textProblem(file, bytes);
  return "text" in read ? parseYaml(file, read.text) : { problems: [read] };
}

export function parseStackFile(file: string, bytes: Uint8Array): StackFileResult {
  const parsed = parseUserYaml(file, bytes);
  return "problems" in parsed ? parsed : sectionsOf(file, parsed.value);
}

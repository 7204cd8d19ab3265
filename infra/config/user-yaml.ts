import { type Document, isAlias, isNode, Lexer, LineCounter, type Node, Parser, parseDocument, visit } from "yaml";
import type { Problem } from "../core/errors";
import { type Parsed, positionOf, problemAt, userText, valueProblems } from "./user-text";

const LARGEST_BYTES = 1024 * 1024;
const LEVELS = 20;

/** Any YAML file that people write, with every problem of its text and form. */
export function parseUserYaml(file: string, bytes: Uint8Array): Parsed {
  // Parsers are slow with it.
  if (bytes.length > LARGEST_BYTES) {
    const size = `${(bytes.length / LARGEST_BYTES).toFixed(1)} MiB`;
    const fix = "such a file is a few KiB; this is something else";
    return { problems: [problemAt(file, { line: 1, col: 1 }, size, "at most 1 MiB", fix)] };
  }
  const read = userText(file, bytes);
  return "text" in read ? parseYaml(file, read.text) : read;
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
    problems.push(problemAt(file, lines.linePos(node.range?.[0] ?? 0), given, "plain maps, lists and values", fix));
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
      return problemAt(
        file,
        positionOf(text, parser.offset),
        "nested too deep",
        `at most ${LEVELS} levels`,
        "flatten it",
      );
  }
  return undefined;
}

function parseYaml(file: string, text: string): Parsed {
  const tooDeep = depthProblem(file, text);
  if (tooDeep) return { problems: [tooDeep] };
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true, version: "1.2" });
  const errors = [...document.errors, ...document.warnings];
  if (errors.length > 0) {
    return {
      problems: errors.slice(0, 20).map((error) => {
        const hint = HINTS[error.code] ?? { allowed: "YAML 1.2", fix: "correct the line" };
        return problemAt(file, lines.linePos(error.pos[0]), error.message, hint.allowed, hint.fix);
      }),
    };
  }
  const problems = shapeProblems(file, document, lines);
  if (problems.length > 0) return { problems: problems.slice(0, 20) };
  const value: unknown = document.toJS({ maxAliasCount: 0 });
  const hidden = valueProblems(file, value);
  return hidden.length > 0 ? { problems: hidden } : { value };
}

import { createReadStream } from "node:fs";
import { pipeline, type Readable, Transform } from "node:stream";
import { createGunzip } from "node:zlib";
import { InputError } from "../../../infra/core/errors";
import { csvHeader, csvRow } from "./csv";

/** A value of a file, or `undefined` for a line that is none. */
export interface JsonValue {
  line: number;
  value?: unknown;
  /** Longer than memory shall hold. */
  tooLong?: true;
}

/** Longest line, and longest file that is one value over several lines: what is held in memory at once. */
const MOST_BYTES = 64 * 1024 * 1024;

/** `onBytes` is told how many of the file's bytes, packed ones of a `.gz`, have been read since the last time. */
export function openLog(path: string, onBytes: (bytes: number) => void = () => {}): Readable {
  if (path === "-") return process.stdin;
  const read = createReadStream(path);
  const file = pipeline(
    read,
    tapped(({ length }) => onBytes(length)),
    () => {},
  );
  // The callback is for nobody: whoever reads the end of the pipe gets its error.
  return path.endsWith(".gz")
    ? pipeline(
        file,
        createGunzip(),
        grownAtMost(path, () => read.bytesRead),
        () => {},
      )
    : file;
}

/** Logs pack to a tenth or a thirtieth; what gzip can do at most, a thousandth, is made to keep a reader busy for days. */
const MOST_GROWTH = 500;

function grownAtMost(path: string, packedBytes: () => number): Transform {
  let bytes = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      if (bytes <= MOST_BYTES || bytes <= MOST_GROWTH * packedBytes()) return done(null, chunk);
      const given = `unpacks to more than ${MOST_GROWTH} times its size`;
      const fix = "if it is one all the same, unpack it before: gunzip";
      done(new InputError([{ path, given, allowed: "a packed log", fix }]));
    },
  });
}

/** Passes bytes on, and shows them to `look` on their way. */
export const tapped = (look: (chunk: Buffer) => void): Transform =>
  new Transform({
    transform(chunk: Buffer, _encoding, done) {
      look(chunk);
      done(null, chunk);
    },
  });

/**
 * The values of a log: JSON, one a line, with or without something before it (`kubectl logs --prefix`, container
 * runtimes), or laid out over lines as exports have it, one after the other. Of an array, its elements. Of a CSV, whose
 * first line names its columns, the rows. Memory holds one value.
 */
export async function* jsonValues(stream: Readable, mostBytes = MOST_BYTES): AsyncGenerator<JsonValue> {
  let open: OpenValue | undefined;
  let mayOpen = true;
  let header: string[] | undefined;
  for await (const { count, raw } of linesOf(stream, mostBytes)) {
    // Windows marks the beginning of a file.
    const text = count === 1 ? raw?.replace(/^\uFEFF/, "") : raw;
    if (count === 1 && text !== undefined) header = csvHeader(text);
    if (header !== undefined) {
      if (count > 1 && text?.trim() !== "") yield { line: count, value: csvRow(header, text ?? "") };
    } else if (open === undefined && mayOpen && text !== undefined && OPENING.test(text))
      open = { line: count, lines: [text], length: 0 };
    else if (open !== undefined) {
      open.length += text?.length ?? Number.POSITIVE_INFINITY;
      if (text !== undefined && open.length <= mostBytes) open.lines.push(text);
      if (text === undefined || !CLOSING.test(text)) continue;
      yield* closed(open, mostBytes);
      open = undefined;
    } else {
      mayOpen = false;
      if (text === undefined) yield { line: count, tooLong: true };
      else yield* elements(count, text);
    }
  }
  if (open !== undefined) yield* closed(open, mostBytes);
}

interface OpenValue {
  line: number;
  lines: string[];
  length: number;
}

/** Brackets alone begin a value that is laid out over lines, one at the margin ends it; in a log of lines none does. */
const OPENING = /^[{[][{[\s]*$/;
const CLOSING = /^[}\]]/;

function* closed({ line, lines, length }: OpenValue, mostBytes: number): Generator<JsonValue> {
  if (length > mostBytes) yield { line, tooLong: true };
  else yield* elements(line, lines.join("\n"));
}

function* elements(line: number, text: string): Generator<JsonValue> {
  if (text.trim() === "") return;
  const value = parse(text) ?? parse(text.slice(Math.max(0, text.indexOf("{"))));
  if (Array.isArray(value)) for (const element of value) yield { line, value: element };
  else yield value === undefined ? { line } : { line, value };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Lines without their end, numbered from 1, but for empty ones; no text: too long to hold. */
async function* linesOf(stream: Readable, mostBytes: number): AsyncGenerator<{ count: number; raw?: string }> {
  stream.setEncoding("utf8");
  let pieces: string[] = [];
  let length = 0;
  let count = 1;
  const line = () => {
    const whole = length > mostBytes ? { count } : { count, raw: pieces.join("") };
    pieces = [];
    length = 0;
    return whole;
  };
  const keep = (piece: string) => {
    length += piece.length;
    if (length > mostBytes) pieces = [];
    else pieces.push(piece);
  };
  for await (const chunk of stream as AsyncIterable<string>) {
    const [first = "", ...others] = chunk.split("\n");
    keep(first);
    for (const other of others) {
      if (length > 0) yield line();
      count++;
      if (other !== "") keep(other);
    }
  }
  if (length > 0) yield line();
}

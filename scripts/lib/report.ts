import { printable, printableJson } from "../../infra/config/printable";
import { ExitCode } from "../../infra/core/errors";
import { redact } from "./redact";

const shown = (text: string): string => printable(redact(text));

/**
 * Where commands write: results to stdout, progress and problems to stderr, so that `--json` stays clean. Names and
 * messages come from files, logs and servers of others: none of them moves the cursor or colours the screen.
 */
export const terminal = {
  out: (text: string): void => void process.stdout.write(`${shown(text)}\n`),
  note: (text: string): void => void process.stderr.write(`${shown(text)}\n`),
  error: (text: string): void => void process.stderr.write(`${shown(text)}\n`),
  json: (value: unknown): void =>
    void process.stdout.write(`${printableJson(redact(JSON.stringify(value, null, 2)))}\n`),
  /** A screen that is drawn anew; nothing where nobody looks. */
  clear: (): void => void (process.stdout.isTTY && process.stdout.write("\x1b[2J\x1b[H")),
};

/**
 * A reader that left (`| head`) stops no work. A disk that is full is said and makes the command fail: what it was asked
 * for is not there.
 */
export function outliveReaders(): void {
  process.stderr.on("error", () => {});
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") return;
    terminal.error(`the result could not be written: ${error.message}; write it to a place with room`);
    process.once("exit", () => {
      process.exitCode ||= ExitCode.failed;
    });
  });
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)} s`;

/** A step of long work: prints its name with the expected time, then ✓ with the time it took or ✗. */
export async function step<T>(name: string, expectedSeconds: number | undefined, work: () => Promise<T>): Promise<T> {
  const start = Date.now();
  const expected = expectedSeconds === undefined ? "" : ` (about ${expectedSeconds} s)`;
  terminal.note(`… ${name}${expected}`);
  const ticker = setInterval(() => {
    terminal.note(`  … ${name}: ${seconds(Date.now() - start)}${timeLeft(Date.now() - start, expectedSeconds)}`);
  }, 15_000);
  try {
    const result = await work();
    terminal.note(`✓ ${name}: ${seconds(Date.now() - start)}`);
    return result;
  } catch (error) {
    terminal.note(`✗ ${name}: after ${seconds(Date.now() - start)}`);
    throw error;
  } finally {
    clearInterval(ticker);
  }
}

/** What a line of progress says of the rest; a step that is late says so instead of promising the next second. */
export function timeLeft(tookMs: number, expectedSeconds: number | undefined): string {
  if (expectedSeconds === undefined) return "";
  const left = Math.round(expectedSeconds - tookMs / 1000);
  return left > 0 ? `, about ${left} s left` : `, longer than the usual ${expectedSeconds} s`;
}

const COLUMNS = 80;

export const shortened = (text: string, width: number): string =>
  text.length <= width ? text : `${text.slice(0, width - 1)}…`;

/** Broken at spaces so that it fits a screen of 80 columns; further lines begin with `indent`. */
export function wrapped(sentence: string, indent = "  "): string {
  const lines: string[] = [];
  for (const word of sentence.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= COLUMNS) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(last === undefined ? word : `${indent}${word}`);
  }
  return lines.join("\n");
}

/**
 * Columns padded to their widest cell; those named (from 0) are flush right, as numbers are read. No colours, so it reads
 * the same in a log.
 */
export function table(rows: readonly (readonly string[])[], right: readonly number[] = []): string {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => (row[i] ?? "").length)));
  const cell = (text: string, i: number) =>
    right.includes(i) ? text.padStart(widths[i] ?? 0) : text.padEnd(widths[i] ?? 0);
  return rows.map((row) => row.map(cell).join("  ").trimEnd()).join("\n");
}

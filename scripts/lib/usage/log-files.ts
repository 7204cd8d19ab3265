import { statSync } from "node:fs";
import { InputError, type Problem } from "../../../infra/core/errors";
import { progressNotes } from "../pin/progress";
import { openLog } from "./json-values";
import type { Log } from "./recording";

const STDIN = "-";

/** The logs that a command was given. Throws with everything that is no log, would never end, or would count twice. */
export function logsOf(paths: readonly string[]): Log[] {
  const seen = new Set<string>();
  const problems = paths.flatMap((path) => problemOf(path, seen) ?? []);
  if (problems.length > 0) throw new InputError(problems);
  const onBytes = byteNotes(paths);
  return paths.map((path) => {
    let read = 0;
    const count = (bytes: number) => {
      read += bytes;
      onBytes(bytes);
    };
    const open = () => {
      // Whoever looks what a log is opens it before its reader does: what was read for that is not behind us.
      count(-read);
      return openLog(path, count);
    };
    return { label: path, open };
  });
}

/** How far the reading is; of standard input nobody knows the size. */
function byteNotes(paths: readonly string[]): (bytes: number) => void {
  const total = paths.reduce((sum, path) => sum + (path === STDIN ? 0 : statSync(path).size), 0);
  const note = progressNotes("read");
  let done = 0;
  return (bytes) => {
    done += bytes;
    note(done, total);
  };
}

/** `seen`: which file it is, whatever its name. */
function problemOf(path: string, seen: Set<string>): Problem | undefined {
  const allowed = "a log that can be read, each once";
  const info = path === STDIN ? undefined : statOf(path);
  if (info === "missing") return { path, given: "no such file", allowed, fix: "check its path" };
  if (info?.isDirectory()) return { path, given: "a directory", allowed, fix: `name its files: ${path}/*` };
  if (info !== undefined && !info.isFile())
    return { path, given: "a pipe or a device", allowed, fix: `pipe it in and name it ${STDIN}` };
  const identity = info === undefined ? STDIN : `${info.dev}:${info.ino}`;
  if (seen.has(identity)) return { path, given: "twice", allowed, fix: "its requests would count twice" };
  seen.add(identity);
  return undefined;
}

function statOf(path: string) {
  try {
    return statSync(path);
  } catch {
    return "missing";
  }
}

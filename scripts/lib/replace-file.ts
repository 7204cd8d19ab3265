import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { OperationError } from "../../infra/core/errors";

/**
 * Replaces a file in one step, unless somebody changed it since `expected` was read; `undefined`: it must not exist. Makes
 * its folder.
 */
export function replaceFile(path: string, expected: string | undefined, next: string): void {
  try {
    replace(path, expected, next);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new OperationError(`${path} cannot be written: ${REASONS[code] ?? code}`, "nothing was changed", {
      cause: error,
    });
  }
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: "no permission",
  EPERM: "no permission",
  EROFS: "the disk is read-only",
  ENOSPC: "the disk is full",
  ENOTDIR: "a file stands where its folder would be",
  EEXIST: "a file stands where its folder would be",
};

function replace(path: string, expected: string | undefined, next: string): void {
  const target = expected === undefined ? path : realpathSync(path); // a link stays a link
  mkdirSync(dirname(target), { recursive: true });
  const temporary = join(dirname(target), `.${basename(target)}.${process.pid}.tmp`);
  // A file of that name is not ours: a link there would be written through.
  const file = openSync(temporary, "wx", expected === undefined ? 0o644 : statSync(target).mode);
  try {
    try {
      writeFileSync(file, next); // all of it: writeSync may stop short on a disk that fills up
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    if (currentText(target) !== expected)
      throw new OperationError(
        `${path} was changed by someone else meanwhile`,
        "nothing was written; run the command again",
      );
    renameSync(temporary, target);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

function currentText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

import {
  closeSync,
  fsyncSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { OperationError } from "../../infra/core/errors";

/** Replaces a file in one step, unless somebody changed it since `expected` was read; `undefined`: it must not exist. */
export function replaceFile(path: string, expected: string | undefined, next: string): void {
  const target = expected === undefined ? path : realpathSync(path); // a link stays a link
  const temporary = join(dirname(target), `.${basename(target)}.${process.pid}.tmp`);
  const file = openSync(temporary, "w", expected === undefined ? 0o644 : statSync(target).mode);
  try {
    writeSync(file, next);
    fsyncSync(file);
    closeSync(file);
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

import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";
import { InputError } from "../core/errors";

/** Files that people write or name are opened here: what is no plain file would never end, or never begin. */

const MIB = 1024 * 1024;
const MOST_MIB = 16;

const REASONS: Readonly<Record<string, string>> = {
  EACCES: "may not be read by you",
  EPERM: "may not be read by you",
  ELOOP: "a link that leads back to itself",
  ENAMETOOLONG: "a name that is too long",
};

/** All bytes; `undefined` where nothing lies, as behind a broken link. `label`: as the user knows it. */
export function userFile(path: string, label = path): Buffer | undefined {
  let file: number | undefined;
  try {
    // Without waiting: a named pipe opens only when somebody writes.
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const info = fstatSync(file);
    if (info.isDirectory()) throw refused(label, "a directory");
    if (!info.isFile()) throw refused(label, "a pipe or a device");
    if (info.size > MOST_MIB * MIB) throw refused(label, `${Math.ceil(info.size / MIB)} MiB`);
    return readFileSync(file);
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw error instanceof InputError ? error : refused(label, REASONS[code] ?? `cannot be read (${code})`);
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

const refused = (path: string, given: string): InputError =>
  new InputError([
    { path, given, allowed: `a plain file of at most ${MOST_MIB} MiB`, fix: "put one there, or name another" },
  ]);

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** A file that is made from the source and committed, so that it can be read without running anything. */
export interface GeneratedFile {
  /** Relative to the checkout. */
  path: string;
  text: string;
}

const currentText = (path: string): string | undefined => (existsSync(path) ? readFileSync(path, "utf8") : undefined);

/** Writes what differs and returns its paths; with `check` it writes nothing. */
export function settle(root: string, files: readonly GeneratedFile[], check: boolean): string[] {
  const stale = files.filter(({ path, text }) => currentText(join(root, path)) !== text);
  if (!check)
    for (const { path, text } of stale) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
  return stale.map(({ path }) => path);
}

/** JSON as the repository's files have it. */
export const jsonText = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

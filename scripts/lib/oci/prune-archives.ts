import { readdir, rm, stat, utimes } from "node:fs/promises";
import { basename, join } from "node:path";

/** Image archives are named by their digest; other files of the cache are not touched. */
const ARCHIVE = /^[0-9a-f]{64}\.tar$/;
const KEEP_DAYS = 7;

/**
 * Removes archives that nobody has asked for in a week: every change of the agent leaves one of 135 MB, and any of them
 * is made again in seconds. Marks the one in use.
 */
export async function pruneArchives(used: string, now = new Date()): Promise<void> {
  const folder = join(used, "..");
  await utimes(used, now, now);
  for (const name of await readdir(folder)) {
    if (!ARCHIVE.test(name) || name === basename(used)) continue;
    const file = join(folder, name);
    const info = await stat(file).catch(() => undefined);
    if (info && now.getTime() - info.mtimeMs > KEEP_DAYS * 86_400_000) await rm(file, { force: true });
  }
}

import { createHash } from "node:crypto";
import { createReadStream, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { eachOf } from "../../../infra/agent/node-cache/parallel";
import { InputError, type Problem } from "../../../infra/core/errors";

/** The bundle's list of files, in the form that `sha256sum --check` reads. */
export const SUMS = "SHA256SUMS";

/** Every file of the bundle but the list itself, sorted. Throws InputError where something is no file of its own. */
export function bundleFiles(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => ({ path: relative(folder, join(entry.parentPath, entry.name)), isFile: entry.isFile() }));
  const strange = entries.filter(({ isFile }) => !isFile);
  if (strange.length > 0)
    throw new InputError(
      strange.map(({ path }) => ({
        path,
        given: "a link, pipe or device",
        allowed: "files: what lies elsewhere does not travel with the bundle",
        fix: "put the file itself in its place",
      })),
    );
  return entries
    .map(({ path }) => path)
    .filter((path) => path !== SUMS)
    .sort();
}

/** Reads every file; a bundle that was changed by hand gets a new list. */
export async function writeSums(folder: string): Promise<number> {
  const sums = await hashes(folder, bundleFiles(folder));
  writeFileSync(join(folder, SUMS), [...sums].map(([path, sha256]) => `${sha256}  ${path}\n`).join(""));
  return sums.size;
}

/** Throws InputError with every file that is changed, missing or not on the list. */
export async function verifySums(folder: string): Promise<number> {
  const listed = new Map(
    readList(folder)
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => [line.slice(66), line.slice(0, 64)]),
  );
  const present = bundleFiles(folder);
  const found = await hashes(folder, present);
  const fix = "copy the bundle again, or export it anew";
  const problems: Problem[] = [
    ...present
      .filter((path) => !listed.has(path))
      .map((path) => ({ path, given: "not on the list", allowed: `only what ${SUMS} names`, fix })),
    ...[...listed]
      .filter(([path, sha256]) => found.get(path) !== sha256)
      .map(([path, sha256]) => ({
        path,
        given: found.has(path) ? `sha256:${found.get(path)}` : "missing",
        allowed: `sha256:${sha256}`,
        fix,
      })),
  ];
  if (problems.length > 0) throw new InputError(problems);
  return present.length;
}

function readList(folder: string): string {
  try {
    return readFileSync(join(folder, SUMS), "utf8");
  } catch {
    const allowed = `a folder made by homeport bundle export, with ${SUMS}`;
    throw new InputError([{ path: folder, given: `no ${SUMS}`, allowed, fix: "finish the export first" }]);
  }
}

async function hashes(folder: string, paths: readonly string[]): Promise<Map<string, string>> {
  const { signal } = new AbortController();
  const all = await eachOf(paths, 4, signal, async (path): Promise<[string, string]> => {
    const hash = createHash("sha256");
    for await (const chunk of createReadStream(join(folder, path), { highWaterMark: 1 << 20 })) hash.update(chunk);
    return [path, hash.digest("hex")];
  });
  return new Map(all);
}

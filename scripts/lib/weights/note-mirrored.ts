import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { ReleaseFile } from "../../../infra/core/release";
import { replaceFile } from "../replace-file";
import { readText, type StackPaths } from "../stack-paths";

/** Writes `mirrored: {region: date}` into the release file; what a region has already is left as it is. */
export function noteMirrored(paths: StackPaths, model: string, name: string, regions: readonly string[]): void {
  const path = paths.release(model, name);
  const before = readText(path) ?? "";
  const file = JSON.parse(before) as ReleaseFile;
  const today = new Date().toISOString().slice(0, 10);
  const mirrored = { ...Object.fromEntries(regions.map((region) => [region, today])), ...file.mirrored };
  const after = `${JSON.stringify({ ...file, mirrored }, null, 2)}\n`;
  if (after !== before) replaceFile(path, before, after);
}

/** Takes regions out of every release file of an id, pinned or not: its weights are on their way out there. */
export function forgetMirrored(root: string, folder: string, regions: readonly string[]): void {
  const releases = join(root, "stacks/releases");
  const names = readdirSync(releases, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".json"));
  for (const path of names.map((name) => join(releases, name))) {
    const before = readText(path) ?? "";
    const file = JSON.parse(before) as ReleaseFile;
    if (file.id !== `sha256:${folder}`) continue;
    const mirrored = Object.fromEntries(Object.entries(file.mirrored).filter(([region]) => !regions.includes(region)));
    const after = `${JSON.stringify({ ...file, mirrored }, null, 2)}\n`;
    if (after !== before) replaceFile(path, before, after);
  }
}

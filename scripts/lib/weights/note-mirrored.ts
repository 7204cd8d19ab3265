import { readdirSync } from "node:fs";
import { join } from "node:path";
import { todayUtc } from "../../../infra/config/checked-stack";
import { mirrorKey, type ReleaseFile } from "../../../infra/core/release";
import { replaceFile } from "../replace-file";
import { readText, type StackPaths } from "../stack-paths";

/** Writes today's date into `mirrored` of the release file, for these regions; what stands there already is left as it is. */
export function noteMirrored(paths: StackPaths, model: string, name: string, regions: readonly string[]): void {
  const path = paths.release(model, name);
  const before = readText(path) ?? "";
  const file = JSON.parse(before) as ReleaseFile;
  const today = todayUtc();
  const { environment } = paths;
  const now = Object.fromEntries(regions.map((region) => [mirrorKey({ environment, region }), today]));
  const mirrored = { ...now, ...file.mirrored };
  const after = `${JSON.stringify({ ...file, mirrored }, null, 2)}\n`;
  if (after !== before) replaceFile(path, before, after);
}

/** Takes one region of the environment out of every release file of an id: its weights are on their way out there. */
export function forgetMirrored({ root, environment }: StackPaths, folder: string, region: string): void {
  const releases = join(root, "stacks/releases");
  const names = readdirSync(releases, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".json"));
  for (const path of names.map((name) => join(releases, name))) {
    const before = readText(path) ?? "";
    const file = JSON.parse(before) as ReleaseFile;
    if (file.id !== `sha256:${folder}`) continue;
    const { [mirrorKey({ environment, region })]: _, ...mirrored } = file.mirrored;
    const after = `${JSON.stringify({ ...file, mirrored }, null, 2)}\n`;
    if (after !== before) replaceFile(path, before, after);
  }
}

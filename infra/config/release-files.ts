import { readdirSync } from "node:fs";
import { join } from "node:path";
import { nearest } from "../core/did-you-mean";
import { InputError, type Problem } from "../core/errors";
import { ReleaseFile, releaseId } from "../core/release";
import { isSafePath } from "../core/weights-layout";
import { printGiven } from "./paths";
import type { PinnedReleases, StackConfig } from "./schema";
import { schemaNode } from "./schema-walk";
import { NO_RELEASE } from "./sound-part";
import { userFile } from "./user-file";
import { parseUserJson } from "./user-json";
import type { Parsed } from "./user-text";
import { zodProblems } from "./zod-problems";

/** Reads the release files that a stack pins, and holds each against its pin. */

const NODE = schemaNode(ReleaseFile);

export const releasePath = (model: string, name: string): string => `stacks/releases/${model}/${name}.json`;

const restore = (path: string): string => `restore it (git checkout -- ${path}), or pin the release again`;

type Read = { file: ReleaseFile } | { problems: Problem[] };

function readJson(root: string, model: string, name: string): Parsed {
  const path = releasePath(model, name);
  try {
    const bytes = userFile(join(root, path), path);
    if (bytes === undefined) return { problems: [{ path, given: "missing", ...missing(root, model, name) }] };
    return parseUserJson(path, bytes, "a JSON file written by `homeport pin`", restore(path));
  } catch (error) {
    if (error instanceof InputError) return { problems: [...error.problems] };
    throw error;
  }
}

/** For a file that is not there: the names that are, and where we looked. */
function missing(root: string, model: string, name: string): Pick<Problem, "allowed" | "fix"> {
  const folder = `stacks/releases/${model}`;
  let known: string[] = [];
  try {
    known = readdirSync(join(root, folder))
      .filter((file) => file.endsWith(".json"))
      .map((file) => file.slice(0, -".json".length))
      .sort();
  } catch {
    // No folder yet: no release of this model was ever pinned.
  }
  const meant = nearest(name, known);
  return {
    allowed: known.length === 0 ? `${folder} holds no release` : `${folder} holds ${known.join(", ")}`,
    fix: meant ? `did you mean \`${meant}\`?` : `pin it: homeport pin ${model} ${name} <source>`,
  };
}

/** A file that says something else than its pin: somebody edited it, or pinned another one under the same name. */
function edited(model: string, name: string, pin: string, file: ReleaseFile): Problem | undefined {
  const path = releasePath(model, name);
  const found = releaseId(file.content);
  const fix = restore(path);
  const allowed = `models.${model}.releases.${name} pins ${pin}`;
  if (found !== pin) return { path, given: `edited, its content is ${found}`, allowed, fix };
  if (file.id !== found) return { path: `${path}#id`, given: file.id, allowed: `its content is ${found}`, fix };
  return undefined;
}

/** Files are fetched into folders of this machine and of nodes under these paths, and a pin vouches for what they hold only. */
function strayed(path: string, { content }: ReleaseFile): Problem | undefined {
  const index = content.weights.files.findIndex((file) => !isSafePath(file.path));
  if (index < 0) return undefined;
  return {
    path: `${path}#content.weights.files[${index}].path`,
    given: printGiven(content.weights.files[index]?.path),
    allowed: "a path below the release's folder, with forward slashes",
    fix: "do not use this release: `homeport pin` writes no such path",
  };
}

function readRelease(root: string, model: string, name: string, pin: string): Read {
  const path = releasePath(model, name);
  const read = readJson(root, model, name);
  if ("problems" in read) return read;
  const parsed = ReleaseFile.safeParse(read.value);
  if (!parsed.success) {
    const source = {
      raw: read.value,
      schema: NODE,
      prefix: `${path}#`,
      masked: () => false,
      fix: restore(path),
      handwritten: false,
    };
    return { problems: zodProblems(parsed.error, source) };
  }
  const problem = edited(model, name, pin, parsed.data) ?? strayed(path, parsed.data);
  return problem ? { problems: [problem] } : { file: parsed.data };
}

/** What the examples say in place of an id. */
const PLACEHOLDER = `sha256:${"0".repeat(64)}`;

const toBePinned = (model: string, name: string): Problem => ({
  path: `models.${model}.releases.${name}`,
  given: "a placeholder of zeros",
  allowed: "the id that `homeport pin` writes here",
  fix: `homeport pin ${model} ${name} hf://<org>/<model>@main --stack <env>`,
});

/** Every pinned release of every model; `root` is the folder that holds `stacks/`. */
export function readReleases(root: string, config: StackConfig): { releases: PinnedReleases; problems: Problem[] } {
  const problems: Problem[] = [];
  const releases: Record<string, Record<string, ReleaseFile>> = {};
  for (const [model, { releases: pins }] of Object.entries(config.models)) {
    const files: Record<string, ReleaseFile> = {};
    for (const [name, pin] of Object.entries(pins)) {
      if (pin === NO_RELEASE) continue;
      if (pin === PLACEHOLDER) {
        problems.push(toBePinned(model, name));
        continue;
      }
      const read = readRelease(root, model, name, pin);
      if ("file" in read) files[name] = read.file;
      else problems.push(...read.problems);
    }
    releases[model] = files;
  }
  return { releases, problems };
}

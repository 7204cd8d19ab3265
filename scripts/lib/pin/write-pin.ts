import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { InputError } from "../../../infra/core/errors";
import { type ReleaseContent, ReleaseFile, releaseId, shortId } from "../../../infra/core/release";
import { replaceFile } from "../replace-file";
import { withRelease } from "../stack-editor";
import { readText, type StackPaths } from "../stack-paths";
import { newProblems } from "./new-problems";

export interface Pin {
  id: string;
  /** The release file's text; what is there already when the same content was pinned before. */
  releaseText: string;
  stackText: string;
  write(): void;
}

/** The two files a pin writes, checked against what is there: a name means one content for ever. */
export function preparePin(paths: StackPaths, model: string, name: string, content: ReleaseContent, now: Date): Pin {
  const id = releaseId(content);
  const path = paths.release(model, name);
  const existing = readText(path);
  const existingId = existing === undefined ? undefined : ReleaseFile.parse(JSON.parse(existing)).id;
  if (existingId !== undefined && existingId !== id)
    throw new InputError([
      {
        path: `stacks/releases/${model}/${name}.json`,
        given: `${shortId(existingId)}, and this would be ${shortId(id)}`,
        allowed: "a name that is not taken: a release never changes",
        fix: "pin it under another name",
      },
    ]);
  const pinned = { at: `${now.toISOString().slice(0, 19)}Z`, by: "homeport pin" };
  const releaseText = existing ?? `${JSON.stringify({ id, content, pinned, mirrored: {} }, null, 2)}\n`;
  const before = readText(paths.stack) ?? "";
  const stackText = withRelease(before, model, name, id, comment(content), paths.label);
  const file = ReleaseFile.parse(JSON.parse(releaseText));
  const problems = newProblems(paths, before, stackText, { model, name, file });
  if (problems.length > 0) throw new InputError(problems);
  return {
    id,
    releaseText,
    stackText,
    // The file first: a stack that names a missing file is an error, a file that no stack names is not.
    write() {
      mkdirSync(dirname(path), { recursive: true });
      if (existing === undefined) replaceFile(path, undefined, releaseText);
      if (stackText !== before) replaceFile(paths.stack, before, stackText);
    },
  };
}

/** `org/model@3c1d0f9ab2c1, vLLM 0.32, a100x4`: what a reader of the stack file wants to know of an id. */
function comment({ weights, engine, variants }: ReleaseContent): string {
  const source = weights.source.replace(/^(hf|dir):\/\//, "").replace(/@(?:sha256:)?([0-9a-f]{12})[0-9a-f]*$/, "@$1");
  return `${source}, vLLM ${engine.version.replace(/\.0$/, "")}, ${Object.keys(variants).join(" ")}`;
}

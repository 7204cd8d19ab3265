import type { Problem } from "../../../infra/core/errors";
import { isSafePath } from "../../../infra/core/weights-layout";
import type { Entry } from "./listing";

/** Files that run code when they are loaded: pickles and Python. */
const PICKLE = /\.(bin|pt|pth|pkl|pickle|ckpt|joblib)$/i;
const CODE = /\.(py|pyc|so|dll|dylib|sh)$/i;

/** Kept by tools for themselves; no engine reads them. */
const IGNORED = /(^|\/)\.(git|cache|gitattributes|gitignore|DS_Store|locks)(\/|$)/;

export interface FileRules {
  exclude: readonly string[];
  allowRemoteCode: boolean;
}

/** The entries that belong to the release. */
export const chosen = (entries: readonly Entry[], { exclude }: FileRules): Entry[] =>
  entries.filter(({ path }) => !IGNORED.test(path) && !exclude.some((glob) => globMatches(path, glob)));

/** `*.bin` means such a file in any folder, as people expect it; `*` stops at a slash, `**` does not. */
function globMatches(path: string, glob: string): boolean {
  const source = glob
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replace(/\*\*|\*|\?/g, (wild) => ({ "**": ".*", "*": "[^/]*", "?": "[^/]" })[wild]!);
  return new RegExp(`^(.*/)?${source}$`).test(path);
}

/** What is wrong with the list itself, before a byte is read. */
export function fileProblems(entries: readonly Entry[], rules: FileRules): Problem[] {
  const paths = entries.map((e) => e.path);
  const problems: Problem[] = [];
  if (!paths.includes("config.json"))
    problems.push({
      path: "source",
      given: paths.length === 0 ? "no file" : `${paths.length} files without config.json`,
      allowed: "a model folder with config.json at its top",
      fix: "name the folder or prefix that holds config.json",
    });
  for (const [pattern, what] of [
    [PICKLE, "pickle"],
    [CODE, "code"],
  ] as const) {
    const found = rules.allowRemoteCode ? [] : paths.filter((p) => pattern.test(p));
    if (found.length > 0)
      problems.push({
        path: "source",
        given: listed(found),
        allowed: `no ${what} files: loading them runs code from the source`,
        fix:
          what === "pickle"
            ? "--exclude '*.bin' when the weights are there as safetensors too, or convert them"
            : "--exclude '*.py', or --allow-remote-code (never in a regulated environment)",
      });
  }
  const odd = paths.filter((path) => !isSafePath(path));
  if (odd.length > 0)
    problems.push({
      path: "source",
      given: listed(odd),
      allowed: "relative paths with forward slashes",
      fix: "rename them at the source",
    });
  if (
    !paths.some((p) => /\.(safetensors|gguf)$/i.test(p)) &&
    !(rules.allowRemoteCode && paths.some((p) => PICKLE.test(p)))
  )
    problems.push({
      path: "source",
      given: "no *.safetensors",
      allowed: "weights as safetensors (or gguf)",
      fix: "convert the weights",
    });
  return problems;
}

const listed = (paths: readonly string[]): string =>
  JSON.stringify(paths.slice(0, 5)).slice(1, -1) + (paths.length > 5 ? ` and ${paths.length - 5} more` : "");

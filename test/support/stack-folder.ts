import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { stringify } from "yaml";
import { readStack } from "../../infra/config/read-stack";
import { formatProblem, InputError } from "../../infra/core/errors";
import type { ReleaseFile } from "../../infra/core/release";

export const TODAY = "2026-11-22";
/** AWS's own example account. */
export const ACCOUNT = "123456789012";

type Section = Record<string, unknown> | readonly unknown[];
type Files = Record<string, Record<string, ReleaseFile | Record<string, unknown> | string>>;

/** Sections of a stack that is good, for tests to spoil: chat with r1 live on a pool of A100s in two regions. */
export const goodSections = (r1: ReleaseFile): Record<string, Section> => ({
  environment: { platform: "aws", account: ACCOUNT, owner: "ml-platform" },
  regions: ["us-east-1", "us-west-2"],
  cluster: { access: { cidrs: ["203.0.113.0/24"] }, admins: ["arn:aws:iam::123456789012:role/deploy"] },
  pools: { a100: { instanceType: "p4de.24xlarge", max: 2 } },
  models: { chat: { live: "r1", releases: { r1: r1.id } } },
  policies: { app: { models: ["chat"], class: "internal" } },
});

/** The same on a cluster that exists already. */
export const goodSectionsElsewhere = (r1: ReleaseFile): Record<string, Section> => ({
  environment: { platform: "kubernetes", owner: "ml-platform" },
  pools: { a100: { gpuClass: "a100-80gb", gpusPerNode: 8, gpuMemoryGiB: 79.25 } },
  models: { chat: { live: "r1", releases: { r1: r1.id } } },
  policies: { app: { models: ["chat"], class: "internal" } },
});

/** A folder with `stacks/`, removed after the tests of the file. */
export function stackFolder(): { root: string; write: (path: string, text: string | Uint8Array) => void } {
  const root = mkdtempSync(join(tmpdir(), "homeport-stack-"));
  afterAll(() => rmSync(root, { recursive: true, force: true }));
  return {
    root,
    write(path, text) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    },
  };
}

/** Writes sections and release files as `stacks/Pulumi.test.yaml` and `stacks/releases/…`. */
export function writeStack(
  { write }: ReturnType<typeof stackFolder>,
  sections: Record<string, unknown>,
  releases: Files,
): void {
  const config = Object.fromEntries(Object.entries(sections).map(([key, value]) => [`homeport:${key}`, value]));
  write("stacks/Pulumi.test.yaml", stringify({ config }, { aliasDuplicateObjects: false }));
  for (const [model, files] of Object.entries(releases))
    for (const [name, file] of Object.entries(files))
      write(`stacks/releases/${model}/${name}.json`, typeof file === "string" ? file : JSON.stringify(file, null, 2));
}

/** What the user sees, one line per problem; empty when the stack is good. */
export function problemLines(root: string, name = "test", today = TODAY): string[] {
  try {
    readStack(root, name, today);
    return [];
  } catch (error) {
    if (error instanceof InputError) return error.problems.map(formatProblem);
    throw error;
  }
}

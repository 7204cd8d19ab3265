import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { nearest } from "../core/did-you-mean";
import { InputError } from "../core/errors";
import { checkedStack, todayUtc } from "./checked-stack";
import { encryptionProblems, type RawStack } from "./parse";
import { printGiven } from "./paths";
import type { LoadedStack } from "./schema";
import { parseStackFile } from "./stack-file";

/** Reads an environment from its files, without the Pulumi CLI: for render, the command line and the local platform. */

const FILE = /^Pulumi\.(.+)\.yaml$/;

/** Names of the environments that have a stack file. */
export const environmentNames = (root: string): string[] =>
  (existsSync(join(root, "stacks")) ? readdirSync(join(root, "stacks")) : [])
    .flatMap((file) => FILE.exec(file)?.[1] ?? [])
    .sort();

export const stackFilePath = (name: string): string => `stacks/Pulumi.${name}.yaml`;

function unknownEnvironment(root: string, name: string): InputError {
  const known = environmentNames(root);
  const meant = nearest(name, known);
  return new InputError([
    {
      path: "--stack",
      given: printGiven(name),
      allowed: known.length === 0 ? "stacks/ holds no Pulumi.<env>.yaml" : `one of ${known.join(", ")}`,
      fix: meant ? `did you mean \`${meant}\`?` : "copy stacks/examples/minimal.yaml to stacks/Pulumi.<env>.yaml",
    },
  ]);
}

/** Far above the parser's own limit, so that a mistaken file is not read into memory to be refused. */
const READ_LIMIT = 16 * 1024 * 1024;

/** The sections as the file has them. Throws InputError when it cannot be read. */
function readSections(root: string, name: string): RawStack["sections"] {
  const file = stackFilePath(name);
  const path = join(root, file);
  const size = statSync(path).size;
  if (size > READ_LIMIT)
    throw new InputError([
      {
        path: file,
        given: `${size} bytes`,
        allowed: "at most 1 MiB",
        fix: "a stack file is a few KiB; this is something else",
      },
    ]);
  const read = parseStackFile(file, readFileSync(path));
  if ("problems" in read) throw new InputError(read.problems);
  return read.sections;
}

/** The checked stack of an environment; secrets are placeholders. Throws InputError with every problem. */
export function readStack(root: string, name: string, today = todayUtc()): LoadedStack {
  if (!environmentNames(root).includes(name)) throw unknownEnvironment(root, name);
  return checkedStack(root, { name, sections: readSections(root, name), sealed: new Set() }, today).stack;
}

/**
 * Refuses secrets that stand in the file in plain. Pulumi says only which section held an encrypted leaf; beside one, it
 * hands a plain leaf over as if it had been encrypted. A config that is kept elsewhere cannot be looked at.
 */
export function refusePlainSecrets(root: string, name: string): void {
  if (!environmentNames(root).includes(name)) return;
  const problems = encryptionProblems(readSections(root, name));
  if (problems.length > 0) throw new InputError(problems);
}

import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { nearest } from "../core/did-you-mean";
import { InputError, type Problem } from "../core/errors";
import { checkedStack, todayUtc } from "./checked-stack";
import { encryptionProblems, type RawStack } from "./parse";
import { printGiven } from "./paths";
import type { LoadedStack } from "./schema";
import { parseStackFile } from "./stack-file";
import { userFile } from "./user-file";

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

/** The sections as the file has them. Throws InputError when it cannot be read. */
export function readSections(root: string, name: string): RawStack["sections"] {
  const file = stackFilePath(name);
  const bytes = userFile(join(root, file), file);
  const read = bytes === undefined ? { problems: [missing(file)] } : parseStackFile(file, bytes);
  if ("problems" in read) throw new InputError(read.problems);
  return read.sections;
}

/** Listed in its folder, and yet nothing is there. */
const missing = (path: string): Problem => ({
  path,
  given: "a link to nothing",
  allowed: "a stack file",
  fix: "correct the link",
});

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

import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { InputError } from "../../../infra/core/errors";

const FOLDER = "stacks/decisions";
const NAME = /^[a-z0-9][a-z0-9-]{0,62}$/;

/** `stacks/decisions/<name>.yaml`, as it is printed. */
export const decisionPath = (name: string): string => `${FOLDER}/${name}.yaml`;

const decisionNames = (root: string): string[] =>
  existsSync(join(root, FOLDER))
    ? readdirSync(join(root, FOLDER)).flatMap((file) => (file.endsWith(".yaml") ? file.slice(0, -5) : []))
    : [];

/** A name becomes part of a path. */
export function requireName(name: string): void {
  if (!NAME.test(name))
    throw new InputError([
      {
        path: "<name>",
        given: name,
        allowed: "1 to 63 lower-case letters, digits and hyphens, the first no hyphen",
        fix: "for example `homeport decide chat`",
      },
    ]);
}

export function missingDecision(name: string, root: string): InputError {
  const known = decisionNames(root);
  return new InputError([
    {
      path: decisionPath(name),
      given: "missing",
      allowed: known.length === 0 ? "a decision file" : `one of ${known.join(", ")}`,
      fix: `write one from a preset: homeport decide ${name} --preset startup`,
    },
  ]);
}

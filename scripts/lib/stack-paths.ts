import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { environmentNames, stackFilePath } from "../../infra/config/read-stack";
import { releasePath } from "../../infra/config/release-files";
import { userFile } from "../../infra/config/user-file";
import { InputError } from "../../infra/core/errors";

/** Where one checkout keeps an environment's files. */
export interface StackPaths {
  /** The checkout: the folder that holds `stacks/`. */
  root: string;
  environment: string;
  /** `stacks/Pulumi.<env>.yaml`, as it is printed. */
  label: string;
  stack: string;
  release(model: string, name: string): string;
  /** `.homeport/<env>`: this checkout's own state, never committed. */
  state: string;
}

const CHECKOUT = resolve(__dirname, "../..");

export function stackPaths(environment: string, root = CHECKOUT): StackPaths {
  const label = stackFilePath(environment);
  const known = existsSync(join(root, "stacks")) ? environmentNames(root) : [];
  if (!known.includes(environment))
    throw new InputError([
      {
        path: "--stack",
        given: environment,
        allowed: known.length === 0 ? "stacks/ holds no Pulumi.<env>.yaml" : `one of ${known.join(", ")}`,
        fix: "correct the name, or copy stacks/examples/minimal.yaml to stacks/Pulumi.<env>.yaml",
      },
    ]);
  return {
    root,
    environment,
    label,
    stack: join(root, label),
    release: (model, name) => join(root, releasePath(model, name)),
    state: join(root, ".homeport", environment),
  };
}

/** Of a file that may be missing. */
export const readText = (path: string): string | undefined => userFile(path)?.toString("utf8");

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { InputError } from "../../infra/core/errors";

/** Where one checkout keeps an environment's files. */
export interface StackPaths {
  /** `stacks/Pulumi.<env>.yaml`, as it is printed. */
  label: string;
  stack: string;
  release(model: string, name: string): string;
  /** `.homeport/<env>`: this checkout's own state, never committed. */
  state: string;
}

const CHECKOUT = resolve(__dirname, "../..");

export function stackPaths(environment: string, root = CHECKOUT): StackPaths {
  const label = join("stacks", `Pulumi.${environment}.yaml`);
  if (!/^[a-z0-9][a-z0-9-]{0,39}$/.test(environment) || !existsSync(join(root, label)))
    throw new InputError([
      {
        path: "--stack",
        given: environment,
        allowed: `one of ${environments(root).join(", ") || "(none yet)"}`,
        fix: `or write ${label}`,
      },
    ]);
  return {
    label,
    stack: join(root, label),
    release: (model, name) => join(root, "stacks", "releases", model, `${name}.json`),
    state: join(root, ".homeport", environment),
  };
}

function environments(root: string): string[] {
  const folder = join(root, "stacks");
  const names = existsSync(folder) ? readdirSync(folder) : [];
  return names.flatMap((name) => /^Pulumi\.(.+)\.yaml$/.exec(name)?.[1] ?? []).sort();
}

export const readText = (path: string): string | undefined =>
  existsSync(path) ? readFileSync(path, "utf8") : undefined;

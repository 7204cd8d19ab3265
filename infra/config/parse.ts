import type { Problem } from "../core/errors";
import { withCalculated } from "./calculated";
import { valueAt } from "./paths";
import { type LoadedStack, type ParsedStack, type StackConfig, StackSchema } from "./schema";
import { schemaNode, secretPaths } from "./schema-walk";
import { separateSecrets } from "./secrets";
import { zodProblems } from "./zod-problems";

/** A stack's sections as they were written, wherever they were read from. */
export interface RawStack {
  /** The environment's name. */
  name: string;
  /** `environment`, `models`, … without the namespace. */
  sections: Readonly<Record<string, unknown>>;
  /** Sections in which Pulumi has decrypted something. Empty when the file was read without Pulumi. */
  sealed: ReadonlySet<string>;
}

export interface ParsedConfig {
  /** Missing when the problems leave no config to check further. */
  config?: StackConfig;
  problems: Problem[];
  secrets: ReadonlyMap<string, string>;
}

const ROOT = schemaNode(StackSchema);
const SECRET_PATHS = secretPaths(ROOT);

/** Stands for a pin that is no id: its name stays known, so that pointers at it are not reported as well. */
export const NO_RELEASE = `sha256:${"0".repeat(64)}`;

const isPin = (path: readonly PropertyKey[]) => path.length === 4 && path[0] === "models" && path[2] === "releases";

/** Removes what is wrong, so that defaults take its place and the other checks can still run. */
function without(raw: unknown, paths: readonly PropertyKey[][]): unknown {
  const copy = structuredClone(raw);
  for (const path of paths) {
    const parent = valueAt(copy, path.slice(0, -1));
    const key = path.at(-1);
    if (parent === null || typeof parent !== "object" || key === undefined) continue;
    if (isPin(path)) Reflect.set(parent, key, NO_RELEASE);
    else Reflect.deleteProperty(parent, key);
  }
  return closed(copy);
}

/** Lists without the holes that a removed element leaves (`filter` skips them). */
function closed(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter(() => true).map(closed);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, closed(inner)]));
}

/** Keys of every map in order, so that the same stack has the same bytes whether YAML or Pulumi gave it. */
function ordered<T>(value: T): T {
  if (Array.isArray(value)) return value.map(ordered) as T;
  if (value === null || typeof value !== "object") return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, ordered(inner)])) as T;
}

export function parseConfig({ sections, sealed }: RawStack): ParsedConfig {
  const separated = separateSecrets(sections, SECRET_PATHS, sealed);
  const problems = [...separated.problems];
  const raw = separated.sections;
  let parsed: ParsedStack | undefined;
  const first = StackSchema.safeParse(raw);
  if (first.success) parsed = first.data;
  else {
    const masked = (path: readonly PropertyKey[]) => sealed.has(String(path[0]));
    problems.push(
      ...zodProblems(first.error, { raw, schema: ROOT, prefix: "", masked, reference: "stacks/README.md" }),
    );
    const wrong = first.error.issues.flatMap((issue) =>
      issue.code === "unrecognized_keys" ? issue.keys.map((key) => [...issue.path, key]) : [issue.path],
    );
    parsed = StackSchema.safeParse(without(raw, wrong)).data;
  }
  return { problems, secrets: separated.secrets, ...(parsed ? { config: ordered(withCalculated(parsed)) } : {}) };
}

/** Frozen all the way down: config is read by many and changed by none. */
export function frozen<T extends LoadedStack>(stack: T): T {
  const freeze = (value: unknown): void => {
    if (value === null || typeof value !== "object" || Object.isFrozen(value)) return;
    Object.freeze(value);
    for (const inner of Object.values(value)) freeze(inner);
  };
  freeze(stack.config);
  freeze(stack.releases);
  return Object.freeze(stack);
}

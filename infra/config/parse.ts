import type { Problem } from "../core/errors";
import { withCalculated } from "./calculated";
import { type LoadedStack, type ParsedStack, type StackConfig, StackSchema } from "./schema";
import { schemaNode, secretPaths } from "./schema-walk";
import { separateSecrets } from "./secrets";
import { soundPart } from "./sound-part";
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
      ...zodProblems(first.error, {
        raw,
        schema: ROOT,
        prefix: "",
        masked,
        fix: "correct it as stacks/README.md describes",
        handwritten: true,
      }),
    );
    parsed = StackSchema.safeParse(soundPart(raw, first.error)).data;
  }
  return { problems, secrets: separated.secrets, ...(parsed ? { config: ordered(withCalculated(parsed)) } : {}) };
}

/** Secrets in plain, and encrypted values where none belongs, in sections as a file has them. */
export const encryptionProblems = (sections: RawStack["sections"]): Problem[] =>
  separateSecrets(sections, SECRET_PATHS, new Set()).problems;

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

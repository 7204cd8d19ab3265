import { nearest } from "../core/did-you-mean";
import type { Problem } from "../core/errors";
import type { RawStack } from "./parse";
import { StackSchema } from "./schema";
import { parseUserYaml } from "./user-yaml";

/** The text of `stacks/Pulumi.<env>.yaml` -> its `homeport:` sections, without the Pulumi CLI and without decrypting. */

const NAMESPACE = "homeport:";
const FILE_KEYS = ["config", "environment", "secretsprovider", "encryptionsalt", "encryptedkey"];

type Sections = Pick<RawStack, "sections">;
export type StackFileResult = Sections | { problems: Problem[] };

const isObject = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === "object" && !Array.isArray(value);

function unknownKey(path: string, key: string, known: readonly string[]): Problem {
  const meant = nearest(key, known);
  return {
    path,
    given: "unknown key",
    allowed: `known here: ${known.join(", ")}`,
    fix: meant ? `did you mean \`${meant}\`?` : "remove it",
  };
}

/** No namespace, or ours with a slip in it: Pulumi would pass it over in silence. */
const isMeantForUs = (key: string): boolean =>
  !key.includes(":") || nearest(key.split(":")[0] ?? "", [NAMESPACE.slice(0, -1)]) !== undefined;

/** Keys of other namespaces (`aws:region`) belong to Pulumi's providers and are left alone. */
function sectionsOf(file: string, value: unknown): StackFileResult {
  if (!isObject(value)) {
    const fix = "start from stacks/examples/minimal.yaml";
    return { problems: [{ path: file, given: "no map", allowed: "a map with the key config", fix }] };
  }
  const problems = Object.keys(value)
    .filter((key) => !FILE_KEYS.includes(key))
    .map((key) => unknownKey(`${file}#${key}`, key, FILE_KEYS));
  const sections: Record<string, unknown> = {};
  const known = Object.keys(StackSchema.shape).map((section) => NAMESPACE + section);
  if (value.config !== undefined && !isObject(value.config)) {
    const allowed = `a map with the keys ${known.join(", ")}`;
    const fix = "start from stacks/examples/minimal.yaml";
    problems.push({ path: `${file}#config`, given: Array.isArray(value.config) ? "a list" : "no map", allowed, fix });
  }
  for (const [key, section] of Object.entries(isObject(value.config) ? value.config : {})) {
    if (key.startsWith(NAMESPACE)) sections[key.slice(NAMESPACE.length)] = section;
    else if (isMeantForUs(key))
      problems.push(unknownKey(`${file}#config.${key}`, NAMESPACE + key.split(":").at(-1), known));
  }
  return problems.length > 0 ? { problems } : { sections };
}

export function parseStackFile(file: string, bytes: Uint8Array): StackFileResult {
  const parsed = parseUserYaml(file, bytes);
  return "problems" in parsed ? parsed : sectionsOf(file, parsed.value);
}

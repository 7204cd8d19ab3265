import type { Problem } from "../core/errors";
import { secretRef } from "./fields";
import { printPath } from "./paths";

/**
 * Takes the secrets out of raw config before anything else sees it: what is left holds placeholders only, so no value
 * can reach an object, an error or a log.
 */

export interface Separated {
  sections: Record<string, unknown>;
  /** Path (`policies.app.clients.web.key`) -> value; only those that came decrypted from Pulumi. */
  secrets: Map<string, string>;
  problems: Problem[];
}

const isMap = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === "object" && !Array.isArray(value);

const isEncrypted = (value: unknown): boolean =>
  isMap(value) && Object.keys(value).length === 1 && typeof value.secure === "string";

const plainSecret = (path: string): Problem => ({
  path,
  allowed: "a secret must not be plain (value not shown)",
  fix: `treat it as leaked and replace it; then: pulumi config set --secret --path 'homeport:${path}'`,
});

const strayEncryption = (path: string): Problem => ({
  path,
  given: "an encrypted value",
  allowed: "only the secrets of the reference can be encrypted",
  fix: "write the value in plain, or move it to the key of a secret",
});

/**
 * `paths` are the places of secrets, `*` for any name. `sealed` are the sections in which Pulumi decrypted something:
 * text at the place of a secret is a secret there, and a plain one anywhere else.
 */
export function separateSecrets(
  sections: Readonly<Record<string, unknown>>,
  paths: readonly (readonly string[])[],
  sealed: ReadonlySet<string>,
): Separated {
  const secrets = new Map<string, string>();
  const problems: Problem[] = [];

  const leaf = (value: unknown, at: readonly PropertyKey[]): unknown => {
    const path = printPath(at);
    if (value === undefined) return undefined;
    if (isEncrypted(value)) return secretRef(path);
    if (sealed.has(String(at[0])) && typeof value === "string" && value !== "") secrets.set(path, value);
    else problems.push(plainSecret(path));
    return secretRef(path);
  };

  const walk = (value: unknown, at: readonly PropertyKey[], left: readonly (readonly string[])[]): unknown => {
    if (left.some((p) => p.length === 0)) return leaf(value, at);
    if (isEncrypted(value)) {
      problems.push(strayEncryption(printPath(at)));
      return undefined;
    }
    if (Array.isArray(value)) return value.map((item, i) => walk(item, [...at, i], []));
    if (!isMap(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [
        key,
        walk(
          inner,
          [...at, key],
          left.filter(([head]) => head === key || head === "*").map(([, ...tail]) => tail),
        ),
      ]),
    );
  };
  return { sections: walk(sections, [], paths) as Record<string, unknown>, secrets, problems };
}

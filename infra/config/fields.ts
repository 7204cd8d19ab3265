import { z } from "zod";

/** Small types that several sections share. `allowed` is the sentence an error prints for a value that is not allowed. */

const NAME = /^[a-z]([a-z0-9-]{0,18}[a-z0-9])?$/;

/** A name the user chooses. At most 20 characters, so that every Kubernetes name made of several of them stays below 63. */
export const Name = z.string().regex(NAME).meta({
  allowed:
    "a name of 1 to 20 lower-case letters, digits and hyphens that starts with a letter and does not end with a hyphen",
});

/** A duration. The key carries the unit (`streamSeconds`), the value is a plain number. */
export const seconds = (min: number, max: number) =>
  z
    .int()
    .min(min)
    .max(max)
    .meta({ allowed: `a whole number of seconds from ${min} to ${max}` });

/** A leaf that must never be plain. The parser replaces the value by its placeholder before zod sees it. */
export const Secret = z
  .string()
  .regex(/^\$\{secret:[^}]+\}$/)
  .brand<"SecretRef">()
  .meta({ secret: true, allowed: "a secret (`secure:` and the encrypted value)" });

/** `${secret:policies.app.clients.web.key}`: says where the value is, never what it is. */
export type SecretRef = z.output<typeof Secret>;

export const secretRef = (path: string): SecretRef => Secret.parse(`\${secret:${path}}`);

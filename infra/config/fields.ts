import { z } from "zod";

/** Small types that several sections share. `allowed` is the sentence an error prints for a value that is not allowed. */

const NAME = /^[a-z]([a-z0-9-]{0,18}[a-z0-9])?$/;

/** A name the user chooses. At most 20 characters, so that every Kubernetes name made of several of them stays below 63. */
export const Name = z.string().regex(NAME).meta({
  allowed:
    "a name of 1 to 20 lower-case letters, digits and hyphens that starts with a letter and does not end with a hyphen",
});

/** A region of AWS, or the word that an S3 server elsewhere wants to hear. */
export const RegionName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,19}$/)
  .meta({ allowed: "a region like eu-central-1" });

export const CidrBlock = z
  .string()
  .regex(/^\d{1,3}(\.\d{1,3}){3}\/\d{1,2}$/)
  .meta({ allowed: "an IPv4 range like 203.0.113.0/24", examples: ["203.0.113.0/24"] });

export const RoleArn = z
  .string()
  .regex(/^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]{1,512}$/)
  .meta({ allowed: "the ARN of an IAM role", examples: ["arn:aws:iam::123456789012:role/deploy"] });

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

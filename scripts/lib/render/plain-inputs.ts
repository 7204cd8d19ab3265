import { unknownValue } from "@pulumi/pulumi/runtime";

/** How the SDK marks a value that is not plain on the wire, and which mark says `secret`. */
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

const UNKNOWN = "<known after apply>";
const NOT_SHOWN = "<secret, not shown>";
const PLACEHOLDER = /^\$\{secret:[^}]+\}$/;

/** Inputs as JSON: secrets as placeholders, values that are known only after an apply as a note. */
export const plainInputs = (inputs: Record<string, unknown>): Record<string, unknown> =>
  plain(inputs, false) as Record<string, unknown>;

function plain(value: unknown, secret: boolean): unknown {
  if (value === unknownValue) return UNKNOWN;
  if (Array.isArray(value)) return value.map((item) => plain(item, secret));
  if (value === null || typeof value !== "object") return secret ? masked(value) : value;
  const fields = value as Record<string, unknown>;
  if (fields[SIGNATURE] === SECRET) return plain(fields.value, true);
  return Object.fromEntries(Object.entries(fields).map(([key, inner]) => [key, plain(inner, secret)]));
}

/** A secret leaf may be its placeholder; anything else is a value that must not be written down. */
const masked = (value: unknown): string => (typeof value === "string" && PLACEHOLDER.test(value) ? value : NOT_SHOWN);

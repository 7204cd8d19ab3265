import type { z } from "zod";
import { sha256Hex } from "../core/canonical-json";
import { valueAt } from "./paths";

/** Stands for a pin that is no id: its name stays known, so that pointers at it are not reported as well. */
export const NO_RELEASE = `sha256:${sha256Hex("a pin that is no id")}`;

interface Wrong {
  path: readonly PropertyKey[];
  /** The key is wrong, not its value. */
  key: boolean;
}

const isPin = ({ path, key }: Wrong) => !key && path.length === 4 && path[0] === "models" && path[2] === "releases";

const wrongPlaces = (error: z.ZodError): Wrong[] =>
  error.issues.flatMap((issue) =>
    issue.code === "unrecognized_keys"
      ? issue.keys.map((key) => ({ path: [...issue.path, key], key: true }))
      : [{ path: issue.path, key: issue.code === "invalid_key" }],
  );

/** Removes what is wrong, so that defaults take its place and the other checks can still run. */
export function soundPart(raw: unknown, error: z.ZodError): unknown {
  const copy = structuredClone(raw);
  for (const place of wrongPlaces(error)) {
    const { path } = place;
    const parent = valueAt(copy, path.slice(0, -1));
    const key = path.at(-1);
    if (parent === null || typeof parent !== "object" || key === undefined) continue;
    if (isPin(place)) Reflect.set(parent, key, NO_RELEASE);
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

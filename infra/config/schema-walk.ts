import { z } from "zod";

/** The JSON Schema of a zod type: what errors, the reference and the editor's schema are all made from. */
export interface SchemaNode {
  type?: string;
  properties?: Record<string, SchemaNode>;
  required?: string[];
  additionalProperties?: SchemaNode | boolean;
  propertyNames?: SchemaNode;
  items?: SchemaNode;
  enum?: unknown[];
  description?: string;
  default?: unknown;
  examples?: unknown[];
  /** Ours: the value must be encrypted. */
  secret?: boolean;
  /** Ours: what an error says is allowed. */
  allowed?: string;
}

export const schemaNode = (type: z.ZodType): SchemaNode =>
  z.toJSONSchema(type, { io: "input", target: "draft-07" }) as SchemaNode;

const entryType = (node: SchemaNode): SchemaNode | undefined =>
  typeof node.additionalProperties === "object" ? node.additionalProperties : undefined;

/** The schema of the value at `path`, if the path can exist. */
export function nodeAt(root: SchemaNode, path: readonly PropertyKey[]): SchemaNode | undefined {
  let node: SchemaNode | undefined = root;
  for (const key of path) {
    if (node === undefined) return undefined;
    node = typeof key === "number" ? node.items : (node.properties?.[String(key)] ?? entryType(node));
  }
  return node;
}

/** Every place of a secret; `*` stands for a name that the user chooses. */
export function secretPaths(node: SchemaNode, at: readonly string[] = []): string[][] {
  if (node.secret) return [[...at]];
  const inner = Object.entries(node.properties ?? {}).flatMap(([key, child]) => secretPaths(child, [...at, key]));
  const entry = entryType(node);
  return entry ? [...inner, ...secretPaths(entry, [...at, "*"])] : inner;
}

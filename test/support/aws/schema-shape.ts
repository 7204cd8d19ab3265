import { propertiesOf, resolved, type SchemaNode, schemaOf, type TypeSchema } from "./cloudformation";
import type { MappedType } from "./mapped-types";

export interface Shaped {
  /** The resource as CloudFormation would write it. */
  shape: Record<string, unknown>;
  /** Properties of which neither the schema nor the table of names knows anything. */
  unmapped: string[];
}

/**
 * A resource's inputs in CloudFormation's words. Names that differ only in case, in a plural or in how deep they stand
 * in a list of one need no row in the table; the rest does.
 */
export function schemaShape(inputs: Record<string, unknown>, mapped: MappedType): Shaped {
  const schema = schemaOf(mapped.schema);
  const shape: Record<string, unknown> = {};
  const unmapped: string[] = [];
  fill(shape, inputs, { properties: schema.properties }, "");
  return { shape, unmapped };

  function fill(into: Record<string, unknown>, fields: Record<string, unknown>, node: SchemaNode, path: string): void {
    for (const [key, value] of Object.entries(fields)) {
      if (value === undefined || value === null) continue;
      const own = path === "" ? key : `${path}.${key}`;
      const target = own === "region" ? null : mapped.names?.[own];
      if (target === null) continue;
      if (target === ".") {
        fill(into, single(value) as Record<string, unknown>, node, own);
        continue;
      }
      const steps = target?.split(".") ?? matching(key, node, schema) ?? insideOf(key, path);
      const inner = steps === undefined ? undefined : nodeAt(steps, node, schema);
      if (steps === undefined || inner === undefined) unmapped.push(own);
      else if (steps.some((step) => step.endsWith("[]")) && Array.isArray(value))
        place(
          into,
          steps,
          value.map((item) => converted(item, inner, own)),
        );
      else place(into, steps, converted(value, inner, own));
    }
  }

  function converted(value: unknown, node: SchemaNode, path: string): unknown {
    const { type, items } = resolved(node, schema);
    const isList = type === "array" || items !== undefined;
    if (isList && items !== undefined) {
      if (isRecord(value) && isKeyValue(items, schema))
        return Object.entries(value).map(([key, text]) => ({ [keyName(items, schema)]: key, Value: text }));
      return (Array.isArray(value) ? value : [value]).map((item) => converted(item, items, path));
    }
    const one = single(value);
    if (!isRecord(one) || Object.keys(propertiesOf(node, schema)).length === 0) return one;
    const into: Record<string, unknown> = {};
    fill(into, one, node, path);
    return into;
  }

  function insideOf(key: string, path: string): string[] | undefined {
    const { inside } = mapped;
    if (inside === undefined || path !== "") return undefined;
    const name = matching(key, nodeAt([inside], { properties: schema.properties }, schema) ?? {}, schema);
    return name === undefined ? undefined : [inside, ...name];
  }
}

/** The one property whose name says the same: but for case, else but for a plural. */
function matching(key: string, node: SchemaNode, schema: TypeSchema): string[] | undefined {
  for (const form of [lower, singular]) {
    const same = Object.keys(propertiesOf(node, schema)).filter((name) => form(name) === form(key));
    if (same.length === 1) return same;
  }
  return undefined;
}

const lower = (name: string): string => name.toLowerCase();

const singular = (name: string): string => lower(name).replace(/ies$/, "y").replace(/s$/, "");

function nodeAt(steps: readonly string[], node: SchemaNode, schema: TypeSchema): SchemaNode | undefined {
  const [first, ...rest] = steps;
  if (first === undefined) return node;
  const inner = propertiesOf(node, schema)[first.replace("[]", "")];
  if (inner === undefined) return undefined;
  return nodeAt(rest, first.endsWith("[]") ? (resolved(inner, schema).items ?? inner) : inner, schema);
}

function place(into: Record<string, unknown>, [first, ...rest]: readonly string[], value: unknown): void {
  if (first === undefined) return;
  if (first.endsWith("[]")) {
    const name = first.replace("[]", "");
    const list = (into[name] ?? []) as unknown[];
    into[name] = list;
    for (const [i, item] of (Array.isArray(value) ? value : [value]).entries()) {
      if (rest.length > 0 && !isRecord(list[i])) list[i] = {};
      if (rest.length > 0) place(list[i] as Record<string, unknown>, rest, item);
      else list[i] = item;
    }
  } else if (rest.length > 0) {
    if (!isRecord(into[first])) into[first] = {};
    place(into[first] as Record<string, unknown>, rest, value);
  } else into[first] = value;
}

/** Pulumi has an object where CloudFormation has a list of one, and the other way round. */
const single = (value: unknown): unknown => (Array.isArray(value) && value.length === 1 ? value[0] : value);

const keyName = (node: SchemaNode, schema: TypeSchema): "Key" | "Name" =>
  "Key" in propertiesOf(node, schema) ? "Key" : "Name";

/** Maps, which CloudFormation writes as lists of pairs: tags, dimensions. */
const isKeyValue = (node: SchemaNode, schema: TypeSchema): boolean =>
  Object.keys(propertiesOf(node, schema)).sort().join() === `${keyName(node, schema)},Value`;

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

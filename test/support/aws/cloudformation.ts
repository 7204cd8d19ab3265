import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The part of JSON Schema in which CloudFormation describes its types. */
export interface SchemaNode {
  type?: string | string[];
  enum?: unknown[];
  pattern?: string;
  required?: string[];
  items?: SchemaNode;
  properties?: Record<string, SchemaNode>;
  $ref?: string;
  oneOf?: SchemaNode[];
  anyOf?: SchemaNode[];
  allOf?: SchemaNode[];
}

/** One resource type as AWS publishes it. */
export interface TypeSchema {
  required: string[];
  /** Paths of properties whose change makes a new resource: `KubernetesNetworkConfig/IpFamily`. */
  createOnly: string[];
  properties: Record<string, SchemaNode>;
  definitions: Record<string, SchemaNode>;
}

export const SCHEMAS = JSON.parse(readFileSync(join(__dirname, "schemas.generated.json"), "utf8")) as {
  source: string;
  recordedOn: string;
  types: Record<string, TypeSchema>;
};

export function schemaOf(type: string): TypeSchema {
  const schema = SCHEMAS.types[type];
  if (schema === undefined) throw new Error(`${type} is not among the types of scripts/gen/aws-schemas.py`);
  return schema;
}

/** A node with its reference followed. */
export function resolved(node: SchemaNode, { definitions }: TypeSchema): SchemaNode {
  const seen = node.$ref === undefined ? node : definitions[node.$ref];
  if (seen === undefined) throw new Error(`no definition ${node.$ref}`);
  return seen.$ref === undefined ? seen : resolved(seen, { definitions } as TypeSchema);
}

/** All properties of a node, those of its alternatives too. */
export function propertiesOf(node: SchemaNode, schema: TypeSchema): Record<string, SchemaNode> {
  const own = resolved(node, schema);
  const alternatives = [...(own.oneOf ?? []), ...(own.anyOf ?? []), ...(own.allOf ?? [])];
  return Object.assign({}, ...alternatives.map((inner) => propertiesOf(inner, schema)), own.properties);
}

import Ajv, { type ErrorObject, type ValidateFunction } from "ajv";
import type { PlannedResource } from "../../../scripts/lib/render/recorder";
import { type SchemaNode, schemaOf } from "./cloudformation";
import { MAPPED_TYPES, type MappedType, UNMAPPED_TYPES } from "./mapped-types";
import { isRecord, schemaShape } from "./schema-shape";

export interface Judgement {
  /** Resources that were held against a schema. */
  judged: number;
  /** Resources of types without a schema, which are named in `UNMAPPED_TYPES`. */
  unjudged: number;
  /** `<type> <name>: <what is wrong>`. */
  problems: string[];
}

/** Holds every AWS resource of a plan against what AWS publishes of its type. */
export function judgePlan(plan: readonly PlannedResource[]): Judgement {
  const aws = plan.filter(({ type }) => type.startsWith("aws:"));
  const judgedOnes = aws.filter(({ type }) => !(type in UNMAPPED_TYPES));
  return {
    judged: judgedOnes.length,
    unjudged: aws.length - judgedOnes.length,
    problems: judgedOnes.flatMap(({ type, name, inputs }) => {
      const mapped = MAPPED_TYPES[type];
      const found = mapped === undefined ? ["is not in test/support/aws/mapped-types.ts"] : complaints(inputs, mapped);
      return found.map((text) => `${type} ${name}: ${text}`);
    }),
  };
}

function complaints(inputs: Record<string, unknown>, mapped: MappedType): string[] {
  const { shape, unmapped } = schemaShape(inputs, mapped);
  const validate = validatorOf(mapped);
  validate(shape);
  return [
    ...unmapped.map((path) => `${path} is neither in ${mapped.schema} nor in the table of names`),
    ...(validate.errors ?? []).filter((error) => !mayHold(error) && !isDerived(error, mapped)).map(sentence),
  ];
}

/** Whether it may be only a text that an apply makes that failed; of alternatives, a text inside them. */
const mayHold = ({ schemaPath, data }: ErrorObject): boolean =>
  (typeof data === "string" || /\/(any|one|all)Of/.test(schemaPath)) && holdsUnknown(data);

function holdsUnknown(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(holdsUnknown);
  if (isRecord(value)) return Object.values(value).some(holdsUnknown);
  return typeof value === "string" && /<known after apply>|<[^<>]+ of [^<>]+>/.test(value);
}

const isDerived = ({ keyword, params }: ErrorObject, { derived = [] }: MappedType): boolean =>
  keyword === "required" && derived.includes(params.missingProperty);

function sentence({ instancePath, message, params, data }: ErrorObject): string {
  const given = typeof data === "object" ? "" : ` (given ${JSON.stringify(data)})`;
  const allowed = "allowedValues" in params ? `: ${params.allowedValues.join(", ")}` : "";
  return `${instancePath === "" ? "it" : instancePath} ${message}${allowed}${given}`;
}

const ajv = new Ajv({ allErrors: true, verbose: true, strict: false, coerceTypes: true });
const validators = new Map<string, ValidateFunction>();

function validatorOf({ schema, part }: MappedType): ValidateFunction {
  const key = `${schema} ${part}`;
  const there = validators.get(key);
  if (there !== undefined) return there;
  const { properties, required, definitions } = schemaOf(schema);
  const made = ajv.compile({
    type: "object",
    properties: withPointers(properties),
    required: part === true ? [] : required,
    definitions: withPointers(definitions),
  });
  validators.set(key, made);
  return made;
}

/** References as JSON Schema writes them; documents may be text, as Pulumi gives them. */
function withPointers(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(withPointers);
  if (!isRecord(node)) return node;
  const { type, properties, $ref } = node as SchemaNode;
  if (typeof $ref === "string") return { $ref: `#/definitions/${$ref}` };
  const inner = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, withPointers(value)]));
  return type === "object" && properties === undefined ? { ...inner, type: ["object", "string"] } : inner;
}

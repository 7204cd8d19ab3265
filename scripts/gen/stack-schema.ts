import { z } from "zod";
import { StackSchema } from "../../infra/config/schema";
import { type GeneratedFile, jsonText } from "./generated-file";

/** `stacks/stack.schema.json`: what editors complete and check in a stack file. */

const PREFIX = "homeport:";

/** What an encrypted leaf looks like in the file. */
const ENCRYPTED = {
  title: "encrypted secret",
  type: "object",
  properties: {
    secure: { type: "string", description: "The encrypted value, written by `pulumi config set --secret`." },
  },
  required: ["secure"],
  additionalProperties: false,
};

/** Keywords of ours are for errors; an editor shall see what the file may hold. */
function forEditors(schema: Record<string, unknown>): void {
  if (schema.secret === true) {
    for (const key of ["type", "pattern", "secret"]) delete schema[key];
    Object.assign(schema, ENCRYPTED);
  }
  // Zod writes its own bounds of a safe integer, which say nothing to a user.
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
  delete schema.allowed;
}

export function stackSchemaFile(): GeneratedFile {
  const { properties = {}, required = [] } = z.toJSONSchema(StackSchema, {
    io: "input",
    target: "draft-07",
    override: ({ jsonSchema }) => forEditors(jsonSchema as Record<string, unknown>),
  });
  const schema = {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "Homeport stack",
    description: "One environment: stacks/Pulumi.<env>.yaml",
    type: "object",
    properties: {
      config: {
        description: "Settings by namespace; those of Homeport start with `homeport:`.",
        type: "object",
        properties: Object.fromEntries(Object.entries(properties).map(([key, value]) => [PREFIX + key, value])),
        required: required.map((key) => PREFIX + key),
        // Other namespaces belong to Pulumi's providers; ours is closed.
        patternProperties: { "^(?!homeport:)[^:]+:.+$": {} },
        additionalProperties: false,
      },
      environment: { description: "Pulumi ESC environments, if you use them.", type: ["array", "object"] },
      secretsprovider: { description: "Who encrypts the secrets. Written by Pulumi.", type: "string" },
      encryptionsalt: { description: "Written by Pulumi.", type: "string" },
      encryptedkey: { description: "Written by Pulumi.", type: "string" },
    },
    required: ["config"],
    additionalProperties: false,
  };
  return { path: "stacks/stack.schema.json", text: jsonText(schema) };
}

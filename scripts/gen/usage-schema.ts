import { z } from "zod";
import { UsageFileSchema } from "../../infra/config/usage-file";
import { type GeneratedFile, jsonText } from "./generated-file";

/** `stacks/usage.schema.json`: what editors complete and check in a usage file that somebody writes by hand. */
export function usageSchemaFile(): GeneratedFile {
  const schema = z.toJSONSchema(UsageFileSchema, {
    io: "input",
    target: "draft-07",
    override: ({ jsonSchema }) => {
      delete (jsonSchema as Record<string, unknown>).allowed;
    },
  });
  return {
    path: "stacks/usage.schema.json",
    text: jsonText({ title: "Homeport usage", description: "usage/<name>.json", ...schema }),
  };
}

import { UsageFileSchema } from "../../infra/config/usage-file";
import { type GeneratedFile, jsonText } from "./generated-file";
import { jsonSchemaOf } from "./json-schema";

/** `stacks/usage.schema.json`: what editors complete and check in a usage file that somebody writes by hand. */
export function usageSchemaFile(): GeneratedFile {
  const schema = jsonSchemaOf(UsageFileSchema);
  return {
    path: "stacks/usage.schema.json",
    text: jsonText({ title: "Homeport usage", description: "usage/<name>.json", ...schema }),
  };
}

import { DecisionSchema } from "../../infra/config/decision-file";
import { type GeneratedFile, jsonText } from "./generated-file";
import { jsonSchemaOf } from "./json-schema";

/** `stacks/decision.schema.json`: what editors complete and check in a decision file. */
export function decisionSchemaFile(): GeneratedFile {
  const schema = jsonSchemaOf(DecisionSchema);
  return {
    path: "stacks/decision.schema.json",
    text: jsonText({ title: "Homeport decision", description: "stacks/decisions/<name>.yaml", ...schema }),
  };
}

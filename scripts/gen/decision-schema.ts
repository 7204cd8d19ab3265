import { z } from "zod";
import { DecisionSchema } from "../../infra/config/decision-file";
import { type GeneratedFile, jsonText } from "./generated-file";

/** `stacks/decision.schema.json`: what editors complete and check in a decision file. */
export function decisionSchemaFile(): GeneratedFile {
  const schema = z.toJSONSchema(DecisionSchema, {
    io: "input",
    target: "draft-07",
    override: ({ jsonSchema }) => {
      delete (jsonSchema as Record<string, unknown>).allowed;
    },
  });
  return {
    path: "stacks/decision.schema.json",
    text: jsonText({ title: "Homeport decision", description: "stacks/decisions/<name>.yaml", ...schema }),
  };
}

import { z } from "zod";

/** JSON Schema of what a file may hold, without our keywords for the texts of errors. */
export const jsonSchemaOf = (type: z.ZodType) =>
  z.toJSONSchema(type, {
    io: "input",
    target: "draft-07",
    override: ({ jsonSchema }) => {
      delete (jsonSchema as Record<string, unknown>).allowed;
    },
  });

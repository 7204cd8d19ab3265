import { z } from "zod";
import { CHART_SCHEMAS } from "../../infra/values/chart-schemas";
import { type GeneratedFile, jsonText } from "./generated-file";

/** `charts/<chart>/values.schema.json`, which helm checks by itself: a chart installed by hand has the same types. */
export const chartSchemaFiles = (): GeneratedFile[] =>
  Object.entries(CHART_SCHEMAS).map(([chart, values]) => ({
    path: `charts/${chart}/values.schema.json`,
    text: jsonText(
      z.toJSONSchema(values, {
        io: "input",
        target: "draft-07",
        override: ({ jsonSchema }) => {
          delete (jsonSchema as Record<string, unknown>).allowed;
        },
      }),
    ),
  }));

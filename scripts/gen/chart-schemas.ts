import { CHART_SCHEMAS } from "../../infra/values/chart-schemas";
import { type GeneratedFile, jsonText } from "./generated-file";
import { jsonSchemaOf } from "./json-schema";

/** `charts/<chart>/values.schema.json`, which helm checks by itself: a chart installed by hand has the same types. */
export const chartSchemaFiles = (): GeneratedFile[] =>
  Object.entries(CHART_SCHEMAS).map(([chart, values]) => ({
    path: `charts/${chart}/values.schema.json`,
    text: jsonText(jsonSchemaOf(values)),
  }));

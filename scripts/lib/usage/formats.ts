import { wrapped } from "../report";
import { BEDROCK_LOG, CLOUDWATCH } from "./bedrock";
import { AZURE, GOOGLE } from "./cloud-metrics";
import { ANTHROPIC_CSV, OPENAI_CSV, OPENROUTER_CSV } from "./csv-exports";
import { LITELLM } from "./litellm";
import { type Format, isRow, type Reading } from "./observation";
import { GATEWAY_ACCESS, GUARD_AUDIT } from "./our-logs";
import { ANTHROPIC, OPENAI, OPENROUTER } from "./provider-exports";

/** In the order in which a value is tried; no two know the same value. */
export const FORMATS: readonly Format[] = [
  GUARD_AUDIT,
  GATEWAY_ACCESS,
  OPENAI,
  ANTHROPIC,
  OPENROUTER,
  BEDROCK_LOG,
  CLOUDWATCH,
  AZURE,
  GOOGLE,
  OPENAI_CSV,
  ANTHROPIC_CSV,
  OPENROUTER_CSV,
  LITELLM,
];

/** For `--help`: what can be read, and where one gets it. */
export const formatsHelp = (): string =>
  FORMATS.map(({ name, how }) => `  ${name}\n${wrapped(`    ${how}`, "    ")}`).join("\n");

/** What a value of a log says, by the first format that knows it. */
export function readValue(value: unknown): [Format?, Reading?] {
  if (!isRow(value)) return [];
  for (const format of FORMATS) {
    const reading = format.read(value);
    if (reading !== undefined) return [format, reading];
  }
  return [];
}

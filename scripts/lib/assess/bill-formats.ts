import { isLong } from "../usage/csv-exports";
import { counted, isRow, type Row, rows, text, time } from "../usage/observation";
import { DAY_MS } from "../usage/rhythm";

/** What providers say of an account's costs: dollars, by the day, model and kind of token as far as one asked for it. */

export type BilledFor = "input" | "cachedInput" | "cacheWrite" | "output";

export interface BillLine {
  atMs: number;
  endMs: number;
  usd: number;
  /** Before a discount, where the report says so. */
  listUsd?: number;
  /** Left out: the report does not tell the models apart. */
  model?: string;
  /** `all`: input and output together. `other`: searches, storage, tools: no tokens are behind it. */
  kind: BilledFor | "all" | "other";
  /** As the bill counts them; left out: it has dollars only. */
  tokens?: number;
  batch: boolean;
  longContext: boolean;
}

interface BillFormat {
  name: string;
  /** `undefined`: not of this format. */
  read(value: Row): BillLine[] | undefined;
}

type Priced = Omit<BillLine, "atMs" | "endMs">;

/** Number, or a number as text: money is often text so that no digit of it is lost. */
const amount = (value: unknown): number | undefined => {
  const usd = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof usd === "number" && Number.isFinite(usd) ? usd : undefined;
};

/** Other money is not taken for dollars; a row without any has no currency. */
const isUsd = (currency: unknown): boolean => currency == null || /^usd$/i.test(String(currency));

/** `gpt-5.5-2026-04-23, cached input`, `priority | gpt-5.6-sol, output, long context`; what else there is has no model. */
const LINE_ITEM = /^(?:(\w+) \| )?([\w.:-]+), (cached input|cache writes|input|output)(?:_tokens)?(, long context)?$/;
const OPENAI_KINDS: Readonly<Record<string, BilledFor>> = {
  input: "input",
  "cached input": "cachedInput",
  "cache writes": "cacheWrite",
  output: "output",
};

function openAi(item: string | undefined, quantity: unknown, usd: number): Priced {
  const plain = { usd, batch: false, longContext: false };
  if (item === undefined) return { ...plain, kind: "all" };
  const [, tier, model, kind = "", long] = LINE_ITEM.exec(item) ?? [];
  const batch = tier === "batch";
  const tokens = counted(quantity);
  // A tier of another price tells no tokens by its dollars.
  if (model === undefined || (tier !== undefined && !batch && tokens === undefined)) return { ...plain, kind: "other" };
  return {
    usd,
    model,
    kind: OPENAI_KINDS[kind] ?? "other",
    ...(tokens === undefined ? {} : { tokens }),
    batch,
    longContext: long !== undefined,
  };
}

/** `GET /v1/organization/costs`, best with group_by=line_item. */
const OPENAI_COSTS: BillFormat = {
  name: "openai costs",
  read: (page) =>
    fromBuckets(page, ["start_time", "end_time"], (result) => {
      const usd = isRow(result.amount) ? amount(result.amount.value) : undefined;
      if (result.object !== "organization.costs.result" || usd === undefined) return undefined;
      if (isRow(result.amount) && !isUsd(result.amount.currency)) return undefined;
      return openAi(text(result.line_item), result.quantity, usd);
    }),
};

/** Export of the costs of OpenAI's dashboard. */
const OPENAI_COSTS_CSV: BillFormat = {
  name: "openai costs csv",
  read(row) {
    if (!("amount_value" in row && "start_time" in row)) return undefined;
    const [atMs, endMs] = [time(row.start_time), time(row.end_time)];
    const usd = amount(row.amount_value);
    if (atMs === undefined || endMs === undefined || !isUsd(row.amount_currency)) return undefined;
    // A day on which nothing was asked has a row without an amount.
    return usd === undefined ? [] : [{ atMs, endMs, ...openAi(text(row.line_item), row.quantity, usd) }];
  },
};

const ANTHROPIC_KINDS: Readonly<Record<string, BilledFor>> = {
  uncached_input_tokens: "input",
  cache_read_input_tokens: "cachedInput",
  "cache_creation.ephemeral_5m_input_tokens": "cacheWrite",
  "cache_creation.ephemeral_1h_input_tokens": "cacheWrite",
  output_tokens: "output",
  input_no_cache: "input",
  input_cache_read: "cachedInput",
  input_cache_write: "cacheWrite",
  input_cache_write_5m: "cacheWrite",
  input_cache_write_1h: "cacheWrite",
  output: "output",
};

/** `GET /v1/organizations/cost_report`, best with group_by[]=description. Its amounts are cents. */
const ANTHROPIC_COSTS: BillFormat = {
  name: "anthropic cost report",
  read: (page) =>
    fromBuckets(page, ["starting_at", "ending_at"], (result) => {
      const cents = amount(result.amount);
      if (cents === undefined || "uncached_input_tokens" in result || !isUsd(result.currency)) return undefined;
      const type = text(result.cost_type);
      const model = text(result.model);
      return {
        usd: cents / 100,
        ...(model === undefined ? {} : { model }),
        kind: type === undefined ? "all" : (ANTHROPIC_KINDS[text(result.token_type) ?? ""] ?? "other"),
        batch: result.service_tier === "batch",
        longContext: isLong(text(result.context_window) ?? "0-200k"),
      };
    }),
};

/** Export of the Cost page of Anthropic's console. It names models as people do: `Claude Haiku 4.5`. */
const ANTHROPIC_COSTS_CSV: BillFormat = {
  name: "anthropic cost csv",
  read(row) {
    const atMs = time(row.usage_date_utc);
    const usd = amount(row.cost_usd);
    if (atMs === undefined || usd === undefined) return undefined;
    const listUsd = amount(row.list_price_usd);
    const model = text(row.model);
    return [
      {
        atMs,
        endMs: atMs + DAY_MS,
        usd,
        ...(listUsd === undefined ? {} : { listUsd }),
        ...(model === undefined ? {} : { model: model.trim().toLowerCase().replace(/[ .]/g, "-") }),
        kind: ANTHROPIC_KINDS[text(row.token_type) ?? ""] ?? "other",
        batch: /batch/i.test(text(row.usage_type) ?? ""),
        longContext: isLong(text(row.context_window) ?? "0-200k"),
      },
    ];
  },
};

export const BILL_FORMATS: readonly BillFormat[] = [
  OPENAI_COSTS,
  OPENAI_COSTS_CSV,
  ANTHROPIC_COSTS,
  ANTHROPIC_COSTS_CSV,
];

/** Pages of days, or a day alone, each with results; a result of another kind makes the page unknown. */
function fromBuckets(
  page: Row,
  [from, to]: readonly [string, string],
  price: (result: Row) => Priced | undefined,
): BillLine[] | undefined {
  const buckets = from in page ? [page] : rows(page.data);
  const lines: BillLine[] = [];
  for (const bucket of buckets) {
    const [atMs, endMs] = [time(bucket[from]), time(bucket[to])];
    for (const result of rows(bucket.results)) {
      const priced = price(result);
      if (priced === undefined || atMs === undefined || endMs === undefined) return undefined;
      lines.push({ atMs, endMs, ...priced });
    }
  }
  return lines.length === 0 ? undefined : lines;
}

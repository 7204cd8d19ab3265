import { counted, type Format, type Observation, type Row, text, time } from "./observation";
import { HOUR_WRITES } from "./provider-exports";
import { DAY_MS } from "./rhythm";

/** What consoles let people download: the same counts as the providers' APIs give, a row for each day and model. */

/** The rows of OpenAI's usage API laid flat, with its own names of the fields. */
export const OPENAI_CSV: Format = {
  name: "openai usage csv",
  how: "export of the usage page",
  read(row) {
    const [inputTokens, outputTokens] = [counted(row.input_tokens), counted(row.output_tokens)];
    if (!("num_model_requests" in row && "start_time" in row)) return undefined;
    const [atMs, endMs] = [time(row.start_time), time(row.end_time)];
    if (atMs === undefined || endMs === undefined) return undefined;
    // A day on which nothing was asked has a row without counts.
    if (inputTokens === undefined || outputTokens === undefined) return { without: "rows of days without requests" };
    return one({
      atMs,
      spanMs: endMs - atMs,
      model: text(row.model) ?? "openai",
      requests: counted(row.num_model_requests) ?? 0,
      inputTokens,
      cachedInputTokens: counted(row.input_cached_tokens) ?? 0,
      cacheWriteTokens: counted(row.input_cache_write_tokens) ?? 0,
      outputTokens,
      batch: /^true$/i.test(text(row.batch) ?? ""),
    });
  },
};

/** Export of the Usage page of Anthropic's console. */
export const ANTHROPIC_CSV: Format = {
  name: "anthropic usage csv",
  how: "export of the usage page",
  read(row) {
    const atMs = time(row.usage_date_utc);
    const outputTokens = counted(row.usage_output_tokens);
    if (atMs === undefined || outputTokens === undefined) return undefined;
    const tokens = (kind: string): number => counted(row[`usage_input_tokens_${kind}`]) ?? 0;
    // Older exports have one column for both lives of what is written.
    const written = tokens("cache_write") + tokens("cache_write_5m") + tokens("cache_write_1h");
    const window = text(row.context_window);
    const observation = {
      atMs,
      spanMs: DAY_MS,
      model: text(row.model_version) ?? "anthropic",
      inputTokens: tokens("no_cache") + tokens("cache_read") + written,
      cachedInputTokens: tokens("cache_read"),
      cacheWriteTokens: written,
      outputTokens,
      batch: /batch/i.test(text(row.usage_type) ?? ""),
      ...(window && isLong(window) ? { longAbove: 200_000 } : {}),
    };
    return { ...one(observation), ...(tokens("cache_write_1h") > 0 ? { lacks: HOUR_WRITES } : {}) };
  },
};

/** `≤ 200k` or `0-200k` is the usual price, what is above has another one. */
export const isLong = (window: string): boolean => !/^(≤\s*|0-)200k$/i.test(window.trim());

/** Export of OpenRouter's Activity page. Reasoning is part of its completion tokens. */
export const OPENROUTER_CSV: Format = {
  name: "openrouter activity csv",
  how: "export of the activity page",
  remark: "openrouter's activity does not say which input was cached: none is assumed",
  read(row: Row) {
    const atMs = time(row.Date);
    const [input, output] = [counted(row["Prompt Tokens"]), counted(row["Completion Tokens"])];
    if (atMs === undefined || input === undefined || output === undefined) return undefined;
    return one({
      atMs,
      spanMs: DAY_MS,
      model: text(row.Slug) ?? "openrouter",
      requests: counted(row.Requests) ?? 0,
      inputTokens: input,
      cachedInputTokens: 0,
      cacheWriteTokens: 0,
      outputTokens: output,
      batch: false,
    });
  },
};

const one = (observation: Observation) => ({ observations: [observation] });

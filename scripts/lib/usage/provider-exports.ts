import { counted, type Format, isRow, type Observation, type Row, rows, text, time } from "./observation";
import { DAY_MS } from "./rhythm";

/** What providers say of an account's usage, in spans of a minute, an hour or a day. */

/** `GET /v1/organization/usage/completions`, best with group_by=model,batch&bucket_width=1h. */
export const OPENAI: Format = {
  name: "openai usage export",
  how: "GET /v1/organization/usage/completions by the hour, grouped by model and batch, every page",
  read: buckets("start_time", "end_time", (result) => {
    if (result.object !== "organization.usage.completions.result") return undefined;
    return {
      model: text(result.model) ?? "openai",
      requests: counted(result.num_model_requests) ?? 0,
      inputTokens: counted(result.input_tokens) ?? 0,
      cachedInputTokens: counted(result.input_cached_tokens) ?? 0,
      cacheWriteTokens: counted(result.input_cache_write_tokens) ?? 0,
      outputTokens: counted(result.output_tokens) ?? 0,
      batch: result.batch === true,
    };
  }),
};

/** `GET /v1/organizations/usage_report/messages`, best with group_by[]=model,service_tier,context_window&bucket_width=1h. */
export const ANTHROPIC: Format = {
  name: "anthropic usage export",
  how: "GET /v1/organizations/usage_report/messages by the hour, grouped by model, service_tier and context_window, every page",
  read: buckets("starting_at", "ending_at", (result) => {
    const uncached = counted(result.uncached_input_tokens);
    if (uncached === undefined) return undefined;
    const created = isRow(result.cache_creation) ? result.cache_creation : {};
    const forAnHour = counted(created.ephemeral_1h_input_tokens) ?? 0;
    const written = (counted(created.ephemeral_5m_input_tokens) ?? 0) + forAnHour;
    const cached = counted(result.cache_read_input_tokens) ?? 0;
    const window = text(result.context_window);
    return {
      model: text(result.model) ?? "anthropic",
      inputTokens: uncached + cached + written,
      cachedInputTokens: cached,
      cacheWriteTokens: written,
      outputTokens: counted(result.output_tokens) ?? 0,
      batch: result.service_tier === "batch",
      ...(window && window !== "0-200k" ? { longAbove: 200_000 } : {}),
      ...(forAnHour > 0 ? { lacks: HOUR_WRITES } : {}),
    };
  }),
};

/** Price lists have one price for what is written to a cache; Anthropic asks twice as much as for input where it stays an hour. */
export const HOUR_WRITES = "rows with input cached for an hour: writing it is priced as for five minutes, too low";

/** `GET /api/v1/activity` of OpenRouter: by day. Reasoning is part of its completion tokens. */
export const OPENROUTER: Format = {
  name: "openrouter activity export",
  how: "GET /api/v1/activity",
  remark: "openrouter's activity does not say which input was cached: none is assumed",
  read(page) {
    const items = "model_permaslug" in page ? [page] : rows(page.data).filter((item) => "model_permaslug" in item);
    const observations = items.flatMap((item): Observation[] => {
      const atMs = time(item.date);
      if (atMs === undefined) return [];
      return [
        {
          atMs,
          spanMs: DAY_MS,
          model: text(item.model) ?? "openrouter",
          requests: counted(item.requests) ?? 0,
          inputTokens: counted(item.prompt_tokens) ?? 0,
          cachedInputTokens: 0,
          cacheWriteTokens: 0,
          outputTokens: counted(item.completion_tokens) ?? 0,
          batch: false,
        },
      ];
    });
    return items.length === 0 || observations.length < items.length ? undefined : { observations };
  },
};

type Counted = Omit<Observation, "atMs" | "spanMs"> & { lacks?: string };

/** Pages of buckets, or a bucket alone, each with results; a result of another kind makes the page unknown. */
function buckets(from: string, to: string, count: (result: Row) => Counted | undefined): Format["read"] {
  return (page) => {
    const found = from in page ? [page] : rows(page.data);
    if (found.length === 0 || found.some((bucket) => !(from in bucket && Array.isArray(bucket.results))))
      return undefined;
    const observations: Observation[] = [];
    let [fromMs, toMs] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    let lacks: string | undefined;
    for (const bucket of found) {
      const atMs = time(bucket[from]);
      const endMs = time(bucket[to]);
      if (atMs === undefined || endMs === undefined) return undefined;
      fromMs = Math.min(fromMs, atMs);
      toMs = Math.max(toMs, endMs);
      for (const result of rows(bucket.results)) {
        const counts = count(result);
        if (counts === undefined) return undefined;
        const { lacks: lacking, ...observed } = counts;
        lacks ??= lacking;
        observations.push({ atMs, spanMs: endMs - atMs, ...observed });
      }
    }
    return {
      observations,
      covers: { fromMs, toMs },
      ...(lacks === undefined ? {} : { lacks }),
      ...(typeof page.has_more === "boolean" ? { goesOn: page.has_more } : {}),
    };
  };
}

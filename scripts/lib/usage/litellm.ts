import { counted, type Format, isRow, named, type Row, text, time } from "./observation";

/** Spend logs and standard logging payloads of a LiteLLM proxy: the fields that both have. */
export const LITELLM: Format = {
  name: "litellm log",
  how: "spend logs of the proxy (GET /spend/logs), or its standard logging payloads",
  read(row) {
    if (!("call_type" in row && "startTime" in row && "prompt_tokens" in row)) return undefined;
    const atMs = time(row.startTime);
    const input = counted(row.prompt_tokens);
    const output = counted(row.completion_tokens);
    if (atMs === undefined || input === undefined || output === undefined) return undefined;
    if (row.cache_hit === true || row.cache_hit === "True") return { without: "answered from litellm's own cache" };
    if (row.status === "failure") return { without: "litellm requests that failed" };
    const usage = providerUsage(row);
    const details = isRow(usage.prompt_tokens_details) ? usage.prompt_tokens_details : {};
    const cachedInputTokens = counted(usage.cache_read_input_tokens) ?? counted(details.cached_tokens) ?? 0;
    const cacheWriteTokens = counted(usage.cache_creation_input_tokens) ?? counted(details.cache_creation_tokens) ?? 0;
    const beside = cachedInputTokens + cacheWriteTokens;
    return {
      observations: [
        {
          atMs,
          spanMs: 0,
          ...named(row.request_id),
          model: text(row.model_group) ?? text(row.model) ?? "litellm",
          requests: 1,
          // Older versions count a cache's tokens beside the prompt's, newer ones among them (BerriAI/litellm#15056).
          inputTokens: input < beside ? input + beside : input,
          cachedInputTokens,
          cacheWriteTokens,
          outputTokens: output,
          batch: false,
        },
      ],
    };
  },
};

/**
 * Where the provider's own counts are kept (read in litellm 1.109.1; versions before the first field was added have the
 * second alone). The database has its metadata as text.
 */
function providerUsage(row: Row): Row {
  const metadata = typeof row.metadata === "string" ? parsed(row.metadata) : row.metadata;
  if (!isRow(metadata)) return {};
  return [metadata.usage_object, metadata.additional_usage_values].find(isRow) ?? {};
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

/** What a provider asks for a model by its list, in US dollars per 1,000,000 tokens. */
export interface ApiPrice {
  /** `openai`, `anthropic`, `google`, `bedrock`, … */
  provider: string;
  /** As the provider's API calls it. */
  model: string;
  usdPerMillion: {
    input: number;
    /** Input that the provider's cache answers. Left out: no such price. */
    cachedInput?: number;
    cacheWrite?: number;
    output: number;
    batchInput?: number;
    batchOutput?: number;
  };
  /**
   * Of all tokens of a request whose input is longer than this; what is left out costs what it does in a short one.
   * Left out altogether: one price for every length.
   */
  longContext?: { aboveTokens: number; input: number; cachedInput?: number; cacheWrite?: number; output: number };
  /** What is asked in these hours of the day (UTC, 0-23) instead. Left out: one price around the clock. */
  otherHours?: { hoursUtc: readonly number[]; input: number; output: number };
  /** The open-weight model (id in the catalogue of open models) that it serves, if it does. */
  sameWeightsAs?: string;
  /** `YYYY-MM-DD` on which the provider ends it, where announced. */
  retiresOn?: string;
  /** `YYYY-MM-DD` of the price, and the package with version it was taken from. */
  asOf: string;
  source: string;
  /** What the other source says where the two differ; this row's own source holds. */
  disagrees?: string;
}

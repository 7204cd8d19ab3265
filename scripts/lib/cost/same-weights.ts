import { sameWeightsOffers } from "../../../infra/core/catalogue/api-prices";
import { apiCost, total } from "../../../infra/core/economics/api-cost";

/** Tokens of a time, or of one request. */
export interface AskedTokens {
  requests: number;
  /** All of them, cached ones too. */
  inputTokens: number;
  cachedInputTokens: number;
  outputTokens: number;
}

export interface ApiOffer {
  provider: string;
  /** Of all these tokens. */
  usd: number;
  /** In and out together. */
  usdPerMillion: number;
  /** Of cached input; left out: it has no price of its own and pays as any other. */
  cachedUsdPerMillion?: number;
  /** Day of its price. */
  asOf: string;
}

/** The cheapest API of the same open weights for these tokens; cached ones at its price for them, where it has one. */
export function cheapestApi(openModel: string, tokens: AskedTokens, today: string): ApiOffer | undefined {
  const workload = { name: openModel, ...tokens, peakToAverage: 1, batchShare: 0 };
  const offers = sameWeightsOffers(openModel, today).map((price) => {
    const usd = total(apiCost(workload, price));
    const usdPerMillion = (usd * 1e6) / (tokens.inputTokens + tokens.outputTokens);
    const cached = price.usdPerMillion.cachedInput;
    return {
      provider: price.provider,
      usd,
      usdPerMillion,
      ...(cached !== undefined && { cachedUsdPerMillion: cached }),
      asOf: price.asOf,
    };
  });
  return offers.sort((a, b) => a.usd - b.usd)[0];
}

import type { ApiPrice } from "../../../infra/core/catalogue/api-price";
import { type Found, findApiPrice } from "../../../infra/core/catalogue/api-prices";

/** By the model's name; of several hosts, the one that the export or bill is of. */
export function priceNamed(name: string, source: string): ApiPrice | undefined {
  // Routers write versions with a point, `claude-opus-4.7`, where the provider has a hyphen.
  const found = [name, name.replace(/(\d)\.(\d)/g, "$1-$2")].map((one) => findApiPrice(one)).find(isPriced);
  if (found === undefined) return undefined;
  return found.prices.find(({ provider }) => source.includes(provider)) ?? found.prices[0];
}

const isPriced = (found: Found): found is Found & { kind: "priced" } => found.kind === "priced";

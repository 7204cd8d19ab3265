import recorded from "./part-prices.json";
import type { Price } from "./prices";

/** What is bought besides nodes. */
export type Part = keyof typeof recorded.prices;

/** Of one for an hour or a month; `use`: of one GB, or of so many requests as its name says. */
export interface PartPrice {
  /** What one of it is, in words. */
  of: string;
  usd: number;
  per: "hour" | "month" | "use";
  /** `YYYY-MM-DD`. */
  asOf: string;
  /** Of a row that homeport catalogue refresh renewed. */
  source?: string;
}

/** Of us-east-1, in US dollars, as the source has it. */
export const PART_PRICES = recorded.prices as Readonly<Record<Part, PartPrice>>;
export const partSource = (part: Part): string => PART_PRICES[part].source ?? recorded.source;

/** Regions that have the prices of us-east-1 for what was looked up (independent price guides of 2026; not AWS's list). */
const LIKE_RECORDED: ReadonlySet<string> = new Set([recorded.region, "us-east-2", "us-west-2"]);

export const partPrice = (region: string, part: Part): Price => ({
  usd: PART_PRICES[part].usd,
  known: LIKE_RECORDED.has(region),
});

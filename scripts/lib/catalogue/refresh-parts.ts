import { z } from "zod";
import type { Part, PartPrice } from "../../../infra/core/aws/part-prices";
import { PART_QUERIES, type PartQuery } from "./part-queries";
import { type AskPriceList, productOf } from "./price-list";

/** What the file of parts holds. */
export interface PartFile {
  checkedOn: string;
  region: string;
  source: string;
  prices: Readonly<Record<Part, PartPrice>>;
}

/** A part that keeps its row and day, and why. */
export interface KeptPart {
  part: string;
  asOf: string;
  why: string;
}

const Product = z.object({
  product: z.object({ attributes: z.object({ usagetype: z.string().optional() }) }),
  terms: z.object({
    OnDemand: z
      .record(
        z.string(),
        z.object({
          priceDimensions: z.record(
            z.string(),
            z.object({
              unit: z.string(),
              beginRange: z.string().optional(),
              pricePerUnit: z.object({ USD: z.string() }).partial(),
            }),
          ),
        }),
      )
      .optional(),
  }),
});
type Product = z.infer<typeof Product>;

/** More than that in one renewal is another unit or product, not another price. */
const LARGEST_CHANGE = 10;

const inUsEast1 = (given: string, usage: string): boolean =>
  [usage, `USE1-${usage}`, `us-east-1-${usage}`].includes(given);

/** Per unit of the list, of the first steps that cost something: what comes free before is no price. */
function firstPaid({ terms }: Product): { usd: number; unit: string }[] {
  return Object.values(terms.OnDemand ?? {}).flatMap(({ priceDimensions }) =>
    Object.values(priceDimensions)
      .map(({ unit, beginRange = "0", pricePerUnit }) => ({
        unit,
        from: Number(beginRange),
        usd: Number(pricePerUnit.USD),
      }))
      .filter(({ usd }) => usd > 0)
      .sort((a, b) => a.from - b.from)
      .slice(0, 1),
  );
}

/** A question in a form that the list does not know is one part's trouble, not that of all; a denial or the network is. */
function refusal(error: Error): string {
  if (error.name === "InvalidParameterException") return `the list does not take the question: ${error.message}`;
  throw error;
}

/** The one price that these products have; a sentence where it is none, several, or not the same thing as before. */
function renewed(answer: readonly string[], { usage, unit, times = 1 }: PartQuery, before: number): number | string {
  const found = answer
    .map((text) => productOf(Product, text))
    .filter(({ product }) => inUsEast1(product.attributes.usagetype ?? "", usage))
    .flatMap(firstPaid);
  const units = [...new Set(found.map((price) => price.unit))];
  const prices = [...new Set(found.map(({ usd }) => usd))];
  if (prices.length === 0) return `the list has no price of ${usage}`;
  if (!units.every((given) => unit.test(given)))
    return `the list has it by ${units.join(" and ")}, not by what we count`;
  const [price = 0, ...others] = prices;
  if (others.length > 0) return `the list has ${prices.length} prices of ${usage}: ${prices.join(", ")}`;
  const usd = Number((price * times).toPrecision(10));
  if (usd > before * LARGEST_CHANGE || usd < before / LARGEST_CHANGE)
    return `the list has ${usd} where we had ${before}: another unit or product`;
  return usd;
}

/** What is bought besides nodes, as the Price List has it today. A part that it does not answer clearly stays as it is. */
export async function renewParts(
  ask: AskPriceList,
  file: PartFile,
  today: string,
  onPart: (part: string) => void,
): Promise<{ file: PartFile; renewed: number; changed: number; kept: KeptPart[] }> {
  const kept: KeptPart[] = [];
  let changed = 0;
  const rows: [string, PartPrice][] = [];
  for (const [part, row] of Object.entries(file.prices)) {
    onPart(row.of);
    const query = PART_QUERIES[part as Part];
    const answer = await ask(query.service, query.filters).catch(refusal);
    const usd = typeof answer === "string" ? answer : renewed(answer, query, row.usd);
    if (typeof usd === "string") kept.push({ part, asOf: row.asOf, why: usd });
    else if (usd !== row.usd) changed += 1;
    const source = `AWS Price List (GetProducts of ${query.service}), by homeport catalogue refresh`;
    rows.push([part, typeof usd === "string" ? row : { ...row, usd, asOf: today, source }]);
  }
  const prices = Object.fromEntries(rows) as PartFile["prices"];
  const next = kept.length === rows.length ? file : { ...file, checkedOn: today, prices };
  return { file: next, renewed: rows.length - kept.length, changed, kept };
}

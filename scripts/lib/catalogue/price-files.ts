import type { ApiPrice } from "../../../infra/core/catalogue/api-price";

/** What the files of on-demand prices hold. */
export interface PriceFile {
  recordedOn: string;
  /** The day that the prices are of. */
  pricesOf: string;
  source: string;
  /** Whether every region was asked for: then no older table fills anything in. */
  everyRegion?: true;
  /** Region -> instance type -> US dollars an hour. */
  regions: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** Prices with a commitment, nothing upfront: instance type -> region -> US dollars an hour by years. */
export interface PlanFile {
  recordedOn: string;
  pricesOf: string;
  source: string;
  types: Readonly<Record<string, Readonly<Record<string, { "1y"?: number; "3y"?: number }>>>>;
}

const sorted = (rows: Readonly<Record<string, unknown>>): [string, unknown][] =>
  Object.entries(rows).sort(([a], [b]) => (a < b ? -1 : 1));

/** JSON with one line per row, so that a new recording reads as a diff. */
function fileText(head: Record<string, unknown>, key: string, rows: Readonly<Record<string, unknown>>): string {
  const line =
    (indent: string) =>
    ([k, v]: [string, unknown]) =>
      `${indent}${JSON.stringify(k)}: ${JSON.stringify(v)}`;
  return `{\n${Object.entries(head).map(line("  ")).join(",\n")},\n  "${key}": {\n${sorted(rows).map(line("    ")).join(",\n")}\n  }\n}\n`;
}

export const priceFileText = ({ regions, ...head }: PriceFile): string => fileText(head, "regions", regions);

export const planFileText = ({ types, ...head }: PlanFile): string => fileText(head, "types", types);

/** What the file of API prices holds. */
export interface ApiPriceFile {
  recordedOn: string;
  source: string;
  prices: readonly ApiPrice[];
}

export function apiPriceFileText({ prices, ...head }: ApiPriceFile): string {
  const lines = Object.entries(head).map(([k, v]) => `  ${JSON.stringify(k)}: ${JSON.stringify(v)},`);
  const rows = prices.map((row) => `    ${JSON.stringify(row)}`);
  return `{\n${lines.join("\n")}\n  "prices": [\n${rows.join(",\n")}\n  ]\n}\n`;
}

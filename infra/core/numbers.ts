/** Numbers as sentences and tables have them. */

/** With so many digits after the point: `1,234.50`. */
export const grouped = (n: number, digits = 0): string =>
  n.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });

/** US dollars without cents: `$34,000`. */
export const wholeDollars = (usd: number): string => `$${Math.round(usd).toLocaleString("en-US")}`;

/** With at most so many digits after the point: `2.27M`; what would be 0 by them is written out. */
export const millions = (n: number, digits = 2): string =>
  Math.abs(n) < 1e6 / 10 ** digits
    ? grouped(n)
    : `${(n / 1e6).toLocaleString("en-US", { maximumFractionDigits: digits })}M`;

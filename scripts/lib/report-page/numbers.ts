import { grouped } from "../../../infra/core/numbers";

/** How the page writes numbers. */

/** `$34,000`, `−$1,204`; cents below 10 dollars. */
export function dollars(usd: number): string {
  const digits = Math.abs(usd) < 10 && !Number.isInteger(usd) ? 2 : 0;
  const text = `$${grouped(Math.abs(usd), digits)}`;
  return usd < 0 && !/^\$0(\.00)?$/.test(text) ? `−${text}` : text;
}

const SCALES: readonly [number, string][] = [
  [1e9, "B"],
  [1e6, "M"],
  [1e3, "k"],
];

/** Three digits and a letter: `2.27M`, `450k`. */
export function short(n: number): string {
  const [scale, letter] = SCALES.find(([size]) => Math.abs(n) >= size * 0.9995) ?? [1, ""];
  return `${Number((n / scale).toPrecision(3))}${letter}`;
}

export const shortDollars = (usd: number): string => (usd < 0 ? `−$${short(-usd)}` : `$${short(usd)}`);
export const percent = (share: number): string => `${grouped(share * 100)} %`;
export const plain = (n: number): string => grouped(n, Math.abs(n) < 10 && !Number.isInteger(n) ? 2 : 0);

/** Of one request: three digits, however small. */
export const eachDollars = (usd: number): string => (usd >= 10 ? dollars(usd) : `$${Number(usd.toPrecision(3))}`);

import { grouped } from "../../../infra/core/numbers";

/** US dollars as they are printed: `1,234.50`; `0.1234` where cents say too little. */
export const usd = (amount: number, digits = 2): string => grouped(amount, digits);

/** A change with its sign: `+$21.96`, `-$0.10`, `$0.00`. */
export function signedUsd(amount: number, digits = 2): string {
  const text = usd(Math.abs(amount), digits);
  if (Number(text.replaceAll(",", "")) === 0) return `$${text}`;
  return `${amount < 0 ? "-" : "+"}$${text}`;
}

/** Rates per million tokens: cents of a dollar are coarse below 1. */
export const usdRate = (amount: number): string => usd(amount, amount < 1 ? 3 : 2);

export const percent = (share: number): string => `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;

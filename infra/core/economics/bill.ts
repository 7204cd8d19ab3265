/** A month's bill, line by line. What has no price is listed as such and is never counted as 0. */
export interface Bill {
  lines: readonly BillLine[];
  unpriced: readonly Unpriced[];
  /** Sum of the lines, in US dollars. */
  monthlyUsd: number;
}

/** `nodes` to `observability` are paid to the cloud, `tokens` to a provider of an API, `people` and `setup` to oneself. */
export type BillKind =
  | "nodes"
  | "storage"
  | "network"
  | "platform"
  | "observability"
  | "people"
  | "setup"
  | "evaluation"
  | "fallback"
  | "tokens";

export interface BillLine {
  kind: BillKind;
  /** With its quantity: `prod: 2 × p4de.24xlarge on demand, 1460 node hours`. */
  what: string;
  monthlyUsd: number;
}

export interface Unpriced {
  what: string;
  why: string;
}

export function billOf(lines: readonly BillLine[], unpriced: readonly Unpriced[] = []): Bill {
  return { lines, unpriced, monthlyUsd: lines.reduce((sum, line) => sum + line.monthlyUsd, 0) };
}

/** Of a bill, the lines of some kinds, in US dollars. */
export const usdOf = ({ lines }: Bill, ...kinds: BillKind[]): number =>
  lines.reduce((total, { kind, monthlyUsd }) => total + (kinds.includes(kind) ? monthlyUsd : 0), 0);

/** The same as a share of all lines, 0 to 1: "people = 59 %". */
export const shareOf = (bill: Bill, ...kinds: BillKind[]): number =>
  bill.monthlyUsd === 0 ? 0 : usdOf(bill, ...kinds) / bill.monthlyUsd;

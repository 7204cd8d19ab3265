/** What the first article says a GPU costs an hour; a price outside of it is worth a second look, not an error. */
const USUAL_USD = { from: 2, to: 10 };

/** A remark on a node's price where its GPUs cost less or more than is usual. */
export function gpuHourRemark(instanceType: string, gpus: number, nodeHourlyUsd: number): string | undefined {
  const each = nodeHourlyUsd / gpus;
  if (each >= USUAL_USD.from && each <= USUAL_USD.to) return undefined;
  const side = each < USUAL_USD.from ? "below" : "above";
  return `${instanceType}: $${each.toFixed(2)} a GPU hour is ${side} the usual $${USUAL_USD.from} to $${USUAL_USD.to}`;
}

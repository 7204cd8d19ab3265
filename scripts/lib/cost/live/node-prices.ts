import type { LoadedStack } from "../../../../infra/config/schema";
import { instancePrice, type Price } from "../../../../infra/core/aws/prices";
import { onDemandPrice } from "../../../../infra/core/catalogue/shapes";
import { InputError, type Problem } from "../../../../infra/core/errors";
import type { WorkerNode } from "./reading";

/** What a node costs an hour; left out for nodes that belong to no pool of models. */
export interface PricedPool {
  pool: string;
  hourlyUsd: number;
  /** `--node-usd`, or the list with its day. */
  source: string;
}

/** `pool=12.5`, as often as there are pools. */
export function givenPrices(texts: readonly string[], { config }: Pick<LoadedStack, "config">): Record<string, number> {
  const problems: Problem[] = [];
  const prices: Record<string, number> = {};
  for (const text of texts) {
    const [, pool = "", usd = ""] = /^([a-z0-9-]+)=(\d+(?:\.\d+)?)$/.exec(text) ?? [];
    if (config.pools[pool] === undefined)
      problems.push({
        path: "--node-usd",
        given: text,
        allowed: `<pool>=<US dollars an hour>; pools: ${Object.keys(config.pools).join(", ")}`,
        fix: "correct it",
      });
    else prices[pool] = Number(usd);
  }
  if (problems.length > 0) throw new InputError(problems);
  return prices;
}

/** Pool of a node, in the stack's words. A cluster of one's own may call its nodes differently: its one pool is meant. */
function poolOf({ pool }: WorkerNode, { config }: LoadedStack): string | undefined {
  if (config.pools[pool] !== undefined) return pool;
  const names = Object.keys(config.pools);
  return config.environment.platform !== "aws" && names.length === 1 ? names[0] : undefined;
}

/** Lists of most regions do not tell their day. */
const listText = ({ region }: WorkerNode, type: string): string =>
  `list of ${onDemandPrice(type, region)?.asOf ?? "an unknown day"} for ${region}`;

/** Where the list is not what is paid: AWS's bill alone knows that (homeport cost --bill). */
function standIn({ capacity }: WorkerNode, { known }: Price): string {
  if (capacity === "spot" || capacity === "block") return `, on demand, in place of the price of ${capacity} nodes`;
  return known ? "" : ", by the price of us-east-1";
}

/** The price of each node on which models run. Refuses when one of them has none: it is never taken as free. */
export function priceNodes(
  nodes: readonly WorkerNode[],
  stack: LoadedStack,
  given: Readonly<Record<string, number>>,
): (node: WorkerNode) => PricedPool | undefined {
  const missing = new Set<string>();
  const priceOf = (node: WorkerNode): PricedPool | undefined => {
    const pool = poolOf(node, stack);
    if (pool === undefined) return undefined;
    const own = given[pool];
    if (own !== undefined) return { pool, hourlyUsd: own, source: "--node-usd" };
    const type = stack.config.pools[pool]?.instanceType ?? "";
    const listed = instancePrice(node.region, type);
    if (listed === undefined) missing.add(pool);
    return listed && { pool, hourlyUsd: listed.usd, source: `${listText(node, type)}${standIn(node, listed)}` };
  };
  for (const node of nodes) priceOf(node);
  if (missing.size > 0)
    throw new InputError(
      [...missing].map((pool) => ({
        path: "--node-usd",
        allowed: `a price for the nodes of pool ${pool}: no list has one`,
        fix: `give what they cost you: --node-usd ${pool}=<US dollars an hour>`,
      })),
    );
  return priceOf;
}

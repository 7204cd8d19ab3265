import type { LoadedStack } from "../../../config/schema";
import { largest } from "../../../core/aws/estimate";
import { onDemandPrice } from "../../../core/catalogue/shapes";
import type { Problem } from "../../../core/errors";
import { estimate } from "./estimate";

const NAMED = 3;

/** US dollars without cents: `54,321`. */
const usd = (amount: number): string => Math.ceil(amount).toLocaleString("en-US");

/** Refuses a stack that would cost more a month than its owner allows. For stacks that are otherwise good. */
export function aboveCeiling(stack: Pick<LoadedStack, "name" | "config" | "releases">): Problem[] {
  const { environment, budget } = stack.config;
  if (environment.platform !== "aws" || budget.ceilingUsd === undefined) return [];
  const cost = estimate(stack);
  if (cost.monthlyUsd <= budget.ceilingUsd) return [];
  const lines = largest(cost, NAMED).map(
    ({ region, what, count, monthlyUsd }) => `${region} ${count} × ${what} ${usd(monthlyUsd)}`,
  );
  const doubt = cost.known ? "" : ", some by stand-in prices";
  return [
    {
      path: "budget.ceilingUsd",
      given: `${usd(budget.ceilingUsd)} USD, and this stack costs about ${usd(cost.monthlyUsd)} a month (list prices of ${daysOf(stack)}${doubt}); most of it: ${lines.join(", ")}`,
      allowed: "an estimate below the ceiling",
      fix: "use fewer or smaller nodes, fewer previous releases, or raise the ceiling",
    },
  ];
}

/** The days that the nodes' prices are of: not every region's list tells its own. */
function daysOf({ config }: Pick<LoadedStack, "config">): string {
  const types = Object.values(config.pools).flatMap(({ instanceType }) => instanceType ?? []);
  const days = config.regions.flatMap((region) =>
    types.map((type) => onDemandPrice(type, region)?.asOf ?? "a day that is not known"),
  );
  return [...new Set(days)].sort().join(" and ");
}

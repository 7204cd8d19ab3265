import type { LoadedStack } from "../../../config/schema";
import { costLine, type Estimate, estimateOf } from "../../../core/aws/estimate";
import { PART_PRICES, type Part, partPrice } from "../../../core/aws/part-prices";
import { type Inventory, inventoryOf, type PlannedThing } from "../../../core/aws/resource-prices";
import { byHour, estimate, nodesAtMost } from "./estimate";

type Stack = Pick<LoadedStack, "name" | "config" | "releases">;

/** Paid for by the month for being there; how many there are, only the plan knows. */
const COUNTED: readonly Part[] = ["key", "metricAlarm", "healthCheck", "webAcl", "accelerator"];
const NAMES: Partial<Record<Part, string>> = {
  key: "KMS key",
  metricAlarm: "CloudWatch alarm",
  healthCheck: "Route 53 health check",
  webAcl: "web firewall, without its rules",
  accelerator: "Global Accelerator",
};

export interface StackCost extends Estimate {
  /** Those of nodes, without their disks. */
  nodes: Dollars;
  /** Those of nodes if every pool had as many as its `max` all the time: the most that autoscaling can spend. */
  nodesAtMost: Dollars;
  /** Left out: the plan was not looked at, and neither are the lines that only it knows. */
  inventory?: Inventory;
}

export type Dollars = Omit<Estimate, "lines">;

export function stackCost(stack: Stack, plan?: readonly PlannedThing[]): StackCost {
  const fixed = estimate(stack);
  const inventory = plan && inventoryOf(plan, COUNTED);
  const counted = (inventory?.parts ?? []).map(({ region, part, count }) => {
    const price = partPrice(region, part);
    return costLine(region, NAMES[part] ?? part, count, PART_PRICES[part].per === "hour" ? price : byHour(price));
  });
  return {
    ...estimateOf([...fixed.lines, ...counted]),
    nodes: dollars(estimateOf(fixed.lines.filter(({ what }) => what.startsWith("pool ")))),
    nodesAtMost: dollars(nodesAtMost(stack)),
    ...(inventory && { inventory }),
  };
}

const dollars = ({ lines: _, ...sums }: Estimate): Dollars => sums;

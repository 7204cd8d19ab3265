import type { LoadedStack } from "../../../infra/config/schema";
import type { PlannedThing } from "../../../infra/core/aws/resource-prices";
import type { Usage } from "../../../infra/core/economics/usage";
import { InputError } from "../../../infra/core/errors";
import type { MeasuredDay } from "../../../infra/core/throughput/own-days";
import type { SpeedObjective } from "../../../infra/core/throughput/throughput";
import { NOTICES } from "../../../infra/values/aws/cost/spend";
import { type StackCost, stackCost } from "../../../infra/values/aws/cost/stack-cost";
import type { Demand } from "./assumptions";
import { demandsOf } from "./demand";
import { type Basis, priceBases } from "./freshness";
import { type OtherPrices, otherPrices } from "./other-prices";
import { type ModelCost, modelCosts, type ReleaseCost, releaseCosts } from "./release-costs";
import { type Standby, standbyCosts } from "./standby";

/** Everything that `homeport cost` says of a stack; printed as it is with `--json`. */
export interface CostReport {
  stack: string;
  today: string;
  cost: StackCost;
  objective: SpeedObjective;
  demands: Record<string, Demand>;
  releases: ReleaseCost[];
  models: ModelCost[];
  standby: Standby[];
  otherPrices: OtherPrices[];
  budget: { monthlyUsd?: number; ceilingUsd?: number; alarms: { when: string; atUsd: number }[] };
  bases: Basis[];
}

export function costReport(
  stack: LoadedStack,
  {
    plan,
    usage,
    objective,
    measured,
    today,
  }: {
    plan: readonly PlannedThing[];
    usage?: Usage;
    objective: SpeedObjective;
    measured: readonly MeasuredDay[];
    today: string;
  },
): CostReport {
  const cost = stackCost(stack, plan);
  const unknown = cost.inventory?.unknown ?? [];
  if (unknown.length > 0) throw new Error(`nobody said how these are paid: ${unknown.join(", ")}`);
  const demandOf = demandsOf(usage, stack);
  const releases = releaseCosts({ stack, cost, demandOf, objective, measured, today });
  const { monthlyUsd, ceilingUsd } = stack.config.budget;
  return {
    stack: stack.name,
    today,
    cost,
    objective,
    demands: Object.fromEntries(Object.keys(stack.config.models).map((model) => [model, demandOf(model)])),
    releases,
    models: modelCosts(releases),
    standby: standbyCosts(stack, releases),
    otherPrices: otherPrices(stack),
    budget: {
      ...(monthlyUsd !== undefined && { monthlyUsd }),
      ...(ceilingUsd !== undefined && { ceilingUsd }),
      alarms: NOTICES.map(([type, share]) => ({
        when: type === "ACTUAL" ? "spent" : "forecast",
        atUsd: ((monthlyUsd ?? 0) * share) / 100,
      })).filter(() => monthlyUsd !== undefined),
    },
    bases: priceBases(stack, releases, today),
  };
}

/** Only AWS has a list that says what a cluster costs. */
export function refuseWithoutList({ config, name }: LoadedStack): void {
  if (config.environment.platform === "aws") return;
  throw new InputError([
    {
      path: "--stack",
      given: name,
      allowed: "an environment on AWS: a cluster of your own has no list price",
      fix: `give its nodes' price and count what they do: homeport cost --live --stack ${name} --node-usd <pool>=<US dollars an hour>`,
    },
  ]);
}

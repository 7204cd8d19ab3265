import type { Problem } from "../../core/errors";
import { onAws, type Rule } from "./rule";

export const budgetMakesSense: Rule = onAws(({ config: { budget, monitoring } }) => {
  const { monthlyUsd, ceilingUsd } = budget;
  if (monthlyUsd === undefined) return [];
  const problems: Problem[] = [];
  if (ceilingUsd !== undefined && ceilingUsd < monthlyUsd)
    problems.push({
      path: "budget.ceilingUsd",
      given: `${ceilingUsd} USD`,
      allowed: `at least budget.monthlyUsd, ${monthlyUsd}`,
      fix: "raise it, or lower the budget",
    });
  if (monitoring.alertTo.length === 0)
    problems.push({
      path: "monitoring.alertTo",
      given: "missing",
      allowed: "budget.monthlyUsd tells the alarm receivers, and there is none",
      fix: "add `alertTo: [oncall]` and `receivers: { oncall: { email: <address> } }`",
    });
  return problems;
});

import type { Problem } from "../../core/errors";
import { onAws, type Rule } from "./rule";

/** Fewest days of audit logs: 45 CFR 164.316(b)(2) asks six years of health records; three months must be at hand. */
const FEWEST_DAYS = { development: 1, standard: 90, regulated: 2192 } as const;

export const auditIsKept: Rule = onAws(({ config: { environment, monitoring } }) => {
  const { profile } = environment;
  const problems: Problem[] = [];
  if (!monitoring.audit && profile !== "development")
    problems.push({
      path: "monitoring.audit",
      given: "false",
      allowed: `required under environment.profile ${profile}`,
      fix: "remove it, or use profile development",
    });
  if (monitoring.retentionDays < FEWEST_DAYS[profile])
    problems.push({
      path: "monitoring.retentionDays",
      given: `${monitoring.retentionDays} days`,
      allowed: `at least ${FEWEST_DAYS[profile]} under environment.profile ${profile}`,
      fix: `write ${FEWEST_DAYS[profile]} or more, or remove it for the profile's default`,
    });
  return problems;
});

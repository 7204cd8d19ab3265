import { mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OperationError } from "../../../infra/core/errors";
import type { PlannedResource } from "../render/recorder";
import { type CheckovRecord, type CheckovReport, checkov, checkovReport } from "./checkov";
import type { PlanChecker, PlanOutcome } from "./outcome";
import { terraformAddress, terraformPlan } from "./terraform-plan";

/** Every AWS resource of the plan, read as Terraform's. */
export const checkovPlan: PlanChecker = {
  title: "checkov",
  install: checkov.install,
  installSeconds: checkov.installSeconds,
  judge: async (plan) => {
    const folder = realpathSync(mkdtempSync(join(tmpdir(), "homeport-check-")));
    try {
      writeFileSync(join(folder, "plan.json"), JSON.stringify(terraformPlan(plan)));
      return planOutcomes(await checkovReport("terraform_plan", folder, "."), plan);
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
};

function planOutcomes({ results }: CheckovReport, plan: readonly PlannedResource[]): PlanOutcome[] {
  if (results === undefined) return [];
  if (results.parsing_errors.length > 0)
    throw new OperationError("checkov cannot read the plan", "HOMEPORT_DEBUG=1 shows where");
  const aws = plan.filter(({ type }) => type.startsWith("aws:"));
  const byAddress = new Map(aws.map((resource) => [terraformAddress(resource), resource]));
  const about = ({ resource = "", check_id }: CheckovRecord) => {
    const meant = byAddress.get(resource);
    if (meant === undefined) throw new Error(`checkov speaks of ${resource}, which it was not given`);
    return { checker: "checkov" as const, resource: meant, check: check_id };
  };
  return [
    ...results.passed_checks.map(about),
    ...[...results.failed_checks, ...results.skipped_checks].map((record) => ({
      ...about(record),
      problem: record.check_name,
    })),
  ];
}

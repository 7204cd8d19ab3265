import type { PlannedResource } from "../render/recorder";
import { step } from "../report";
import type { AcceptedRow } from "./accepted";
import { checkovPlan } from "./checkov-plan";
import { iam } from "./iam";
import type { PlanCheckerName, PlanOutcome } from "./outcome";
import { type Settled, settle } from "./settle";
import { terraformType } from "./terraform-plan";

export interface PlanCheckResult extends Settled {
  /** AWS resources of the plan. */
  expected: number;
  tallies: PlanTally[];
}

/** What one checker looked at: resources of which it had anything to say, and rules summed over them. */
interface PlanTally {
  checker: PlanCheckerName;
  resources: number;
  checks: number;
}

/** Holds the AWS resources of a plan against checkov's rules and their policies against two readers of IAM. */
export async function checkPlan(
  plan: readonly PlannedResource[],
  rows: readonly AcceptedRow[],
): Promise<PlanCheckResult> {
  const outcomes: PlanOutcome[] = [];
  for (const { title, install, installSeconds, judge } of [iam, checkovPlan]) {
    await step(`${title} program`, installSeconds, install);
    outcomes.push(...(await step(title, 10, () => judge(plan))));
  }
  const aws = plan.filter(({ type }) => type.startsWith("aws:"));
  const findings = outcomes.flatMap(({ checker, resource, check, problem }) =>
    problem === undefined
      ? []
      : [{ checker, check, region: regionOf(resource), object: titleOf(resource), text: problem }],
  );
  const kinds = aws.map(({ type }) => ({ object: { kind: terraformType(type) } }));
  return { ...settle(findings, rows, kinds), expected: aws.length, tallies: tallied(outcomes) };
}

function tallied(outcomes: readonly PlanOutcome[]): PlanTally[] {
  return (["parliament", "cloudsplaining", "checkov"] as const).map((checker) => {
    const own = outcomes.filter((outcome) => outcome.checker === checker);
    return { checker, resources: new Set(own.map(({ resource }) => resource.urn)).size, checks: own.length };
  });
}

/** `aws_eks_cluster us-east-1/cluster` */
const titleOf = ({ type, name }: PlannedResource): string => `${terraformType(type)} ${name}`;

const regionOf = ({ provider }: PlannedResource): string => provider.split("::").at(-1) ?? "";

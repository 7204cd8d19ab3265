import { join } from "node:path";
import type { PlannedResource } from "../../../scripts/lib/render/recorder";
import { run } from "../../../scripts/local/command";
import { pythonWith } from "../../../scripts/local/python";

/** One call that a role tries: what, on what, and the condition keys that AWS would add to it. */
export interface Call {
  role: string;
  action: string;
  resource: string;
  context?: Record<string, string | string[]>;
}

/** The policies that a role of a plan holds of its own, and the AWS managed ones that are attached to it. */
export function grantsOf(plan: readonly PlannedResource[], role: string): { policies: string[]; managed: string[] } {
  const names = plan
    .filter(({ type, name }) => type === "aws:iam/role:Role" && name === role)
    .flatMap(({ name, inputs }) => [inputs.name, `<name of ${name}>`]);
  if (names.length === 0) throw new Error(`the plan has no role ${role}`);
  const own = plan.filter(({ inputs }) => inputs.role !== undefined && names.includes(inputs.role));
  return {
    policies: own.flatMap(({ type, inputs }) => (type === "aws:iam/rolePolicy:RolePolicy" ? [`${inputs.policy}`] : [])),
    managed: own
      .flatMap(({ inputs }) => (typeof inputs.policyArn === "string" ? [inputs.policyArn.replace(/^.*\//, "")] : []))
      .sort(),
  };
}

/** What IAM would answer to each call of roles of one plan, by their own policies. */
export async function decisions(plan: readonly PlannedResource[], calls: readonly Call[]): Promise<string[]> {
  const input = calls.map(({ role, action, resource, context = {} }) => ({
    policies: grantsOf(plan, role).policies,
    action,
    resource,
    region: role.split("/")[0],
    context,
  }));
  const python = await pythonWith(join(__dirname, "evaluator.lock"));
  return JSON.parse(await run(python, [join(__dirname, "evaluate.py")], { input: JSON.stringify(input) })) as string[];
}

import { join } from "node:path";
import { run } from "../../local/command";
import { pythonWith } from "../../local/python";
import type { PlannedResource } from "../render/recorder";
import type { PlanChecker, PlanOutcome } from "./outcome";
import { policyDocuments } from "./policy-documents";

const LOCK = join(__dirname, "iam.lock");
const SCRIPT = join(__dirname, "iam.py");

interface Verdict {
  id: number;
  checker: "parliament" | "cloudsplaining";
  problems: { check: string; text: string }[];
}

/** Every policy of the plan: parliament on all, cloudsplaining on those that identities hold. */
export const iam: PlanChecker = {
  title: "IAM policies",
  install: () => pythonWith(LOCK),
  installSeconds: 30,
  judge: async (plan: readonly PlannedResource[]): Promise<PlanOutcome[]> => {
    const policies = policyDocuments(plan);
    const input = policies.map(({ kind, document }, id) => ({ id, kind, document }));
    const answer = await run(await pythonWith(LOCK), ["-W", "ignore", SCRIPT], { input: JSON.stringify(input) });
    return answer
      .trim()
      .split("\n")
      .filter((line) => line !== "")
      .flatMap((line) => outcomes(JSON.parse(line) as Verdict, policies));
  },
};

/** A policy without problems is an outcome too: it was judged. */
function outcomes({ id, checker, problems }: Verdict, policies: ReturnType<typeof policyDocuments>): PlanOutcome[] {
  const policy = policies[id];
  if (policy === undefined) throw new Error(`${checker} speaks of policy ${id}, which it was not given`);
  const about = { checker, resource: policy.resource };
  if (problems.length === 0) return [{ ...about, check: policy.kind }];
  return problems.map(({ check, text }) => ({ ...about, check, problem: text }));
}

import { table } from "../report";
import type { CheckResult } from "./check-objects";
import type { PlanCheckResult } from "./check-plan";
import type { Finding } from "./settle";

/** What was judged, checker by checker. */
export function judgedTable({ tallies, expected, failed, accepted }: CheckResult): string {
  const rows = tallies.map(({ checker, objects, podSpecs, checks }) => [
    checker,
    `${objects} of ${expected.objects}`,
    `${podSpecs} of ${expected.podSpecs}`,
    `${checks}`,
    ofChecker(checker, failed),
    ofChecker(checker, accepted),
  ]);
  return table([["CHECKER", "OBJECTS", "POD SPECS", "CHECKS", "FAILED", "ACCEPTED"], ...rows]);
}

/** Which AWS resources were judged, checker by checker; the readers of IAM look at those that hold a policy. */
export function planTable({ tallies, expected, failed, accepted }: PlanCheckResult): string {
  const rows = tallies.map(({ checker, resources, checks }) => [
    checker,
    `${resources} of ${expected}`,
    `${checks}`,
    ofChecker(checker, failed),
    ofChecker(checker, accepted),
  ]);
  return table([["CHECKER", "AWS RESOURCES", "CHECKS", "FAILED", "ACCEPTED"], ...rows]);
}

const ofChecker = (name: string, findings: readonly Finding[]): string =>
  `${findings.filter(({ checker }) => checker === name).length}`;

/** One line for each thing that is wrong; none means that the objects pass. */
export function complaints(
  { failed, unusedRows }: Pick<CheckResult, "failed" | "unusedRows">,
  excuses = "scripts/lib/checkers/accepted.ts",
): string[] {
  const several = new Set(failed.map(({ region }) => region)).size > 1;
  return [
    ...failed.map(
      ({ checker, check, region, object, text }) =>
        `${checker} ${check}: ${several ? `${region} ` : ""}${object}: ${text}`,
    ),
    ...unusedRows.map(
      ({ checker, check, object }) =>
        `accepted row ${checker} ${check} ${object}: excuses nothing; remove it from ${excuses}`,
    ),
  ];
}

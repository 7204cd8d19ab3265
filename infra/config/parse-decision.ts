import { objectiveProblems } from "../core/decision/latency";
import { agreementProblems, mayLeave } from "../core/decision/providers";
import type { Problem } from "../core/errors";
import { type DecisionFile, DecisionSchema } from "./decision-file";
import { shapeProblems } from "./decision-shapes";
import { schemaNode } from "./schema-walk";
import { parseUserYaml } from "./user-yaml";
import { zodProblems } from "./zod-problems";

const ROOT = schemaNode(DecisionSchema);

/** The text of a decision file, or everything that is wrong with it. */
export function parseDecisionFile(
  file: string,
  bytes: Uint8Array,
  today: string,
): { decision: DecisionFile } | { problems: Problem[] } {
  const yaml = parseUserYaml(file, bytes);
  if ("problems" in yaml) return yaml;
  const parsed = DecisionSchema.safeParse(yaml.value);
  const prefix = `${file}#`;
  if (!parsed.success) {
    const fix = "correct it; stacks/decision.schema.json describes every key";
    return {
      problems: zodProblems(parsed.error, {
        raw: yaml.value,
        schema: ROOT,
        prefix,
        masked: () => false,
        fix,
        handwritten: true,
      }),
    };
  }
  const problems = [
    ...shapeProblems(parsed.data),
    ...constraintProblems(parsed.data),
    ...objectiveProblems(parsed.data.objectives, "objectives"),
    ...agreements(parsed.data, today),
  ];
  return problems.length === 0
    ? { decision: parsed.data }
    : { problems: problems.map((problem) => ({ ...problem, path: prefix + problem.path })) };
}

/** Data that may not leave shuts every way to an API; the upper two classes may never leave. */
function constraintProblems({ data, rivals, hybrid, fallback, fleet }: DecisionFile): Problem[] {
  const problems: Problem[] = [];
  if (rivals.every(({ goodEnough }) => !goodEnough))
    problems.push({
      path: "rivals",
      given: "none that is good enough",
      allowed: "at least one API that would do",
      fix: "leave goodEnough out where it would",
    });
  if (data.mayLeave && !mayLeave(data.class))
    problems.push({
      path: "data.mayLeave",
      given: `true for ${data.class} data`,
      allowed: "only public and internal data may be answered outside the cluster",
      fix: "set it to false, or correct data.class",
    });
  if (data.mayLeave) return problems;
  const ways: [string, string, boolean][] = [
    ["fallback", "api", fallback !== undefined],
    ["hybrid", "a share for the API", hybrid !== undefined],
    ["fleet.fallbackShare", `${fleet.fallbackShare}`, fleet.fallbackShare > 0],
  ];
  for (const [path, given, open] of ways)
    if (open) problems.push({ path, given, allowed: "no way to an API while data may not leave", fix: "remove it" });
  return problems;
}

const agreements = ({ data, rivals, providers }: DecisionFile, today: string): Problem[] =>
  data.mayLeave ? agreementProblems(new Set(rivals.map(({ provider }) => provider)), providers, data.class, today) : [];

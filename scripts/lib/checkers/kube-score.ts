import { OperationError } from "../../../infra/core/errors";
import { attempt, lastLines } from "../../local/command";
import { KUBERNETES_VERSION } from "../../local/layout";
import { buildGoModule, GO_MODULES, toolPath } from "../../local/toolchain";
import type { Checker, Outcome } from "./outcome";

/** A rule that kube-score applies to every pod spec and to nothing else. */
const POD_RULE = "container-image-tag";

/** Rules that it leaves off unless asked; those left off still contradict its own advice or ours on CPU limits. */
const OPTIONAL_RULES = ["container-seccomp-profile", "container-memory-requests-equal-limits", "container-ports-check"];

/** Its highest grade; 1 is what it calls critical, 5 a warning. */
const ALL_OK = 10;

interface ScoredObject {
  file_name: string;
  checks: {
    check: { id: string };
    grade: number;
    skipped: boolean;
    /** `path` is the container's name, or empty. */
    comments: { path: string; summary: string }[] | null;
  }[];
}

export const kubeScore: Checker = {
  name: "kube-score",
  install: () => buildGoModule("kube-score"),
  installSeconds: GO_MODULES["kube-score"].expectedSeconds,
  judge: async (manifests) => {
    const { stdout, stderr } = await attempt(toolPath("kube-score", "kube-score"), [
      "score",
      "--output-format=json",
      `--kubernetes-version=${KUBERNETES_VERSION.replace(/\.\d+$/, "")}`,
      // No object may excuse itself.
      "--disable-ignore-checks-annotations",
      "--disable-optional-checks-annotations",
      ...OPTIONAL_RULES.map((rule) => `--enable-optional-test=${rule}`),
      ...manifests.objects.keys(),
    ]);
    // Its exit code tells of critical grades, not of its own health.
    return kubeScoreOutcomes(parsed(stdout, stderr));
  },
};

/** Warnings count like criticals: both are answered by a fix or by a row. */
export const kubeScoreOutcomes = (objects: readonly ScoredObject[]): Outcome[] =>
  objects.flatMap(({ file_name: file, checks }) =>
    checks
      .filter(({ skipped }) => !skipped)
      .map(({ check: { id }, grade, comments }) => ({
        file,
        check: id,
        problems: grade >= ALL_OK ? [] : problems(comments ?? []),
        ofPod: id === POD_RULE,
      })),
  );

const problems = (comments: readonly { path: string; summary: string }[]): string[] =>
  comments.length === 0
    ? ["no reason given"]
    : comments.map(({ path, summary }) => (path === "" ? summary : `${path}: ${summary}`));

function parsed(stdout: string, stderr: string): ScoredObject[] {
  try {
    return (JSON.parse(stdout) as ScoredObject[] | null) ?? [];
  } catch {
    throw new OperationError(`kube-score gave no result: ${lastLines(stderr, 4)}`, "HOMEPORT_DEBUG=1 shows where");
  }
}

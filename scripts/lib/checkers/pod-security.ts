import { run } from "../../local/command";
import { buildGoModule, GO_MODULES, toolPath } from "../../local/toolchain";
import type { Checker, Manifests, Outcome } from "./outcome";

const ENFORCE_LABEL = "pod-security.kubernetes.io/enforce";

interface Verdict {
  file: string;
  allowed: boolean;
  reason: string;
  detail: string;
}

/**
 * The API server's own Pod Security code. Every pod spec is held against `restricted`, also where its namespace asks
 * for less, and every namespace must ask for `restricted`: what a privileged part uses of its freedom is then written
 * down check by check in the accepted rows.
 */
export const podSecurity: Checker = {
  name: "pod-security",
  install: () => buildGoModule("pod-security"),
  installSeconds: GO_MODULES["pod-security"].expectedSeconds,
  judge: async (manifests) => {
    const lines = await run(toolPath("pod-security", "pod-security"), [...manifests.objects.keys()]);
    const verdicts = lines.split("\n").filter((line) => line !== "");
    return [...verdicts.map((line) => verdictOutcome(JSON.parse(line) as Verdict)), ...namespaceOutcomes(manifests)];
  },
};

const verdictOutcome = ({ file, allowed, reason, detail }: Verdict): Outcome => ({
  file,
  // The evaluator names a rule only when it is broken.
  check: allowed ? "restricted" : reason,
  problems: allowed ? [] : [detail === "" ? reason : detail],
  ofPod: true,
});

/** Verdicts on pods are worth something only where the API server is told to enforce them. */
const namespaceOutcomes = (manifests: Manifests): Outcome[] =>
  [...manifests.objects]
    .filter(([, { object }]) => object.kind === "Namespace")
    .map(([file, { object }]) => {
      const level = object.metadata.labels?.[ENFORCE_LABEL] ?? "privileged";
      const problems = level === "restricted" ? [] : [`its pods are admitted at level ${level}`];
      return { file, check: "namespace-enforces-restricted", problems, ofPod: false };
    });

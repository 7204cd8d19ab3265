import type { PlannedResource } from "../render/recorder";
import type { RenderedObject } from "../render/rendered-objects";

/** The manifests of one region as the checkers are given them: a folder of one file per object. */
export interface Manifests {
  folder: string;
  /** Objects by the absolute path of their files. */
  objects: ReadonlyMap<string, RenderedObject>;
}

/** What one checker says of one manifest by one of its rules. */
export interface Outcome {
  file: string;
  /** The rule, by the checker's own name for it. */
  check: string;
  /** What is wrong, in the checker's words; empty when the rule is kept. */
  problems: string[];
  /** Whether the rule speaks of a pod, so that this outcome proves that the object's pod spec was seen. */
  ofPod: boolean;
}

export type CheckerName = "kube-score" | "checkov" | "pod-security";

/** Those that judge the resources of a plan instead of objects; checkov does both. */
export type PlanCheckerName = "checkov" | "parliament" | "cloudsplaining";

export interface Checker {
  name: CheckerName;
  /** Builds or installs the program; a second call takes no time. */
  install: () => Promise<unknown>;
  /** Seconds that the first installation takes on two cores. */
  installSeconds: number;
  judge: (manifests: Manifests) => Promise<Outcome[]>;
}

/** What one checker says of one resource by one of its rules. */
export interface PlanOutcome {
  checker: PlanCheckerName;
  resource: PlannedResource;
  check: string;
  /** In the checker's words; without it the rule is kept. */
  problem?: string;
}

export interface PlanChecker {
  title: string;
  install: () => Promise<unknown>;
  installSeconds: number;
  judge: (plan: readonly PlannedResource[]) => Promise<PlanOutcome[]>;
}

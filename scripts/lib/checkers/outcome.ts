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

export interface Checker {
  name: CheckerName;
  /** Builds or installs the program; a second call takes no time. */
  install: () => Promise<unknown>;
  /** Seconds that the first installation takes on two cores. */
  installSeconds: number;
  judge: (manifests: Manifests) => Promise<Outcome[]>;
}

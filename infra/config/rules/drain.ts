import { graceArithmetic, shortestGrace } from "../../core/drain";
import { eachModel, type Rule } from "./rule";

/** Kubernetes kills at the end of the grace period, whatever still streams. */
export const graceCoversTheDrain: Rule = eachModel(({ drain }, name) =>
  drain.graceSeconds >= shortestGrace(drain)
    ? []
    : [
        {
          path: `models.${name}.drain.graceSeconds`,
          given: `${drain.graceSeconds} s`,
          allowed: `at least ${graceArithmetic(drain)}`,
          fix: `write \`graceSeconds: ${shortestGrace(drain)}\`, or remove it and it is calculated`,
        },
      ],
);

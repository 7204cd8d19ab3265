import { INSTANCE_TYPES } from "../../core/aws/instance-catalog";
import { nearest } from "../../core/did-you-mean";
import type { Problem } from "../../core/errors";
import { printGiven } from "../paths";
import { eachPool, type Rule } from "./rule";

/** On AWS the instance type says everything, elsewhere the accelerator class does; both would be two truths. */
export const poolsSayWhatTheyAre: Rule = eachPool((pool, path, { config }) => {
  if (config.environment.platform === "aws")
    return pool.instanceType === undefined
      ? [
          {
            path: `${path}.instanceType`,
            given: "missing",
            allowed: `required on platform aws: one of ${[...INSTANCE_TYPES.keys()].join(", ")}`,
            fix: "add `instanceType: p4de.24xlarge`",
          },
        ]
      : [];
  if (pool.instanceType !== undefined)
    return [
      {
        path: `${path}.instanceType`,
        given: `'${pool.instanceType}'`,
        allowed: "platform kubernetes has no instance types",
        fix: "write `gpuClass`, `gpusPerNode` and `gpuMemoryGiB` instead",
      },
    ];
  return [];
});

export const instanceTypesAreKnown: Rule = eachPool(({ instanceType }, path) => {
  if (instanceType === undefined || INSTANCE_TYPES.has(instanceType)) return [];
  const known = [...INSTANCE_TYPES.keys()];
  const meant = nearest(instanceType, known);
  return [
    {
      path: `${path}.instanceType`,
      given: printGiven(instanceType),
      allowed: `one of ${known.join(", ")}`,
      fix: meant ? `did you mean \`${meant}\`?` : "choose one of these",
    },
  ];
});

/** Without its GPU count and memory a pool cannot be checked for fit. */
export const acceleratorPoolsAreMeasured: Rule = eachPool((pool, path, { config }) => {
  if (config.environment.platform === "aws" || pool.gpuClass === "cpu") return [];
  const measure = (key: "gpusPerNode" | "gpuMemoryGiB", sample: number): Problem[] =>
    pool[key] > 0
      ? []
      : [
          {
            path: `${path}.${key}`,
            given: "missing",
            allowed: `required for accelerator class ${pool.gpuClass}`,
            fix: `add \`${key}: ${sample}\``,
          },
        ];
  return [...measure("gpusPerNode", 8), ...measure("gpuMemoryGiB", 79.25)];
});

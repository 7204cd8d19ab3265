import { nearest } from "../../core/did-you-mean";
import type { Problem } from "../../core/errors";
import type { Rule } from "./rule";

export const policiesNameModels: Rule = ({ config: { models, policies } }) => {
  const known = Object.keys(models);
  return Object.entries(policies).flatMap(([name, policy]) =>
    policy.models.flatMap((model, i): Problem[] => {
      if (known.includes(model)) return [];
      const meant = nearest(model, known);
      return [
        {
          path: `policies.${name}.models[${i}]`,
          given: `'${model}' is not a model of this stack`,
          allowed: known.length === 0 ? "`models` is empty" : `one of ${known.join(", ")}`,
          fix: meant ? `did you mean \`${meant}\`?` : `add it to \`models\`, or remove it here`,
        },
      ];
    }),
  );
};

export const policyDefaultIsOneOfItsModels: Rule = ({ config: { policies } }) =>
  Object.entries(policies).flatMap(([name, policy]) =>
    policy.default === undefined || policy.models.includes(policy.default)
      ? []
      : [
          {
            path: `policies.${name}.default`,
            given: `'${policy.default}'`,
            allowed: `one of the policy's models: ${policy.models.join(", ")}`,
            fix: "choose one of them, or add it to the policy's models",
          },
        ],
  );

import { nearest } from "../../core/did-you-mean";
import type { Problem } from "../../core/errors";
import { routeName } from "../../core/names";
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

/** Two pairs of policy and model with one route name would be one route: `a-b` + `c` and `a` + `b-c`. */
export const routesHaveNamesOfTheirOwn: Rule = ({ config: { policies } }) => {
  const taken = new Map<string, string>();
  return Object.entries(policies).flatMap(([policy, { models }]) =>
    models.flatMap((model, i): Problem[] => {
      const name = routeName(policy, model);
      const path = `policies.${policy}.models[${i}]`;
      const first = taken.get(name);
      if (first === undefined) {
        taken.set(name, path);
        return [];
      }
      return [
        {
          path,
          given: `'${model}' makes the route ${name}`,
          allowed: `each route name once, and ${first} has it`,
          fix: "remove one of the two, or rename the policy",
        },
      ];
    }),
  );
};

import type { Rule } from "./rule";

/** One half of a key pair opens nothing. */
export const weightsKeyIsWhole: Rule = ({ config: { weights } }) => {
  const { accessKeyId, secretAccessKey } = weights;
  if ((accessKeyId === undefined) === (secretAccessKey === undefined)) return [];
  const isIdMissing = accessKeyId === undefined;
  const missing = isIdMissing ? "accessKeyId" : "secretAccessKey";
  return [
    {
      path: `weights.${missing}`,
      given: "missing",
      allowed: "accessKeyId and secretAccessKey belong together",
      fix: isIdMissing ? "add it" : "set it: pulumi config set --secret --path 'homeport:weights.secretAccessKey'",
    },
  ];
};

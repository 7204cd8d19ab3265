import { DEFAULT_BUCKET } from "../weights";
import { onAws, type Rule } from "./rule";

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

/** A required mount that the weights do not lie on would stop every node's cache at its start. */
export const weightsLieOnRequiredMount: Rule = ({ config: { weights } }) => {
  const { nodePath, requireMount } = weights;
  if (requireMount === undefined || `${nodePath}/`.startsWith(`${requireMount}/`)) return [];
  return [
    {
      path: "weights.nodePath",
      given: `'${nodePath}'`,
      allowed: `a folder below weights.requireMount (${requireMount})`,
      fix: `nodePath: ${requireMount}/homeport, or name the mount that holds ${nodePath}`,
    },
  ];
};

/** On AWS each region has its own bucket by a fixed name, opened by roles; keys or another address would be ignored. */
export const weightsBucketIsTheRegionsOwn: Rule = onAws(({ config: { weights } }) => {
  const { bucket, endpoint, accessKeyId } = weights;
  const given = { bucket: bucket === DEFAULT_BUCKET ? undefined : bucket, endpoint, accessKeyId };
  return Object.entries(given)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ({
      path: `weights.${key}`,
      given: `'${value}'`,
      allowed: "nothing on platform aws, where homeport init makes a bucket per region",
      fix: "take the line out",
    }));
});

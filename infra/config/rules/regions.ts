import { AWS_REGIONS, isAwsRegion } from "../../core/aws/regions";
import { nearest } from "../../core/did-you-mean";
import type { Problem } from "../../core/errors";
import { foreignRegions, type Rule } from "./rule";

const LOCAL = "local";

/** On AWS every region is one of AWS; elsewhere the cluster is the one region. */
export const regionsExist: Rule = ({ config: { environment, regions } }) => {
  if (environment.platform === "kubernetes")
    return regions.length === 1
      ? []
      : [
          {
            path: "regions",
            given: `${regions.length} regions`,
            allowed: "platform kubernetes has one region, its cluster",
            fix: "keep one, or make an environment for each cluster",
          },
        ];
  return regions.flatMap((region, i): Problem[] => {
    if (isAwsRegion(region)) return [];
    if (region === LOCAL)
      return [
        {
          path: "regions",
          given: "missing",
          allowed: "a list of AWS regions, required on platform aws",
          fix: "add `regions: [us-east-1]`",
        },
      ];
    const meant = nearest(region, AWS_REGIONS);
    return [
      {
        path: `regions[${i}]`,
        given: `'${region}'`,
        allowed: "an AWS region",
        fix: meant ? `did you mean \`${meant}\`?` : "write a region like eu-central-1",
      },
    ];
  });
};

export const regionsAreDistinct: Rule = ({ config: { regions } }) =>
  regions.flatMap((region, i) =>
    regions.indexOf(region) === i
      ? []
      : [{ path: `regions[${i}]`, given: `'${region}'`, allowed: "each region once", fix: "remove the second one" }],
  );

export const regionSharesAddUp: Rule = (stack) => {
  const shares = stack.config.traffic.regionShares;
  if (shares === undefined) return [];
  const path = "traffic.regionShares";
  const problems = foreignRegions(path, shares, stack);
  const sum = Object.values(shares).reduce((a, b) => a + b, 0);
  if (sum !== 100)
    problems.push({
      path,
      given: `${Object.values(shares).join(" + ")} = ${sum} %`,
      allowed: "shares that sum to 100 %",
      fix: sum < 100 ? `give out ${100 - sum} % more` : `take ${sum - 100} % away`,
    });
  return problems;
};

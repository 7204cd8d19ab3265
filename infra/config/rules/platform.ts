import { isDeepStrictEqual } from "node:util";
import type { Problem } from "../../core/errors";
import { withCalculated } from "../calculated";
import { valueAt } from "../paths";
import { type StackConfig, StackSchema } from "../schema";
import type { Rule } from "./rule";

/** A value that its platform never reads would be a promise that nothing keeps. */

type Platform = StackConfig["environment"]["platform"];

/** What only one platform reads, as paths; `*` stands for each pool. */
const ONLY: Readonly<Record<Platform, readonly string[]>> = {
  aws: [
    "environment.account",
    "environment.airgapped",
    "network.cidrs",
    "network.zones",
    "network.nat",
    "network.existing",
    "cluster.version",
    "cluster.access.via",
    "cluster.access.cidrs",
    "cluster.admins",
    "cluster.viewers",
    "cluster.deletionProtection",
    "pools.*.min",
    "pools.*.max",
    "pools.*.capacity",
    "pools.*.block",
    "pools.*.reservation",
    "pools.*.manager",
    "pools.*.multiNode",
    "pools.*.offHours",
    "traffic.exposure",
    "traffic.allowedCidrs",
    "traffic.hostedZoneId",
    "traffic.certificates",
    "traffic.globalAccelerator",
    "traffic.webFirewall",
    "monitoring.audit",
    "monitoring.retentionDays",
    "budget.monthlyUsd",
    "budget.ceilingUsd",
  ],
  kubernetes: [
    "pools.*.gpuClass",
    "pools.*.gpusPerNode",
    "pools.*.gpuMemoryGiB",
    "pools.*.nodeSelector",
    "weights.bucket",
    "weights.region",
    "weights.endpoint",
    "weights.pathStyle",
    "weights.accessKeyId",
    "weights.secretAccessKey",
  ],
};

const INSTEAD: Readonly<Record<Platform, string>> = {
  aws: "remove it, or set it up in the cluster yourself",
  kubernetes: "remove it: it follows from the instance type, the account and the region",
};

/** The same stack with nothing set that may be left out. */
function untouched({ environment: { platform, profile, owner }, regions, pools }: StackConfig): StackConfig {
  const bare = Object.entries(pools).map(([name, { instanceType }]) => [name, { instanceType }]);
  const parsed = StackSchema.parse({
    environment: { platform, profile, owner },
    regions,
    pools: Object.fromEntries(bare),
  });
  return withCalculated(parsed);
}

export const platformReadsEverything: Rule = ({ config }) => {
  const { platform } = config.environment;
  const other: Platform = platform === "aws" ? "kubernetes" : "aws";
  const defaults = untouched(config);
  const paths = ONLY[other].flatMap((path) =>
    path.startsWith("pools.*.")
      ? Object.keys(config.pools).map((pool) => path.replace("*", pool).split("."))
      : [path.split(".")],
  );
  return paths
    .filter((path) => !isDeepStrictEqual(valueAt(config, path), valueAt(defaults, path)))
    .map(
      (path): Problem => ({
        path: path.join("."),
        given: "set",
        allowed: `only platform ${other} reads it`,
        fix: INSTEAD[other],
      }),
    );
};

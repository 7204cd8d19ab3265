import { INSTANCE_TYPES } from "../../../infra/core/aws/instance-catalog";
import type { Place } from "../../../infra/core/aws/names";
import { quotaName } from "../../../infra/core/aws/quotas";
import { nodesNeeded } from "../../../infra/core/nodes-needed";
import { type LadderStep, ladders, type ReleaseLadder } from "../../../infra/values/aws/nodes/ladders";
import type { Asked, Check, Finding } from "./check";
import type { AskQuota } from "./quotas";

/** One check per release that runs: whether its ways to get a node are open as far as quotas say. */
export const ladderChecks = ({ region }: Place, asked: Asked, ask: AskQuota): Check[] =>
  ladders(asked)
    .filter((ladder) => ladder.region === region)
    .map((ladder) => ({
      name: `${region} ways to run ${ladder.model} ${ladder.release}`,
      look: () => ladderFinding(ladder, asked, ask),
    }));

/** Good while one way is open: what a closed one lacks has a line of its own, with its fix. */
export async function ladderFinding(ladder: ReleaseLadder, asked: Asked, ask: AskQuota): Promise<Finding> {
  const { steps, model, region } = ladder;
  const [first] = steps;
  if (first === undefined) return { found: "none", fix: `give models.${model} a pool that is in ${region}` };
  const lacks = await Promise.all(steps.map((step) => lackOf(step, ladder, asked, ask)));
  const open = lacks.indexOf(undefined);
  const next = steps[open];
  if (next === undefined)
    return {
      found: `all ${steps.length} lack their quota: ${[...new Set(lacks)].join("; ")}`,
      fix: "raise one of them: its own line has the command",
    };
  if (open > 0)
    return {
      found: `${wayOf(first, region)} lacks its quota (${lacks[0]}); way ${open + 1} would pass: ${wayOf(next, region)}, ${actOf(next, model)}`,
    };
  return {
    found:
      steps.length === 1
        ? `only one, ${wayOf(first, region)}: while it has no node, pods wait`
        : `${steps.length}, first ${wayOf(first, region)}`,
  };
}

const wayOf = ({ region, pool, capacity }: LadderStep, home: string): string =>
  `${region === home ? "" : `${region} `}${pool} ${capacity}`;

const actOf = ({ takenBy, pool }: LadderStep, model: string): string =>
  takenBy === "config" ? `set models.${model}.pool: ${pool}` : `taken by ${takenBy}`;

/** What a step lacks, in words; undefined when its quota has room for the release's nodes, or nobody may ask for it. */
async function lackOf(
  { region, pool, capacity, variantName }: LadderStep,
  { model, release }: ReleaseLadder,
  { config, releases }: Asked,
  ask: AskQuota,
): Promise<string | undefined> {
  const { instanceType = "", gpusPerNode = 0 } = config.pools[pool] ?? {};
  const quota = quotaName(instanceType, capacity);
  if (quota === undefined) return undefined;
  const settings = config.models[model];
  const gpus = releases[model]?.[release]?.content.variants[variantName]?.tensorParallel ?? 0;
  const replicas = settings?.replicasOf[release] ?? settings?.replicas ?? 0;
  const need = nodesNeeded([{ gpus, replicas }], gpusPerNode) * (INSTANCE_TYPES.get(instanceType)?.vCpus ?? 0);
  // A refused question is told by the quota's own line.
  const value = await ask(region, quota).catch(() => need);
  return (value ?? 0) >= need ? undefined : `${region} ${quota}: ${value ?? 0} of ${need} vCPUs`;
}

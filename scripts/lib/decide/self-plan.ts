import type { DecisionFile } from "../../../infra/config/decision-file";
import { HOURS_A_MONTH } from "../../../infra/core/aws/estimate";
import { onDemandPrice, type Shape } from "../../../infra/core/catalogue/shapes";
import type { OtherEnvironment, SelfPlan } from "../../../infra/core/economics/self-cost";
import { unitPrices } from "../../../infra/core/economics/unit-prices";
import { InputError } from "../../../infra/core/errors";

/** What is bought for every fleet where the file does not say otherwise; each is printed as an assumption. */
const DISK_SPARE_GB = 50;
const DISK_OVER_WEIGHTS = 1.2;
/** The live release and the one before it. */
const KEPT_RELEASES = 2;
/** Of the engine, the agent and the gateway. */
const IMAGES_GB = 20;

const onInstanceStore = (shape: Shape, weightsGB: number): boolean =>
  shape.instanceStoreGB >= weightsGB * DISK_OVER_WEIGHTS;

/** The fleet of one shape with all that is paid besides. */
export function selfPlan(
  { fleet, people, setup, region }: DecisionFile,
  shape: Shape,
  replica: { gpus: number; outputTokensPerSecond: number; weightsGB: number },
  onDemandUsd: number,
): { plan: SelfPlan; weightsGB: number } {
  const { load, spareNodes, autoscaled, coldStartSeconds, quantities, spot, plan, fallbackShare } = fleet;
  const { gpus, outputTokensPerSecond, weightsGB } = replica;
  const stored = quantities.diskGBPerNode === undefined && onInstanceStore(shape, weightsGB);
  const assumed = {
    diskGBPerNode: stored ? 0 : Math.ceil(weightsGB * DISK_OVER_WEIGHTS) + DISK_SPARE_GB,
    bucketGB: Math.ceil(weightsGB * KEPT_RELEASES),
    registryGB: IMAGES_GB,
    clusters: 1,
    loadBalancers: 1,
  };
  return {
    plan: {
      fleet: {
        instanceType: shape.type,
        gpusPerNode: shape.gpus,
        gpusPerReplica: gpus,
        outputTokensPerSecond,
        load,
        spareNodes,
        autoscaled,
        coldStartSeconds,
      },
      nodePrices: {
        onDemandUsd,
        ...(spot?.instanceType === shape.type ? { spot } : {}),
        ...(plan?.instanceType === shape.type ? { plan } : {}),
      },
      environments: fleet.environments.map((environment, i) => priced(environment, region, i)),
      quantities: { ...assumed, ...quantities },
      unitPrices: unitPrices(region),
      people,
      setup,
      ...(fleet.evaluationNodeHours === undefined ? {} : { evaluationNodeHours: fleet.evaluationNodeHours }),
      fallbackShare,
    },
    weightsGB: stored ? 0 : weightsGB,
  };
}

function priced(environment: Omit<OtherEnvironment, "hourlyUsd">, region: string, i: number): OtherEnvironment {
  const price = onDemandPrice(environment.instanceType, region);
  if (price !== undefined) return { ...environment, hourlyUsd: price.hourlyUsd };
  throw new InputError([
    {
      path: `fleet.environments[${i}].instanceType`,
      given: environment.instanceType,
      allowed: `a type whose price in ${region} is recorded`,
      fix: "see homeport catalogue show",
    },
  ]);
}

/** What nobody gave: defaults and derived quantities, each in one sentence. */
export function assumptionsOf({ fleet, objectives, growthPerMonth, wayBack, answers }: DecisionFile): string[] {
  const { quantities } = fleet;
  return [
    `${Math.round(fleet.load * 100)} % of the measured throughput is planned with, ${fleet.spareNodes} spare node, ${fleet.coldStartSeconds} s until a node serves`,
    ...(objectives.ttftMs === undefined ? [`first token within ${DEFAULT_OBJECTIVES.ttftMs} ms on average`] : []),
    ...(objectives.tpotMs === undefined ? [`${DEFAULT_OBJECTIVES.tpotMs} ms between tokens on average`] : []),
    ...(quantities.diskGBPerNode === undefined
      ? ["disks: 1.2 × the weights and 50 GB; none where instance store is enough"]
      : []),
    ...(quantities.bucketGB === undefined ? [`bucket for ${KEPT_RELEASES} releases`] : []),
    ...(quantities.registryGB === undefined ? [`${IMAGES_GB} GB of images`] : []),
    ...(quantities.clusters === undefined ? ["one cluster"] : []),
    ...(quantities.loadBalancers === undefined ? ["one load balancer"] : []),
    ...(fleet.environments.length === 0 ? ["no other environment (dev, staging) is paid"] : []),
    ...(fleet.fallbackShare === 0 ? ["no request falls back to an API"] : []),
    ...(growthPerMonth === 0 ? ["the volume does not grow"] : []),
    `the way back takes ${wayBack.weeks} weeks and ${wayBack.engineerHours} engineer hours`,
    ...(answers.mlCapacity ? ["nights on call are within the people's hours"] : []),
  ];
}

export const DEFAULT_OBJECTIVES = { ttftMs: 2000, tpotMs: 50 } as const;

/** Of a plan, what runs on when its nodes have gone. */
export const commitmentOf = ({ fleet: { plan } }: DecisionFile): number =>
  plan === undefined ? 0 : plan.nodes * plan.hourlyUsd * HOURS_A_MONTH * plan.monthsLeft;

import type { DecisionFile } from "../../../infra/config/decision-file";
import type { OpenModel } from "../../../infra/core/catalogue/open-models";
import { onDemandPrice, SHAPES, type Shape } from "../../../infra/core/catalogue/shapes";
import type { FleetCandidate } from "../../../infra/core/decision/fleets";
import type { FitRow } from "../../../infra/core/decision/report";
import type { Profile } from "../../../infra/core/economics/demand";
import { seriesFor } from "../../../infra/core/throughput/points";
import { throughputAtSlo, throughputOf } from "../../../infra/core/throughput/predict";
import type { ReplicaAndRequest, ThroughputAtSlo } from "../../../infra/core/throughput/throughput";
import { fitRows, type ModelMemory, modelMemory } from "./fits";
import { DEFAULT_OBJECTIVES, selfPlan } from "./self-plan";

/** Every way to run an open model on shapes that can be bought in the region: what fits, and what of it was measured. */

type Candidate = DecisionFile["candidates"][number];

export interface Ways {
  fit: FitRow[];
  fleets: FleetCandidate[];
  /** Why there is no fleet. */
  refused?: string;
}

interface Asked {
  file: DecisionFile;
  candidate: Candidate;
  model: OpenModel;
  profile: Profile;
}

export function waysToRun(asked: Asked): Ways {
  const { file, candidate, model, profile } = asked;
  const shapes = SHAPES.filter(
    ({ type, regions }) => regions.includes(file.region) && (candidate.instanceTypes?.includes(type) ?? true),
  );
  const quantisation = candidate.quantisation ?? measuredQuantisation(asked, shapes);
  const memory = modelMemory(model, quantisation, candidate.maxModelLen);
  const tokens = Math.ceil(profile.inputTokens + profile.outputTokens);
  const fit = fitRows(model.id, memory, file.region, shapes, tokens);
  const fleets = shapes.flatMap((shape) =>
    fit
      .filter(({ instanceType, fits }) => instanceType === shape.type && fits)
      .flatMap((row) => fleetOn(asked, shape, row, memory, quantisation) ?? []),
  );
  if (fleets.length > 0) return { fit, fleets };
  const refused = fit.some(({ fits }) => fits)
    ? `nobody measured ${model.id} on a shape that holds it; measure one replica and write it as candidates.measured`
    : `${model.id} fits on no shape of ${file.region}`;
  return { fit, fleets, refused };
}

const asReplica = (model: string, shape: Shape, tensorParallel: number, profile: Profile): ReplicaAndRequest => ({
  model,
  gpuClass: shape.gpuClass,
  tensorParallel,
  inputTokens: profile.inputTokens,
  outputTokens: profile.outputTokens,
});

const objectivesOf = ({ objectives }: DecisionFile) => ({
  timeToFirstTokenMs: objectives.ttftMs ?? DEFAULT_OBJECTIVES.ttftMs,
  timePerOutputTokenMs: objectives.tpotMs ?? DEFAULT_OBJECTIVES.tpotMs,
});

/** In what the newest measurement of the model on any of these shapes was quantised. */
function measuredQuantisation({ model, profile }: Asked, shapes: readonly Shape[]): string | undefined {
  for (const shape of shapes)
    for (let gpus = 1; gpus <= shape.gpus; gpus *= 2) {
      const [series] = seriesFor(asReplica(model.id, shape, gpus, profile));
      if (series !== undefined) return series.quantisation;
    }
  return undefined;
}

function fleetOn(
  { file, candidate, model, profile }: Asked,
  shape: Shape,
  row: FitRow,
  { weightsGB }: ModelMemory,
  quantisation: string | undefined,
): FleetCandidate | undefined {
  const price = onDemandPrice(shape.type, file.region);
  const speed = ownMeasurement(candidate, row) ?? published(file, model, shape, row, profile, quantisation);
  if (price === undefined || speed === undefined) return undefined;
  const { outputTokensPerSecond, ...rest } = speed;
  const replica = { gpus: row.tensorParallel, outputTokensPerSecond, weightsGB };
  const { plan, weightsGB: onDisk } = selfPlan(file, shape, replica, price.hourlyUsd);
  return { model: model.id, tensorParallel: row.tensorParallel, plan, weightsGB: onDisk, price, ...rest };
}

type Speed = Pick<FleetCandidate, "timeToFirstTokenMs" | "basis" | "doubts" | "meetsObjectives" | "throughput"> & {
  outputTokensPerSecond: number;
};

function ownMeasurement({ measured }: Candidate, { instanceType, tensorParallel }: FitRow): Speed | undefined {
  if (measured?.instanceType !== instanceType || measured.tensorParallel !== tensorParallel) return undefined;
  return {
    outputTokensPerSecond: measured.outputTokensPerSecond,
    timeToFirstTokenMs: measured.ttftMs,
    basis: "own measurement",
    doubts: [],
    meetsObjectives: true,
    throughput: { asOf: measured.asOf, source: measured.source },
  };
}

/** At the objective, with no more requests in flight than the GPUs' memory holds. */
function published(
  file: DecisionFile,
  model: OpenModel,
  shape: Shape,
  { tensorParallel, concurrency = 0 }: FitRow,
  profile: Profile,
  quantisation: string | undefined,
): Speed | undefined {
  const replica = {
    ...asReplica(model.id, shape, tensorParallel, profile),
    ...(quantisation === undefined ? {} : { quantisation }),
  };
  const atObjective = throughputAtSlo(replica, objectivesOf(file));
  if (atObjective === undefined || concurrency < 1) return undefined;
  const held = atObjective.concurrency <= concurrency ? undefined : throughputOf({ ...replica, concurrency });
  const found: Omit<ThroughputAtSlo, "concurrency" | "meetsSlo"> = held ?? atObjective;
  const first = found.timeToFirstTokenMs?.expected;
  return {
    outputTokensPerSecond: found.outputTokensPerSecond.expected,
    ...(first === undefined ? {} : { timeToFirstTokenMs: first }),
    basis: `${found.basis}, ${found.engine}`,
    doubts: found.doubts,
    meetsObjectives: atObjective.meetsSlo,
    throughput: { asOf: found.asOf, source: found.source },
  };
}

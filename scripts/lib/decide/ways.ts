import type { DecisionFile } from "../../../infra/config/decision-file";
import type { OpenModel } from "../../../infra/core/catalogue/open-models";
import { onDemandPrice, SHAPES, type Shape } from "../../../infra/core/catalogue/shapes";
import type { FleetCandidate } from "../../../infra/core/decision/fleets";
import type { FitRow } from "../../../infra/core/decision/report";
import type { Profile } from "../../../infra/core/economics/demand";
import { type OwnDay, seriesFor } from "../../../infra/core/throughput/points";
import { type Knowledge, throughputAtSlo, throughputOf } from "../../../infra/core/throughput/predict";
import type { ReplicaAndRequest, Throughput, ThroughputAtSlo } from "../../../infra/core/throughput/throughput";
import { againstTable } from "../cost/measured-text";
import { usd } from "../cost/money";
import { fitRows, type ModelMemory, modelMemory, refuseUnknownQuantisation } from "./fits";
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
  knowledge: Knowledge;
}

export function waysToRun(asked: Asked): Ways {
  const { file, candidate, model, profile } = asked;
  const shapes = SHAPES.filter(
    ({ type, regions }) => regions.includes(file.region) && (candidate.instanceTypes?.includes(type) ?? true),
  );
  refuseUnknownQuantisation(
    model.id,
    candidate.quantisation,
    asked.knowledge.series.map((series) => series.quantisation),
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

/** In what the first table of the model on any of these shapes was quantised; without one, one's own measurement. */
function measuredQuantisation({ model, profile, knowledge }: Asked, shapes: readonly Shape[]): string | undefined {
  const found = shapes.flatMap((shape) =>
    [1, 2, 4, 8]
      .filter((gpus) => gpus <= shape.gpus)
      .flatMap((gpus) => seriesFor(asReplica(model.id, shape, gpus, profile), knowledge.series)),
  );
  return (found.find(({ here }) => here === undefined) ?? found[0])?.quantisation;
}

function fleetOn(
  { file, candidate, model, profile, knowledge }: Asked,
  shape: Shape,
  row: FitRow,
  { weightsGB }: ModelMemory,
  quantisation: string | undefined,
): FleetCandidate | undefined {
  const price = onDemandPrice(shape.type, file.region);
  const speed = ownMeasurement(candidate, row) ?? known({ file, model, profile, knowledge }, shape, row, quantisation);
  if (price === undefined || speed === undefined) return undefined;
  const { outputTokensPerSecond, ...rest } = speed;
  const replica = { gpus: row.tensorParallel, outputTokensPerSecond, weightsGB };
  const { plan, weightsGB: onDisk } = selfPlan(file, shape, replica, price.hourlyUsd);
  return { model: model.id, tensorParallel: row.tensorParallel, plan, weightsGB: onDisk, price, ...rest };
}

type Speed = Pick<
  FleetCandidate,
  "timeToFirstTokenMs" | "basis" | "doubts" | "speedRange" | "meetsObjectives" | "throughput"
> & { outputTokensPerSecond: number };

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
function known(
  { file, model, profile, knowledge }: Omit<Asked, "candidate">,
  shape: Shape,
  { tensorParallel, concurrency = 0 }: FitRow,
  quantisation: string | undefined,
): Speed | undefined {
  const replica = {
    ...asReplica(model.id, shape, tensorParallel, profile),
    ...(quantisation === undefined ? {} : { quantisation }),
  };
  const atObjective = throughputAtSlo(replica, objectivesOf(file), knowledge);
  if (atObjective === undefined || concurrency < 1) return undefined;
  const held =
    atObjective.concurrency <= concurrency ? undefined : throughputOf({ ...replica, concurrency }, knowledge);
  const found: Omit<ThroughputAtSlo, "concurrency" | "meetsSlo"> = held ?? atObjective;
  const first = found.timeToFirstTokenMs?.expected;
  return {
    outputTokensPerSecond: found.outputTokensPerSecond.expected,
    ...(first === undefined ? {} : { timeToFirstTokenMs: first }),
    basis: found.here ? measuredHere(found, found.here) : `${BASIS[found.basis]}, ${found.engine}`,
    speedRange: { low: found.outputTokensPerSecond.low, high: found.outputTokensPerSecond.high },
    doubts: found.doubts,
    meetsObjectives: atObjective.meetsSlo,
    throughput: { asOf: found.asOf, source: found.source },
  };
}

const BASIS: Readonly<Record<Throughput["basis"], string>> = {
  measured: "measured",
  interpolated: "between measured points",
  outside: "beyond what was measured",
};

function measuredHere({ basis, asOf, engine, outputTokensPerSecond }: Throughput, day: OwnDay): string {
  const { low, high } = outputTokensPerSecond;
  const hint = basis === "outside" ? " (a hint only)" : "";
  const range = `${usd(low, 0)} to ${usd(high, 0)} output tokens/s`;
  return `measured here on ${asOf}${hint}, ${engine}, ${range}; that day ${againstTable(day)}`;
}

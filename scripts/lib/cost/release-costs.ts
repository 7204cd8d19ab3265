import type { LoadedStack } from "../../../infra/config/schema";
import type { Estimate } from "../../../infra/core/aws/estimate";
import { sameWeightsOffers } from "../../../infra/core/catalogue/api-prices";
import { apiUsdPerMillion, type Mix, usdPerMillion } from "../../../infra/core/economics/token-price";
import { placementsOf } from "../../../infra/core/placement";
import { runningReleases } from "../../../infra/core/pointers";
import { publicName } from "../../../infra/core/public-name";
import { type ReleaseContent, shortId } from "../../../infra/core/release";
import { knowledgeWith, type MeasuredDay } from "../../../infra/core/throughput/own-days";
import { throughputAtSlo } from "../../../infra/core/throughput/predict";
import type { SpeedObjective, ThroughputAtSlo } from "../../../infra/core/throughput/throughput";
import { weightOf } from "../../../infra/values/gateway";
import { ASSUMED_UTILISATION, type Demand } from "./assumptions";

/** One release of one model over all regions of a stack. */
export interface ReleaseCost {
  model: string;
  release: string;
  pool: string;
  gpuClass: string;
  /** Of one replica. */
  gpus: number;
  /** In all regions together. */
  replicas: number;
  /** Of the model's requests, 0 to 100. */
  sharePercent: number;
  /** Its part of the pool's paid nodes, GPUs that no pod uses among them. */
  hourlyUsd: number;
  /** Of one replica at the objective; left out: not measured anywhere we know of. */
  throughput?: ThroughputAtSlo;
  /** Per million tokens in and out together; left out without throughput or for a release that gets no requests. */
  usdPerMillion?: { busy: number; expected: number; utilisation: number; measuredUtilisation: boolean };
  /** The cheapest API of the same weights that we know, and the share of the time that this release must be busy to match it. */
  api?: { provider: string; usdPerMillion: number; breakEvenUtilisation: number; asOf: string };
}

interface Question {
  stack: LoadedStack;
  cost: Estimate;
  demandOf(model: string): Demand;
  objective: SpeedObjective;
  /** Of this stack's own engines. */
  measured: readonly MeasuredDay[];
  today: string;
}

export function releaseCosts(question: Question): ReleaseCost[] {
  const { stack } = question;
  const placed = Object.entries(stack.config.models).flatMap(([model, settings]) =>
    runningReleases(settings).flatMap((release) => {
      const { id = "", content } = stack.releases[model]?.[release] ?? {};
      const placement = content && placementsOf(content, stack.config.pools, settings.pool)[0];
      if (content === undefined || placement === undefined) return [];
      const { variant, pool } = placement;
      const replicas = (settings.replicasOf[release] ?? settings.replicas) * stack.config.regions.length;
      const sharePercent = weightOf(release, settings);
      // On a CPU pool pods share nodes by their number.
      const weight = replicas * Math.max(1, poolGpus(stack, pool) === 0 ? 1 : variant.tensorParallel);
      return [
        {
          model,
          release,
          pool,
          gpuClass: variant.gpuClass,
          gpus: variant.tensorParallel,
          replicas,
          sharePercent,
          weight,
          content,
          days: question.measured.filter((day) => day.release === shortId(id)),
        },
      ];
    }),
  );
  return placed.map(({ weight, content, days, ...release }) => {
    const ofPool = placed.filter(({ pool }) => pool === release.pool).reduce((sum, one) => sum + one.weight, 0);
    const hourlyUsd = (poolHourlyUsd(question.cost, release.pool) * weight) / ofPool;
    return { ...release, hourlyUsd, ...tokensOf({ ...release, hourlyUsd }, content, days, question) };
  });
}

const poolGpus = ({ config }: LoadedStack, pool: string): number => config.pools[pool]?.gpusPerNode ?? 0;

/** Nodes alone: disks and everything else are the environment's. */
const poolHourlyUsd = ({ lines }: Estimate, pool: string): number =>
  lines
    .filter(({ what }) => what.startsWith(`pool ${pool}:`))
    .reduce((sum, { count, hourlyUsd }) => sum + count * hourlyUsd, 0);

function tokensOf(
  {
    model,
    gpuClass,
    gpus,
    replicas,
    sharePercent,
    hourlyUsd,
  }: Omit<ReleaseCost, "usdPerMillion" | "throughput" | "api">,
  content: ReleaseContent,
  days: readonly MeasuredDay[],
  { demandOf, objective, today }: Question,
): Pick<ReleaseCost, "usdPerMillion" | "throughput" | "api"> {
  const name = publicName(content);
  const { mix, outputTokensPerSecond } = demandOf(model);
  const replica = { gpuClass, tensorParallel: gpus, ...mix };
  const found = name && throughputAtSlo({ model: name, ...replica }, objective, knowledgeWith(days));
  if (!found || name === undefined) return {};
  const throughput = withDoubtOfQuantisation(found, content);
  if (sharePercent === 0) return { throughput };
  const capacity = replicas * throughput.outputTokensPerSecond.expected;
  const utilisation =
    outputTokensPerSecond === undefined ? ASSUMED_UTILISATION : (outputTokensPerSecond * sharePercent) / 100 / capacity;
  const paid = { hourlyUsd, outputTokensPerSecond: capacity };
  const busy = usdPerMillion(paid, mix);
  return {
    throughput,
    usdPerMillion: {
      busy,
      expected: usdPerMillion(paid, mix, utilisation),
      utilisation,
      measuredUtilisation: outputTokensPerSecond !== undefined,
    },
    ...apiOf(name, mix, busy, today),
  };
}

/** Of a release's weights, as tables name it. */
export const quantisationOf = ({ quantization, architecture }: ReleaseContent): string =>
  (quantization ?? architecture.dtype)
    .toLowerCase()
    .replace(/^bfloat16$/, "bf16")
    .replace(/^mxfp4$/, "fp4");

/** A table of FP8 weights says little of a release in bf16. */
function withDoubtOfQuantisation(found: ThroughputAtSlo, content: ReleaseContent): ThroughputAtSlo {
  const own = quantisationOf(content);
  if ([own, "not stated"].includes(found.quantisation)) return found;
  const doubt = `measured with weights in ${found.quantisation}, and this release is in ${own}`;
  return { ...found, basis: "outside", doubts: [...found.doubts, doubt] };
}

function apiOf(name: string, mix: Mix, busy: number, today: string): Pick<ReleaseCost, "api"> {
  const offers = sameWeightsOffers(name, today).map((offer) => ({
    provider: offer.provider,
    asOf: offer.asOf,
    usdPerMillion: apiUsdPerMillion(mix, offer.usdPerMillion),
  }));
  const [api] = offers.sort((a, b) => a.usdPerMillion - b.usdPerMillion);
  return api ? { api: { ...api, breakEvenUtilisation: busy / api.usdPerMillion } } : {};
}

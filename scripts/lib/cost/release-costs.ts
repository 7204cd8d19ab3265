import type { LoadedStack } from "../../../infra/config/schema";
import type { Estimate } from "../../../infra/core/aws/estimate";
import { usdPerMillion } from "../../../infra/core/economics/token-price";
import { placementsOf } from "../../../infra/core/placement";
import { runningReleases } from "../../../infra/core/pointers";
import { publicName } from "../../../infra/core/public-name";
import { type ReleaseContent, shortId } from "../../../infra/core/release";
import { knowledgeWith, type MeasuredDay } from "../../../infra/core/throughput/own-days";
import { throughputAtSlo } from "../../../infra/core/throughput/predict";
import type { SpeedObjective, ThroughputAtSlo } from "../../../infra/core/throughput/throughput";
import { weightOf } from "../../../infra/values/gateway";
import { ASSUMED_UTILISATION, type Demand } from "./assumptions";
import { type ApiOffer, cheapestApi } from "./same-weights";

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
  /** Of them those in regions that take requests. */
  servingReplicas: number;
  /** Of the model's requests, 0 to 100. */
  sharePercent: number;
  /** Its part of the pool's paid nodes, GPUs that no pod uses among them. */
  hourlyUsd: number;
  /** False: the price of another region, or of on-demand nodes, stands in. */
  priceKnown: boolean;
  /** Of one replica at the objective; left out: not measured anywhere we know of. */
  throughput?: ThroughputAtSlo;
  /**
   * Per million tokens in and out together; left out without throughput or for a release that gets no requests.
   * `utilisation` is what is asked of it over what it gives at the objective; above 1 it serves no more than that.
   */
  usdPerMillion?: {
    busy: number;
    /** Of `busy`, by the range of the throughput that holds nine times of ten. */
    busyRange: { low: number; high: number };
    expected: number;
    utilisation: number;
    measuredUtilisation: boolean;
  };
  /** The cheapest API of the same weights that we know, and the share of the time that this release must be busy to match it. */
  api?: ApiOffer & { breakEvenUtilisation: number };
}

/** All releases of a model together: those that only stand by are paid by the tokens of those that serve. */
export interface ModelCost {
  model: string;
  hourlyUsd: number;
  /** Per million tokens in and out together; left out where what serves was measured by nobody. */
  usdPerMillion?: number;
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
      const { regions, regionStates } = stack.config;
      const each = settings.replicasOf[release] ?? settings.replicas;
      const replicas = each * regions.length;
      const serving = regions.filter((region) => (regionStates[region] ?? "active") === "active");
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
          servingReplicas: each * serving.length,
          sharePercent,
          weight,
          content,
          days: question.measured.filter((day) => day.release === shortId(id)),
        },
      ];
    }),
  );
  const measured = placed.map(({ weight, content, days, ...release }): Measured => {
    const ofPool = placed.filter(({ pool }) => pool === release.pool).reduce((sum, one) => sum + one.weight, 0);
    const nodes = question.cost.lines.filter(({ what }) => what.startsWith(`pool ${release.pool}:`));
    const hourlyUsd = nodes.reduce((sum, { count, hourlyUsd: each }) => sum + count * each, 0);
    // Nodes alone: disks and everything else are the environment's.
    const own = { ...release, hourlyUsd: (hourlyUsd * weight) / ofPool, priceKnown: nodes.every(({ known }) => known) };
    const throughput = throughputOf(own, content, days, question);
    return { ...own, content, ...(throughput && { throughput }) };
  });
  return measured.map((release) => {
    const { content, throughput, ...own } = release;
    return { ...own, ...tokensOf(release, measured, question) };
  });
}

const poolGpus = ({ config }: LoadedStack, pool: string): number => config.pools[pool]?.gpusPerNode ?? 0;

type Placed = Omit<ReleaseCost, "usdPerMillion" | "throughput" | "api">;

function throughputOf(
  { model, gpuClass, gpus }: Placed,
  content: ReleaseContent,
  days: readonly MeasuredDay[],
  { demandOf, objective }: Question,
): ThroughputAtSlo | undefined {
  const name = publicName(content);
  const { inputTokens, outputTokens } = demandOf(model).request;
  const replica = { gpuClass, tensorParallel: gpus, inputTokens, outputTokens };
  const found = name && throughputAtSlo({ model: name, ...replica }, objective, knowledgeWith(days));
  return found ? withDoubtOfQuantisation(found, content) : undefined;
}

type Measured = Placed & { content: ReleaseContent; throughput?: ThroughputAtSlo };

/** Output tokens a second of all its replicas that take requests. */
const capacityOf = ({ servingReplicas, throughput }: Measured): number =>
  servingReplicas * (throughput?.outputTokensPerSecond.expected ?? 0);

/** Output tokens a second that a model is asked for: counted, or so many that what serves most of it is used as assumed. */
function askedOf(model: string, all: readonly Measured[], { demandOf }: Question): number | undefined {
  const counted = demandOf(model).outputTokensPerSecond;
  if (counted !== undefined) return counted;
  const [main] = all.filter((one) => one.model === model).sort((a, b) => b.sharePercent - a.sharePercent);
  if (main?.throughput === undefined || main.sharePercent === 0) return undefined;
  return (ASSUMED_UTILISATION * capacityOf(main) * 100) / main.sharePercent;
}

function tokensOf(
  release: Measured,
  all: readonly Measured[],
  question: Question,
): Pick<ReleaseCost, "usdPerMillion" | "throughput" | "api"> {
  const { model, hourlyUsd, sharePercent, throughput, content } = release;
  const asked = askedOf(model, all, question);
  if (throughput === undefined || sharePercent === 0 || asked === undefined) return throughput ? { throughput } : {};
  const { request, outputTokensPerSecond } = question.demandOf(model);
  const capacity = capacityOf(release);
  const utilisation = (asked * sharePercent) / 100 / capacity;
  const paid = { hourlyUsd, outputTokensPerSecond: capacity };
  const busy = usdPerMillion(paid, request);
  const given = throughput.outputTokensPerSecond;
  const api = cheapestApi(publicName(content) ?? "", { requests: 1, ...request }, question.today);
  return {
    throughput,
    usdPerMillion: {
      busy,
      busyRange: { low: (busy * given.expected) / given.high, high: (busy * given.expected) / given.low },
      expected: usdPerMillion(paid, request, Math.min(1, utilisation)),
      utilisation,
      measuredUtilisation: outputTokensPerSecond !== undefined,
    },
    ...(api && { api: { ...api, breakEvenUtilisation: busy / api.usdPerMillion } }),
  };
}

/** Of what is served, which is never more than there is room for. */
export function modelCosts(releases: readonly ReleaseCost[]): ModelCost[] {
  const models = [...new Set(releases.map(({ model }) => model))];
  return models.map((model) => {
    const own = releases.filter((one) => one.model === model);
    const serving = own.filter(({ sharePercent }) => sharePercent > 0);
    const hourlyUsd = own.reduce((sum, one) => sum + one.hourlyUsd, 0);
    const millions = serving.map(({ hourlyUsd: usd, usdPerMillion: each }) =>
      each ? usd / each.expected : Number.NaN,
    );
    const served = millions.reduce((sum, of) => sum + of, 0);
    return { model, hourlyUsd, ...(served > 0 && { usdPerMillion: hourlyUsd / served }) };
  });
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

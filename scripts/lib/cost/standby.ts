import type { LoadedStack } from "../../../infra/config/schema";
import { PART_PRICES } from "../../../infra/core/aws/part-prices";
import { estimate } from "../../../infra/values/aws/cost/estimate";
import type { ReleaseCost } from "./release-costs";

/** What keeping a previous release ready costs, by how ready it is. */
export interface Standby {
  model: string;
  release: string;
  warmth: "hot" | "asleep" | "cached" | "cold";
  /** Its part of the paid nodes, or of the buckets. */
  hourlyUsd: number;
  /** What the environment would cost less without it: whole nodes, so often nothing. */
  freedHourlyUsd: number;
  /** Until it answers. */
  atMostSeconds: number;
  /** Who says so. */
  basis: string;
  how: string;
}

const HOURS_A_MONTH = 730;

/** Previous releases of every model. `hot` is what a stack file can say: what is in `previous` keeps running, the rest is not. */
export function standbyCosts(stack: LoadedStack, costs: readonly ReleaseCost[]): Standby[] {
  const { config, releases } = stack;
  return Object.entries(config.models).flatMap(([model, settings]) =>
    settings.previous.flatMap((release): Standby[] => {
      const own = costs.find((cost) => cost.model === model && cost.release === release);
      const files = releases[model]?.[release]?.content.weights.files ?? [];
      const gigabytes = files.reduce((sum, { bytes }) => sum + bytes, 0) / 1e9;
      const storedUsd = (gigabytes * PART_PRICES.bucketGB.usd * config.regions.length) / HOURS_A_MONTH;
      const gpus = `${(own?.replicas ?? 0) * (own?.gpus ?? 0)} GPUs`;
      const start = settings.startupSeconds;
      const freed = freedHourlyUsd(stack, model, release);
      const each = { model, release };
      return [
        {
          ...each,
          warmth: "hot",
          hourlyUsd: own?.hourlyUsd ?? 0,
          freedHourlyUsd: freed,
          atMostSeconds: 5,
          basis: "a route flip; measured by homeport bench",
          how: `${gpus} of pool ${own?.pool ?? "(none)"}`,
        },
        {
          ...each,
          warmth: "asleep",
          hourlyUsd: own?.hourlyUsd ?? 0,
          freedHourlyUsd: freed,
          atMostSeconds: 6,
          basis: "published figures of vLLM's sleep level 1",
          how: `the same ${gpus}, and memory of the node`,
        },
        {
          ...each,
          warmth: "cached",
          hourlyUsd: storedUsd,
          freedHourlyUsd: storedUsd,
          atMostSeconds: start,
          basis: "at most startupSeconds of the stack file, on a node that is there",
          how: "files on nodes, no free GPU",
        },
        {
          ...each,
          warmth: "cold",
          hourlyUsd: storedUsd,
          freedHourlyUsd: storedUsd,
          atMostSeconds: start + 480,
          basis: "startupSeconds and a new node (2 to 8 minutes)",
          how: `${gigabytes.toFixed(0)} GB in ${config.regions.length} ${config.regions.length === 1 ? "bucket" : "buckets"}`,
        },
      ];
    }),
  );
}

function freedHourlyUsd({ config, ...stack }: LoadedStack, model: string, release: string): number {
  const settings = config.models[model];
  if (settings === undefined) return 0;
  const without = { ...settings, previous: settings.previous.filter((name) => name !== release) };
  const less = { ...stack, config: { ...config, models: { ...config.models, [model]: without } } };
  return estimate({ ...stack, config }).hourlyUsd - estimate(less).hourlyUsd;
}

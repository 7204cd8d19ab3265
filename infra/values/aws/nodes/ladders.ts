import type { PinnedReleases, StackConfig } from "../../../config/schema";
import { capacityLadder, type Step } from "../../../core/aws/capacity-ladder";
import { placementsOf } from "../../../core/placement";
import { runningReleases } from "../../../core/pointers";

/** Who takes a step: the first is there from the start; a change of `models.<model>.pool` is a person's (decision 0091). */
export type TakenBy = "start" | "autoscaler" | "traffic" | "clients" | "config";

export interface LadderStep extends Step {
  takenBy: TakenBy;
}

/** Every way that a release which runs has to be served, best first, as seen from one region. */
export interface ReleaseLadder {
  model: string;
  release: string;
  pointer: "live" | "candidate" | "previous";
  region: string;
  steps: readonly LadderStep[];
}

interface Stack {
  config: StackConfig;
  releases: PinnedReleases;
}

/** Ladders of all that runs, from every region that takes requests. */
export function ladders({ config, releases }: Stack): ReleaseLadder[] {
  const { environment, regions, regionStates, models } = config;
  if (environment.platform !== "aws") return [];
  const serving = regions.filter((region) => (regionStates[region] ?? "active") === "active");
  return serving.flatMap((region) =>
    Object.entries(models).flatMap(([model, settings]) =>
      runningReleases(settings).flatMap((release): ReleaseLadder[] => {
        const file = releases[model]?.[release];
        if (file === undefined) return [];
        const pool = placementsOf(file.content, config.pools, settings.pool)[0]?.pool;
        const steps = capacityLadder(file.content, config.pools, serving, { region, pool });
        const pointer =
          release === settings.live ? "live" : settings.candidate?.release === release ? "candidate" : "previous";
        return [
          {
            model,
            release,
            pointer,
            region,
            steps: steps.map((step) => ({ ...step, takenBy: taker(step, pool, config) })),
          },
        ];
      }),
    ),
  );
}

/** A pool is a model's in all of its regions, and the other regions' cells run all releases on it already. */
function taker({ away, pool }: Step, homePool: string | undefined, { traffic }: StackConfig): TakenBy {
  if (pool !== homePool) return "config";
  const elsewhere = traffic.hostedZoneId === undefined ? "clients" : "traffic";
  return ({ nothing: "start", capacity: "autoscaler", family: "config", region: elsewhere } as const)[away];
}

import type { LoadedStack } from "../../../infra/config/schema";
import { mirroredSince, shortId } from "../../../infra/core/release";
import { weightOf } from "../../../infra/values/gateway";
import { releasesIn } from "../../../infra/values/running-releases";
import type { Change } from "./change-file";
import type { RegionState } from "./cluster-state";
import { modelOf } from "./session";

interface ReleaseStatus {
  region: string;
  release: string;
  id: string;
  pointer: "live" | "candidate" | "previous" | "withdrawn" | "not running";
  /** Percent of the requests, in the stack file and on the route; undefined where nothing is known. */
  share: { wanted: number; actual?: number };
  replicas?: { wanted: number; ready: number };
  /** Day on which the region's bucket held every file. */
  mirrored?: string;
}

export interface ModelStatus {
  model: string;
  generation: number;
  withdrawn: Readonly<Record<string, string>>;
  releases: ReleaseStatus[];
  /** Region -> generation of its route; undefined: it has none. */
  routes: Record<string, number | undefined>;
  away: Readonly<Record<string, string>>;
  /** Sentences about what is not as the stack file says, each with its fix. */
  differences: string[];
}

interface Seen {
  states: Readonly<Record<string, RegionState>>;
  away: Readonly<Record<string, string>>;
  change?: Change;
}

/** One model: what the stack file says beside what each region has. */
export function modelStatus(stack: LoadedStack, model: string, { states, away, change }: Seen): ModelStatus {
  const settings = modelOf(stack, model);
  const releases = stack.config.regions.flatMap((region) => inRegion(stack, model, region, states[region]));
  const routes = Object.fromEntries(Object.entries(states).map(([region, state]) => [region, state.generation]));
  return {
    model,
    generation: settings.generation,
    withdrawn: settings.withdrawn,
    releases,
    routes,
    away,
    differences: [
      ...routeDifferences(settings.generation, states),
      ...releases
        .filter(({ share }) => share.actual !== undefined && share.actual !== share.wanted)
        .map(
          ({ region, release, share }) =>
            `${region}: ${release} gets ${share.actual} % and should get ${share.wanted} %; deploy, or git pull`,
        ),
      ...(change
        ? [
            `${change.verb} to ${change.after.live} of ${change.startedAt} is not finished in ${change.pending.join(", ") || "the stack file"}; ${fixOf(change, settings.generation)}`,
          ]
        : []),
    ],
  };
}

const fixOf = ({ verb, model, after }: Change, generation: number): string => {
  if (verb === "promote") return `homeport promote ${model} ${after.live}`;
  return `homeport rollback ${model}${after.generation <= generation ? " --resume" : ""}`;
};

const routeDifferences = (generation: number, states: Seen["states"]): string[] =>
  Object.entries(states).flatMap(([region, state]) => {
    if (state.generation === undefined) return [`${region}: no route yet; deploy (homeport local up, or pulumi up)`];
    if (state.generation > generation)
      return [
        `${region}: the route is at generation ${state.generation}, ahead of the stack file (${generation}); git pull or homeport promote`,
      ];
    if (state.oldest !== undefined && state.oldest < state.generation)
      return [
        `${region}: one of the routes is still at generation ${state.oldest}; deploy, or homeport rollback --resume`,
      ];
    if (state.generation < generation)
      return [
        `${region}: the route is at generation ${state.generation}, behind the stack file (${generation}); deploy, or homeport rollback --resume`,
      ];
    return state.accepted ? [] : [`${region}: the gateway has not taken the route over; see its status`];
  });

function inRegion(stack: LoadedStack, model: string, region: string, state: RegionState | undefined): ReleaseStatus[] {
  const settings = modelOf(stack, model);
  const place = { environment: stack.name, region };
  const { running } = releasesIn(place, stack.config, model, stack.releases);
  return Object.entries(settings.releases).map(([release, pin]) => {
    const placed = running.find(({ name }) => name === release);
    const deployment = placed && state?.deployments[placed.objectName];
    const actual = placed && state?.weights[placed.objectName];
    const file = stack.releases[model]?.[release];
    const mirrored = file && mirroredSince(file, place);
    return {
      region,
      release,
      id: shortId(pin),
      pointer: pointerOf(settings, release),
      share: { wanted: weightOf(release, settings), ...(actual !== undefined && { actual }) },
      ...(placed && state && { replicas: { wanted: placed.replicas, ready: deployment?.available ?? 0 } }),
      ...(mirrored !== undefined && { mirrored }),
    };
  });
}

function pointerOf(
  { live, previous, candidate, withdrawn }: ReturnType<typeof modelOf>,
  release: string,
): ReleaseStatus["pointer"] {
  if (release === live) return "live";
  if (Object.hasOwn(withdrawn, release)) return "withdrawn";
  if (previous.includes(release)) return "previous";
  return release === candidate?.release ? "candidate" : "not running";
}

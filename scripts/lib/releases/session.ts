import type { LoadedStack, ModelConfig } from "../../../infra/config/schema";
import { nearest } from "../../../infra/core/did-you-mean";
import { InputError, OperationError } from "../../../infra/core/errors";
import { own } from "../../../infra/core/own";
import type { Pointers } from "../../../infra/core/pointers";
import { ClusterError } from "../kubectl";
import { readText, type StackPaths } from "../stack-paths";
import { type Change, readChange } from "./change-file";
import { type RegionState, regionState } from "./cluster-state";
import type { Clusters } from "./clusters";
import type { modelRoutes } from "./model-routes";

/** One model as its stack file and every region have it now. */
export interface Session {
  paths: StackPaths;
  clusters: Clusters;
  /** A model's whole routes in a region, from a stack. */
  routes: typeof modelRoutes;
  model: string;
  settings: ModelConfig;
  /** What holds: the stack file, or a change that got further than the file. */
  current: Pointers;
  /** A change that reached at least one region and not the stack file. */
  unfinished?: Change;
  states: Readonly<Record<string, RegionState>>;
  /** Regions that do not answer, with the reason. */
  away: Readonly<Record<string, string>>;
}

const pointersOf = ({ live, previous, candidate, withdrawn, generation }: ModelConfig): Pointers => ({
  live,
  previous,
  ...(candidate && { candidate }),
  withdrawn,
  generation,
});

export const stackText = (paths: StackPaths): string => readText(paths.stack) ?? "";

export function modelOf({ config }: LoadedStack, model: string): ModelConfig {
  const settings = own(config.models, model);
  if (settings) return settings;
  const known = Object.keys(config.models);
  const meant = nearest(model, known);
  throw new InputError([
    {
      path: "<model>",
      given: model,
      allowed: `one of ${known.join(", ") || "(none yet)"}`,
      fix: meant ? `did you mean \`${meant}\`?` : "correct the name",
    },
  ]);
}

/** Asks every region at once; fails when none answers or when the cluster is ahead of this stack file. */
export async function openSession(
  { paths, clusters, routes }: Pick<Session, "paths" | "clusters" | "routes">,
  stack: LoadedStack,
  model: string,
): Promise<Session> {
  const settings = modelOf(stack, model);
  const { states, away } = await statesOf(clusters, model);
  const reasons = Object.entries(away);
  if (Object.keys(states).length === 0)
    throw new OperationError(
      `no region answers: ${reasons.map(([region, why]) => `${region}: ${why}`).join("; ")}`,
      "nothing was changed; check --context, --kubeconfig and the network",
    );
  const file = pointersOf(settings);
  const change = readChange(paths.state, model);
  const reached = Math.max(0, ...Object.values(states).map((s) => s.generation ?? 0));
  // The clusters are the evidence: a change that died before its first route did not happen.
  const happened =
    change !== undefined && change.after.generation > file.generation && reached >= change.after.generation;
  const current = happened ? change.after : file;
  if (reached > current.generation) throw aheadError(model, reached, current.generation);
  return { paths, clusters, routes, model, settings, current, states, away, ...(happened && { unfinished: change }) };
}

const aheadError = (model: string, reached: number, here: number): OperationError =>
  new OperationError(
    `${model} was promoted or rolled back since: its routes are at generation ${reached}, this stack file at ${here}`,
    "git pull or homeport promote",
  );

export async function statesOf(clusters: Clusters, model: string): Promise<Pick<Session, "states" | "away">> {
  const states: Record<string, RegionState> = {};
  const away: Record<string, string> = {};
  await Promise.all(
    Object.entries(clusters).map(async ([region, cluster]) => {
      try {
        states[region] = await regionState(cluster, model);
      } catch (error) {
        if (!(error instanceof ClusterError) || error.failure !== "unreachable") throw error;
        away[region] = error.message;
      }
    }),
  );
  return { states, away };
}

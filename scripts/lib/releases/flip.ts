import { isDeepStrictEqual } from "node:util";
import type { LoadedStack } from "../../../infra/config/schema";
import { OperationError } from "../../../infra/core/errors";
import type { KubernetesObject } from "../../../infra/core/kubernetes-object";
import { runningReleases } from "../../../infra/core/pointers";
import { ClusterError, type Kubectl, type StoredObject } from "../kubectl";
import { replaceFile } from "../replace-file";
import { terminal } from "../report";
import { withPointers } from "../stack-editor";
import type { StackPaths } from "../stack-paths";
import { type Change, removeChange, writeChange } from "./change-file";
import { generationOf, isAccepted, routesOf } from "./cluster-state";
import { sharesOf, undeployedPart } from "./route-difference";
import { type Session, stackText } from "./session";
import { loadStackText } from "./stack-text";

/** How far one region came. Times are seconds since the command started. */
export interface RegionResult {
  region: string;
  /** `flipped`: the gateway serves it. `unconfirmed`: stored, the gateway has not said so yet. `pending`: to be done. */
  outcome: "flipped" | "unconfirmed" | "pending";
  storedAfter?: number;
  dataPlaneAfter?: number;
  reason?: string;
  /** Streams of the old release that were ended, when that was asked for. */
  streamsCut?: number;
}

export interface Clock {
  /** Seconds since the command started. */
  elapsed(): number;
  sleep(ms: number): Promise<void>;
}

const CONFIRM_SECONDS = 10;

/**
 * Makes `change.after` true: first the routes of every reachable region in parallel, then the stack file. It may die at
 * any point and be repeated: the change is on disk before the first route, and every step gives the same bytes again.
 */
export async function flip(
  session: Session,
  change: Change,
  clock: Clock,
  regions: readonly string[],
): Promise<RegionResult[]> {
  const { paths, model } = session;
  const text = withPointers(stackText(paths), model, change.after, paths.label);
  const { stack } = loadStackText(paths, text);
  writeChange(paths.state, change);
  const tried = await Promise.all(regions.map((region) => attempt(session, change, stack, region, clock)));
  const results = tried.filter((r): r is RegionResult => !(r instanceof ClusterError));
  const refused = tried.find((r): r is ClusterError => r instanceof ClusterError);
  const done = results.filter((r) => r.outcome !== "pending");
  if (done.length === 0) {
    const inFile = session.settings.generation >= change.after.generation; // an earlier run had come that far
    if (refused === undefined && inFile) return results;
    if (refused === undefined)
      throw new OperationError(`no region could be reached: ${results[0]?.reason}`, "nothing was changed; try again");
    // Somebody else was faster: this change will never be. After any other refusal a part of it may be stored, and then the
    // same command finishes it.
    if (results.length === 0 && refused.failure === "stale") removeChange(paths.state, model);
    throw refused;
  }
  const finished = new Set(done.filter((r) => r.outcome === "flipped").map((r) => r.region));
  const pending = change.pending.filter((region) => !finished.has(region));
  writeChange(paths.state, { ...change, pending });
  writeStackFile(paths, change);
  if (pending.length === 0) removeChange(paths.state, model);
  if (refused) throw refused;
  return results;
}

async function attempt(
  session: Session,
  change: Change,
  stack: LoadedStack,
  region: string,
  clock: Clock,
): Promise<RegionResult | ClusterError> {
  try {
    return await flipRegion(session, change, stack, region, clock);
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
    return error.failure === "unreachable" ? { region, outcome: "pending", reason: error.message } : error;
  }
}

async function flipRegion(
  session: Session,
  change: Change,
  stack: LoadedStack,
  region: string,
  clock: Clock,
): Promise<RegionResult> {
  const { model } = session;
  const cluster = session.clusters[region]!;
  const { stored, foreign } = await store(session, change, stack, region);
  const storedAfter = clock.elapsed();
  if (foreign.length > 0)
    return {
      region,
      outcome: "unconfirmed",
      storedAfter,
      reason: `${foreign.join(", ")} is not in the stack file and keeps its old weights until you deploy`,
    };
  return (await confirmed(cluster, model, stored, clock))
    ? { region, outcome: "flipped", storedAfter, dataPlaneAfter: clock.elapsed() }
    : {
        region,
        outcome: "unconfirmed",
        storedAfter,
        reason: `the gateway has not taken the route over within ${CONFIRM_SECONDS} s`,
      };
}

/**
 * Applies the routes to exactly the versions that were looked at, first those that the session has seen: another look
 * costs a tenth of a rollback's time, and the API server says when it is needed.
 */
async function store(
  session: Session,
  change: Change,
  stack: LoadedStack,
  region: string,
  seen = session.states[region]?.routes,
  looks = 3,
): Promise<{ stored: StoredObject[]; foreign: string[] }> {
  const { clusters, routes: routesIn, model, current } = session;
  const cluster = clusters[region]!;
  const live = new Map((seen ?? (await routesOf(cluster, model))).map((route) => [route.metadata.name, route]));
  // A route that is not there yet waits for its key policy, which only `up` makes.
  // What served until now stays known to the gateway: a cluster that goes with the same change loses requests (0053).
  const routes = routesIn(stack, region, model, runningReleases(current)).filter((r) => live.has(r.metadata.name));
  if (routes.length === 0)
    throw new ClusterError(
      "other",
      `${model} has no route in ${region} yet`,
      "deploy the stack first: homeport local up, or pulumi up",
    );
  for (const route of routes) assertOurs(change, region, route, live.get(route.metadata.name)!);
  const foreign = [...live.keys()].filter((name) => !routes.some((route) => route.metadata.name === name));
  try {
    const stored = await cluster.apply(routes.map((route) => ofVersion(route, live.get(route.metadata.name)!)));
    return { stored, foreign };
  } catch (error) {
    if (!(error instanceof ClusterError) || error.failure !== "modified" || looks === 1) throw error;
    return store(session, change, stack, region, await routesOf(cluster, model), looks - 1);
  }
}

const ofVersion = (route: KubernetesObject, { metadata: { resourceVersion } }: StoredObject): KubernetesObject => ({
  ...route,
  metadata: { ...route.metadata, ...(resourceVersion !== undefined && { resourceVersion }) },
});

/** The route is the one that this stack file describes, but for what the change changes. */
function assertOurs({ verb, after }: Change, region: string, route: KubernetesObject, stored: StoredObject): void {
  const { name } = route.metadata;
  // The admission policy lets an equal generation pass; two promotes at once would have the same one.
  const taken = generationOf(stored) >= after.generation && !isDeepStrictEqual(sharesOf(stored), sharesOf(route));
  if (taken)
    throw new ClusterError(
      "stale",
      `somebody else has changed ${name} in ${region} just now (generation ${generationOf(stored)})`,
      "git pull or homeport promote",
    );
  const part = undeployedPart(route, stored);
  if (part === undefined) return;
  const difference = `${name} in ${region} is not as the stack file has it: ${part}`;
  if (verb === "rollback") terminal.note(`${difference}; the rollback deploys that too`);
  else throw new ClusterError("other", difference, "deploy first (homeport local up, or pulumi up), then promote");
}

/** Waits until the gateway has seen the stored version of every route. */
async function confirmed(
  cluster: Kubectl,
  model: string,
  stored: readonly StoredObject[],
  clock: Clock,
): Promise<boolean> {
  const versions = new Map(stored.map(({ metadata }) => [metadata.name, metadata.generation ?? 0]));
  const until = clock.elapsed() + CONFIRM_SECONDS;
  let routes = stored;
  while (
    routes.length < versions.size ||
    !routes.every((r) => isAccepted(r) && (r.metadata.generation ?? 0) >= (versions.get(r.metadata.name) ?? 0))
  ) {
    if (clock.elapsed() > until) return false;
    await clock.sleep(100);
    // The route is stored; a question that fails does not undo that.
    routes = (await routesOf(cluster, model).catch(() => [])).filter((r) => versions.has(r.metadata.name));
  }
  return true;
}

/** Writes the pointers; an edit of the file by somebody else in these milliseconds is kept. */
function writeStackFile(paths: StackPaths, { model, after }: Pick<Change, "model" | "after">, attempts = 3): void {
  const text = stackText(paths);
  try {
    replaceFile(paths.stack, text, withPointers(text, model, after, paths.label));
  } catch (error) {
    if (attempts > 1 && stackText(paths) !== text) {
      writeStackFile(paths, { model, after }, attempts - 1);
      return;
    }
    throw new OperationError(
      `the routes are changed, ${paths.label} is not: ${(error as Error).message}`,
      "run the same command again; only the file is left to write",
      { cause: error },
    );
  }
}

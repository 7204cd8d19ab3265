import type { Command } from "commander";
import { ExitCode, InputError, OperationError } from "../../infra/core/errors";
import { rollback as rolledBack } from "../../infra/core/pointers";
import { action } from "../lib/action";
import { type Change, readChange } from "../lib/releases/change-file";
import { type ClusterCommandOptions, open, realWorld, type World, withClusterOptions } from "../lib/releases/command";
import { cutStreams } from "../lib/releases/cut";
import { flip, type RegionResult } from "../lib/releases/flip";
import { reportChange } from "../lib/releases/report-change";
import type { Session } from "../lib/releases/session";
import { waitUntilReady } from "../lib/releases/wait-ready";
import { terminal } from "../lib/report";

export interface RollbackOptions extends ClusterCommandOptions {
  reason?: string;
  to?: string;
  cut?: boolean;
  resume?: boolean;
  now?: boolean;
  push?: boolean;
}

export function register(program: Command): void {
  withClusterOptions(program.command("rollback"))
    .description("go back to the previous release: a flip of the routes, in every region at once, in seconds")
    .argument("<model>", "name that clients call")
    .option("--reason <text>", "why; stored with the withdrawn release")
    .option("--to <release>", "one of `previous` (default: its first usable one)")
    .option("--now", "do not wait for all replicas of a target that is still starting")
    .option("--cut", "end the streams that still run on the bad release, and count them")
    .option("--resume", "finish in the regions that were away")
    .option("--push", "commit and push the stack file")
    .action(action(async (model: string, options: RollbackOptions) => rollback(model, options)));
}

export async function rollback(model: string, options: RollbackOptions, world: World = realWorld): Promise<ExitCode> {
  const session = await open(options, world, { strict: false }).session(model);
  const change = options.resume
    ? pendingChange(session)
    : (unfinishedRollback(session, options) ?? newChange(session, options, world));
  if (change === undefined) {
    terminal.note(`nothing of ${model} is pending`);
    return ExitCode.ok;
  }
  await waitUntilReady(session, change.after, world.clock, { enough: options.now === true });
  const results = await flip(
    session,
    change,
    world.clock,
    options.resume ? change.pending : Object.keys(session.clusters),
  );
  if (options.cut) await cut(session, change, results);
  return reportChange(session, change, results, options);
}

/** The same command died earlier, or is not confirmed everywhere: it is finished, and only `--to` goes further back. */
function unfinishedRollback(
  { paths, model, current, unfinished }: Session,
  { to }: RollbackOptions,
): Change | undefined {
  const begun = unfinished ?? readChange(paths.state, model);
  if (begun?.verb !== "rollback" || begun.after.generation !== current.generation) return undefined;
  if (to !== undefined && to !== begun.after.live) return undefined;
  terminal.note(
    `finishing the rollback to ${begun.after.live} that was begun at ${begun.startedAt}; --to <release> goes further back`,
  );
  return begun;
}

/** What is left of an earlier change, with the pointers as they are now; without its notes, what the regions show. */
function pendingChange({ paths, model, current, clusters, states }: Session): Change | undefined {
  const change = readChange(paths.state, model);
  if (change && change.after.generation > current.generation)
    throw new OperationError(
      `the ${change.verb} to ${change.after.live} of ${change.startedAt} never began: no route has it`,
      `homeport rollback ${model}, without --resume`,
    );
  if (change) return { ...change, after: current, pending: change.pending.filter((region) => region in clusters) };
  const behind = Object.keys(states).filter((region) => (states[region]?.oldest ?? 0) < current.generation);
  if (behind.length === 0) return undefined;
  const startedAt = new Date().toISOString();
  return { verb: "rollback", model, from: current.live, startedAt, after: current, pending: behind };
}

function newChange({ model, current, clusters, away }: Session, options: RollbackOptions, world: World): Change {
  const reason = options.reason ?? "no reason given";
  if (/\p{Cc}/u.test(reason) || reason.length > 500)
    throw new InputError([
      {
        path: "--reason",
        given: JSON.stringify(reason.slice(0, 60)),
        allowed: "one line of at most 500 characters",
        fix: "shorten it",
      },
    ]);
  const after = rolledBack(current, { to: options.to, reason }, `models.${model}`);
  for (const region of Object.keys(away)) terminal.note(`${region} does not answer; it will be pending`);
  const startedAt = new Date(Date.now() - world.clock.elapsed() * 1000).toISOString();
  return {
    verb: "rollback",
    model,
    from: current.live,
    reason: `${current.live} is withdrawn: ${reason}`,
    startedAt,
    after,
    pending: Object.keys(clusters),
  };
}

async function cut(
  { clusters, model, settings }: Session,
  { from, after }: Change,
  results: readonly RegionResult[],
): Promise<void> {
  const id = settings.releases[from];
  if (id === undefined || from === after.live) return;
  for (const result of results.filter((r) => r.outcome === "flipped")) {
    result.streamsCut = await cutStreams(clusters[result.region]!, model, id);
    terminal.note(`${result.region}: ${result.streamsCut} streams of ${from} cut`);
  }
}

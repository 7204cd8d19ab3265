import type { Command } from "commander";
import { nearest } from "../../infra/core/did-you-mean";
import { type ExitCode, InputError, OperationError } from "../../infra/core/errors";
import { promote as promoted } from "../../infra/core/pointers";
import { action } from "../lib/action";
import { type Change, readChange } from "../lib/releases/change-file";
import { type ClusterCommandOptions, open, realWorld, type World, withClusterOptions } from "../lib/releases/command";
import { flip } from "../lib/releases/flip";
import { isReady, readinessText } from "../lib/releases/readiness";
import { readinessOf } from "../lib/releases/release-readiness";
import { reportChange } from "../lib/releases/report-change";
import { modelOf, type Session } from "../lib/releases/session";
import { terminal } from "../lib/report";

export interface PromoteOptions extends ClusterCommandOptions {
  reinstate?: boolean;
  push?: boolean;
}

export function register(program: Command): void {
  withClusterOptions(program.command("promote"))
    .description("make a running release live: new requests go to it, the old one stays ready for a rollback")
    .argument("<model>", "name that clients call")
    .argument("<release>", "name of a release that runs, e.g. r42")
    .option("--reinstate", "promote it although it was withdrawn")
    .option("--push", "commit and push the stack file")
    .action(
      action(async (model: string, release: string, options: PromoteOptions) => promote(model, release, options)),
    );
}

export async function promote(
  model: string,
  release: string,
  options: PromoteOptions,
  world: World = realWorld,
): Promise<ExitCode> {
  const opened = open(options, world, { strict: true });
  // Before any cluster is asked: a wrong name is wrong wherever it would be sent.
  const { releases } = modelOf(opened.stack, model);
  if (!Object.hasOwn(releases, release)) throw unpinned(model, release, Object.keys(releases));
  const session = await opened.session(model);
  const change = begunPromote(session, release) ?? newChange(session, release, options, world);
  const results = await flip(session, change, world.clock, Object.keys(session.clusters));
  return reportChange(session, change, results, options);
}

/** The same command died earlier, or a region was away: it is finished, not done twice. */
function begunPromote({ paths, model, current, unfinished }: Session, release: string): Change | undefined {
  const begun = unfinished ?? readChange(paths.state, model);
  if (begun?.verb !== "promote" || begun.after.live !== release || begun.after.generation !== current.generation)
    return undefined;
  terminal.note(`finishing the promote of ${release} that was begun at ${begun.startedAt}`);
  return begun;
}

function newChange(session: Session, release: string, { reinstate, stack }: PromoteOptions, world: World): Change {
  const { model, current, clusters, away } = session;
  const after = promoted(current, release, { reinstate, path: `models.${model}` });
  const readiness = readinessOf(session, release, after);
  const waiting = readiness.filter((r) => !isReady(r));
  if (waiting.length > 0)
    throw new OperationError(
      waiting.map((r) => readinessText(release, r)).join("; "),
      waiting.every((r) => r.deployed)
        ? `nothing was changed; watch it with 'homeport status --watch --stack ${stack}'`
        : `nothing was changed; set models.${model}.candidate: { release: ${release}, step: staged } and deploy (homeport local up, or pulumi up)`,
    );
  for (const region of Object.keys(away)) terminal.note(`${region} does not answer; it will be pending`);
  return {
    verb: "promote",
    model,
    from: current.live,
    startedAt: startTime(world),
    after,
    pending: Object.keys(clusters),
  };
}

const startTime = (world: World): string => new Date(Date.now() - world.clock.elapsed() * 1000).toISOString();

function unpinned(model: string, release: string, known: readonly string[]): InputError {
  const meant = nearest(release, known);
  return new InputError([
    {
      path: "<release>",
      given: release,
      allowed: `models.${model}.releases has ${known.join(", ")}`,
      fix: meant ? `did you mean \`${meant}\`?` : `pin it: homeport pin ${model} ${release} <source>`,
    },
  ]);
}

import type { Command } from "commander";
import { ExitCode, InputError } from "../../infra/core/errors";
import { action } from "../lib/action";
import { readChange } from "../lib/releases/change-file";
import { clustersOf, localKubeconfig } from "../lib/releases/clusters";
import { type ClusterCommandOptions, realWorld, type World, withClusterOptions } from "../lib/releases/command";
import { type ModelStatus, modelStatus } from "../lib/releases/model-status";
import { stackText, statesOf } from "../lib/releases/session";
import { loadStackText } from "../lib/releases/stack-text";
import { table, terminal, wrapped } from "../lib/report";
import { stackPaths } from "../lib/stack-paths";

export interface StatusOptions extends ClusterCommandOptions {
  watch?: boolean;
}

const REFRESH_MS = 2_000;
const WATCH_SECONDS = 3_600;

export function register(program: Command): void {
  withClusterOptions(program.command("status"))
    .description("show per model and region what the stack file says, and what answers")
    .option("--watch", `again every ${REFRESH_MS / 1000} s, until Ctrl-C (at most an hour)`)
    .action(action(async (options: StatusOptions) => status(options)));
}

export async function status(
  options: StatusOptions,
  world: World = realWorld,
  stop = interrupted(),
): Promise<ExitCode> {
  const paths = stackPaths(options.stack, world.root);
  const until = world.clock.elapsed() + (options.watch ? WATCH_SECONDS : 0);
  do {
    const models = await read();
    if (options.json) terminal.json(models);
    else {
      if (options.watch) terminal.clear();
      terminal.out(models.map(text).join("\n\n"));
    }
    if (options.watch) await Promise.race([world.clock.sleep(REFRESH_MS), stop.promise]);
  } while (options.watch && !stop.happened() && world.clock.elapsed() < until);
  return ExitCode.ok;

  async function read(): Promise<ModelStatus[]> {
    const { stack, problems } = loadStackText(paths, stackText(paths));
    if (Object.keys(stack.config.models).length === 0)
      throw new InputError([
        {
          path: "models",
          allowed: `${paths.label} has no model`,
          fix: "pin one: homeport pin <model> <name> <source>",
        },
      ]);
    for (const { path, allowed } of problems) terminal.note(`note: ${path}: ${allowed}`);
    const clusters = world.clusters ?? clustersOf(stack, options, localKubeconfig(paths.state));
    return Promise.all(
      Object.keys(stack.config.models).map(async (model) =>
        modelStatus(stack, model, { ...(await statesOf(clusters, model)), change: readChange(paths.state, model) }),
      ),
    );
  }
}

interface Stop {
  promise: Promise<void>;
  happened(): boolean;
}

/** The first Ctrl-C ends the watch in good order. */
function interrupted(): Stop {
  let happened = false;
  const promise = new Promise<void>((resolve) => {
    process.once("SIGINT", () => {
      happened = true;
      resolve();
    });
  });
  return { promise, happened: () => happened };
}

function text({ model, generation, releases, withdrawn, away, differences }: ModelStatus): string {
  const rows = releases.map(({ region, release, id, pointer, share, replicas, mirrored }) => [
    region,
    release,
    id,
    pointer,
    share.actual === undefined ? "-" : `${share.actual} %`,
    replicas ? `${replicas.ready}/${replicas.wanted}` : "-",
    mirrored ?? "-",
  ]);
  const sentences = [
    ...Object.entries(withdrawn).map(([release, reason]) => `withdrawn ${release}: ${reason}`),
    ...Object.entries(away).map(([region, why]) => `${region} does not answer: ${why}`),
    ...differences,
  ];
  return [
    `${model}, generation ${generation}`,
    table([["region", "release", "id", "pointer", "share", "ready", "mirrored"], ...rows]),
    ...sentences.map((sentence) => wrapped(`! ${sentence}`)),
  ].join("\n");
}

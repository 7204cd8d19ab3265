import type { Command } from "commander";
import type { LoadedStack } from "../../../infra/config/schema";
import { InputError } from "../../../infra/core/errors";
import { terminal } from "../report";
import { type StackPaths, stackPaths } from "../stack-paths";
import { type Clusters, clustersOf, localKubeconfig } from "./clusters";
import type { Clock } from "./flip";
import { modelRoutes } from "./model-routes";
import { openSession, type Session, stackText } from "./session";
import { loadStackText } from "./stack-text";

export interface ClusterCommandOptions {
  stack: string;
  kubeconfig?: string;
  context: string[];
  json?: boolean;
}

/** What a test replaces: the checkout, the clusters and the time. */
export interface World {
  root?: string;
  clusters?: Clusters;
  routes?: typeof modelRoutes;
  clock: Clock;
}

export const realWorld: World = {
  clock: {
    elapsed: () => Math.round(performance.now()) / 1000, // counts from the start of the process
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  },
};

const each = (value: string, all: string[]): string[] => [...all, value];

/** The options of every verb that talks to clusters. */
export const withClusterOptions = (command: Command): Command =>
  command
    .requiredOption("--stack <env>", "environment: stacks/Pulumi.<env>.yaml")
    .option("--kubeconfig <file>", "default: the local platform's, else kubectl's own")
    .option("--context <[region=]name>", "context of the kubeconfig, once per region", each, [])
    .option("--json", "print the result as JSON");

export interface Opened {
  paths: StackPaths;
  stack: LoadedStack;
  clusters: Clusters;
  session(model: string): Promise<Session>;
}

/**
 * Loads the stack and its clusters. `strict`: whatever the rules say against the stack stops the command;
 * otherwise it is printed, because an expired waiver must not stop a rollback.
 */
export function open(options: ClusterCommandOptions, world: World, { strict }: { strict: boolean }): Opened {
  const paths = stackPaths(options.stack, world.root);
  const { stack, problems } = loadStackText(paths, stackText(paths));
  if (strict && problems.length > 0) throw new InputError(problems);
  for (const { path, allowed } of problems) terminal.note(`note: ${path}: ${allowed}`);
  const clusters = world.clusters ?? clustersOf(stack, options, localKubeconfig(paths.state));
  return {
    paths,
    stack,
    clusters,
    session: (model) => openSession({ paths, clusters, routes: world.routes ?? modelRoutes }, stack, model),
  };
}

import { createInterface } from "node:readline/promises";
import type { Command } from "commander";
import { readStack } from "../../infra/config/read-stack";
import type { LoadedStack } from "../../infra/config/schema";
import { ExitCode, InputError, OperationError } from "../../infra/core/errors";
import { action } from "../lib/action";
import { writeKubeconfig } from "../lib/aws/kubeconfig-file";
import { openTunnels } from "../lib/aws/tunnel";
import { clearCluster } from "../lib/clear-cluster";
import { keptOf } from "../lib/kept";
import { nameOf, pulumi, type StoredResource, storedResources } from "../lib/pulumi";
import { localKubeconfig } from "../lib/releases/clusters";
import { step, terminal } from "../lib/report";
import { type StackPaths, stackPaths } from "../lib/stack-paths";
import { lostRegions } from "./up";

interface DestroyOptions {
  yes?: boolean;
  json?: boolean;
}

/** What a test replaces: the checkout, and where the clusters are. */
export interface DestroyWorld {
  root?: string;
  kubeconfig(stack: LoadedStack, file: string): Promise<string[]>;
}

export function register(program: Command): void {
  program
    .command("destroy")
    .description("remove an environment: let running streams end, then delete all but buckets, keys and logs")
    .argument("<env>", "environment")
    .option("--yes", "do not ask for the environment's name")
    .option("--json", "print what was removed and what was kept as JSON")
    .action(action(async (environment: string, options: DestroyOptions) => destroy(environment, options)));
}

export async function destroy(
  environment: string,
  { yes, json }: DestroyOptions,
  world: DestroyWorld = { kubeconfig: writeKubeconfig },
): Promise<ExitCode> {
  const paths = stackPaths(environment, world.root);
  const stack = readStack(paths.root, environment);
  refuseProtected(stack);
  const resources = await storedResources(environment, paths.root);
  const kept = keptOf(resources);
  terminal.note(`${resources.length} resources of ${environment} go; ${kept.length} stay, with their data:`);
  for (const { kind, id } of kept) terminal.note(`  ${kind} ${id}`);
  if (!yes && !(await typed(environment))) {
    terminal.note("nothing was changed");
    return ExitCode.pending;
  }
  const onAws = stack.config.environment.platform === "aws";
  const lost = lostRegions(stack);
  const close = onAws ? await openTunnels(stack, lost) : undefined;
  try {
    if (onAws) await clearClusters(stack, paths, lost, world);
    await unprotectAndDelete(environment, resources, paths, lost.length > 0);
  } finally {
    close?.();
  }
  if (json) terminal.json({ environment, removed: resources.length - kept.length, kept });
  terminal.note(
    `${environment} is gone. Kept: ${kept.length} buckets, keys and log groups, and what 'homeport init' made; remove them in AWS when nobody needs them`,
  );
  return ExitCode.ok;
}

/** AWS itself refuses to delete what is protected; taking that away is a change that somebody else can review. */
function refuseProtected({ name, config: { environment, cluster } }: LoadedStack): void {
  if (environment.platform !== "aws" || !cluster.deletionProtection) return;
  throw new InputError([
    {
      path: "cluster.deletionProtection",
      given: "on",
      allowed: "off, for an environment that is to be destroyed",
      fix: `set \`cluster: { deletionProtection: false }\`, run 'homeport up --stack ${name}', then repeat this`,
    },
  ]);
}

async function clearClusters(
  stack: LoadedStack,
  paths: StackPaths,
  lost: readonly string[],
  world: DestroyWorld,
): Promise<void> {
  const file = localKubeconfig(paths.state);
  const regions = (await world.kubeconfig(stack, file)).filter((region) => !lost.includes(region));
  await Promise.all(
    regions.map((region) =>
      step(`${region}: let go of load balancers, machines and volumes`, 300, () => clearCluster(region, file)),
    ),
  );
}

/** `unreachable`: some cluster does not answer; it is deleted itself, so what was in it may be forgotten. */
async function unprotectAndDelete(
  environment: string,
  resources: readonly StoredResource[],
  paths: StackPaths,
  unreachable: boolean,
): Promise<void> {
  for (const { urn } of resources.filter(({ protect }) => protect)) {
    terminal.note(`unprotect ${nameOf(urn)}`);
    await must(["state", "unprotect", urn, "--yes", "--stack", environment], paths);
  }
  const env = unreachable ? { PULUMI_K8S_DELETE_UNREACHABLE: "true" } : {};
  await must(["destroy", "--stack", environment, "--yes"], paths, env);
}

async function must(args: readonly string[], { root }: StackPaths, env: NodeJS.ProcessEnv = {}): Promise<void> {
  const code = await pulumi(args, root, env);
  if (code !== 0)
    throw new OperationError(
      `pulumi ${args[0]} ended with ${code}`,
      "see its last lines; repeat the command, it goes on",
    );
}

/** Yes is typed too quickly for this. */
async function typed(environment: string): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return false;
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return (await lines.question(`type ${environment} to destroy it: `)).trim() === environment;
  } finally {
    lines.close();
  }
}

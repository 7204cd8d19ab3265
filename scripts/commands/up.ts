import type { Command } from "commander";
import { readStack } from "../../infra/config/read-stack";
import type { LoadedStack } from "../../infra/config/schema";
import { ExitCode } from "../../infra/core/errors";
import { inClusterPattern } from "../../infra/core/lost-regions";
import { readVersions } from "../../infra/values/versions";
import { action } from "../lib/action";
import { openTunnels } from "../lib/aws/tunnel";
import { requireArchives } from "../lib/charts/archives";
import { pulumi } from "../lib/pulumi";
import { terminal } from "../lib/report";
import { stackPaths } from "../lib/stack-paths";
import { askAccount } from "./preflight";

export interface UpOptions {
  stack: string;
  preview?: boolean;
  yes?: boolean;
  preflight: boolean;
}

export function register(program: Command): void {
  program
    .command("up")
    .description("run `pulumi up` with all that belongs to it: preflight, tunnels, lost regions left as they are")
    .requiredOption("--stack <env>", "environment: stacks/Pulumi.<env>.yaml")
    .option("--preview", "show what would change, and change nothing")
    .option("--yes", "do not ask")
    .option("--no-preflight", "do not ask the account first")
    .action(action(up));
}

/** What a test replaces: the checkout, and the account that is asked first. */
export interface UpWorld {
  root?: string;
  preflight(asked: { stack: string }): Promise<ExitCode>;
}

export async function up(options: UpOptions, world: UpWorld = { preflight: askAccount }): Promise<ExitCode> {
  const paths = stackPaths(options.stack, world.root);
  const stack = readStack(paths.root, options.stack);
  const onAws = stack.config.environment.platform === "aws";
  if (onAws && options.preflight) {
    const answer = await world.preflight({ stack: options.stack });
    if (answer !== ExitCode.ok) return answer;
  }
  // Preflight has said it already, unless nobody asked it.
  if (stack.config.environment.airgapped)
    requireArchives(Object.values(readVersions().charts), paths.root, options.stack);
  const lost = lostRegions(stack);
  for (const region of lost) terminal.note(`${region} is lost: what runs in its cluster stays as it is`);
  const close = onAws ? await openTunnels(stack, lost) : undefined;
  try {
    const code = await pulumi(upArguments(stack, options), paths.root);
    return code === 0 ? ExitCode.ok : ExitCode.failed;
  } finally {
    close?.();
  }
}

export const lostRegions = ({ config }: LoadedStack): string[] =>
  config.regions.filter((region) => config.regionStates[region] === "lost");

/** Excluded resources keep the state they have: they are neither changed nor deleted, whatever the program says. */
export function upArguments(stack: LoadedStack, { preview, yes }: Pick<UpOptions, "preview" | "yes">): string[] {
  const lost = lostRegions(stack);
  return [
    preview ? "preview" : "up",
    "--stack",
    stack.name,
    ...(yes && !preview ? ["--yes"] : []),
    ...lost.flatMap((region) => ["--exclude", inClusterPattern(stack.name, region)]),
    // One region's trouble is no reason to leave the others half done.
    ...(stack.config.regions.length > 1 && !preview ? ["--continue-on-error"] : []),
  ];
}

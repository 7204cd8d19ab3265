import { relative } from "node:path";
import type { Command } from "commander";
import { readStack } from "../../infra/config/read-stack";
import { ExitCode, OperationError } from "../../infra/core/errors";
import { action } from "../lib/action";
import { writeKubeconfig } from "../lib/aws/kubeconfig-file";
import { localKubeconfig } from "../lib/releases/clusters";
import { terminal } from "../lib/report";
import { stackPaths } from "../lib/stack-paths";

export function register(program: Command): void {
  program
    .command("kubeconfig")
    .description("write how the clusters of an AWS environment are reached; status, promote and rollback read it")
    .requiredOption("--stack <env>", "environment on platform aws")
    .action(action(writeFile));
}

/** One context per region, called as the region. */
async function writeFile({ stack: environment }: { stack: string }): Promise<ExitCode> {
  const paths = stackPaths(environment);
  const file = localKubeconfig(paths.state);
  const regions = await writeKubeconfig(readStack(paths.root, environment), file);
  if (regions.length === 0)
    throw new OperationError(`${environment} has no cluster yet`, `make it: homeport up --stack ${environment}`);
  terminal.note(`${relative(paths.root, file)}: contexts ${regions.join(", ")}`);
  return ExitCode.ok;
}

import type { Command } from "commander";
import { ExitCode, OperationError } from "../../infra/core/errors";
import { action } from "../lib/action";
import { renderStack } from "../lib/render/render";
import { step, terminal } from "../lib/report";
import { withApiServer } from "../lib/validate/api-server";
import { validateObjects } from "../lib/validate/validate";
import { buildGoModule, GO_MODULES } from "../local/toolchain";

interface Options {
  stack: string;
  json?: boolean;
}

export function register(program: Command): void {
  program
    .command("validate")
    .description("hold every rendered object against a real API server started alone; needs no root and no cluster")
    .requiredOption("--stack <env>", "environment: stacks/Pulumi.<env>.yaml")
    .option("--json", "print the result as JSON")
    .action(action(validate));
}

async function validate({ stack, json }: Options): Promise<ExitCode> {
  const { objects } = await renderStack(stack);
  for (const module of ["kubernetes", "envoy-gateway"] as const)
    await step(`${module} programs`, GO_MODULES[module].expectedSeconds, () => buildGoModule(module));
  const result = await step("dry run of every object", 20, () =>
    withApiServer((kubeconfig) => validateObjects(kubeconfig, objects)),
  );
  if (json) terminal.json(result);
  if (result.problems.length > 0)
    throw new OperationError(
      `the API server refuses or warns:\n${result.problems.map((problem) => `  ${problem}`).join("\n")}`,
      "this is a bug of ours, please report it with the stack file",
    );
  if (!json) terminal.out(`${result.judged} objects valid (${result.customKinds} custom kinds known)`);
  return ExitCode.ok;
}

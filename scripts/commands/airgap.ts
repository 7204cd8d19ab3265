import type { Command } from "commander";
import { readStack } from "../../infra/config/read-stack";
import { ExitCode, InputError } from "../../infra/core/errors";
import { action } from "../lib/action";
import { type Closure, closureOf } from "../lib/airgap/closure";
import { renderStack } from "../lib/render/render";
import { table, terminal, wrapped } from "../lib/report";
import { stackPaths } from "../lib/stack-paths";

interface Options {
  stack: string;
  json?: boolean;
}

export function register(program: Command): void {
  program
    .command("airgap")
    .description(
      "list all that an environment needs without the internet, and every hole its plan has; exit code 1 with one",
    )
    .requiredOption("--stack <env>", "environment: stacks/Pulumi.<env>.yaml")
    .option("--json", "print the closure as JSON")
    .action(action(airgap));
}

async function airgap({ stack: name, json }: Options): Promise<ExitCode> {
  const { root } = stackPaths(name);
  const stack = readStack(root, name);
  const { platform } = stack.config.environment;
  if (platform !== "aws")
    throw new InputError([
      {
        path: "--stack",
        given: `${name} is on platform ${platform}`,
        allowed: "an environment on platform aws: elsewhere the network is not ours",
        fix: "name another one",
      },
    ]);
  const closure = closureOf(stack, await renderStack(name, { root }));
  if (json) terminal.json(closure);
  else terminal.out(described(closure));
  for (const { where, what } of closure.holes) terminal.error(`✗ ${where}: ${what}`);
  return closure.holes.length === 0 ? ExitCode.ok : ExitCode.failed;
}

function described({ endpoints, images, charts, addOns, weights, holes }: Closure): string {
  const withoutHost = [...new Set(Object.keys(images).map((image) => image.replace(/^[^/]+\//, "")))];
  return [
    `ENDPOINTS (${endpoints.length})`,
    ...endpoints.map(({ region, service, by }) => wrapped(`  ${region} ${service}: ${by.join(", ")}`, "    ")),
    `IMAGES (${withoutHost.length}), in the account's registry of each region`,
    ...withoutHost.map((image) => `  ${image}`),
    `CHARTS (${charts.length}), installed from the operator's machine, paths from infra/`,
    ...charts.map((chart) => wrapped(`  ${chart}`, "    ")),
    `ADD-ONS (${addOns.length}), from AWS's own registry through the ECR and S3 endpoints`,
    ...addOns.map((addOn) => `  ${addOn}`),
    `WEIGHTS (${weights.length})`,
    table(
      weights.map(({ region, model, release, bytes, mirrored }) => [
        `  ${region}`,
        `${model} ${release}`,
        `${(bytes / 1e9).toFixed(1)} GB`,
        mirrored === undefined ? "not mirrored yet" : `mirrored ${mirrored}`,
      ]),
    ),
    holes.length === 0 ? "✓ no way to or from the internet, and nothing that would need one" : `${holes.length} holes:`,
  ].join("\n");
}

import { resolve } from "node:path";
import type { Command } from "commander";
import { readStack } from "../../infra/config/read-stack";
import { ExitCode } from "../../infra/core/errors";
import { ladders } from "../../infra/values/aws/nodes/ladders";
import { action } from "../lib/action";
import { ladderTable } from "../lib/render/ladder-table";
import { type RenderedStack, renderStack } from "../lib/render/render";
import { resourceTable } from "../lib/render/resource-table";
import { writeRendered } from "../lib/render/write";
import { shortened, table, terminal } from "../lib/report";
import { stackPaths } from "../lib/stack-paths";

interface Options {
  stack: string;
  out?: string;
  json?: boolean;
}

export function register(program: Command): void {
  program
    .command("render")
    .description("show everything that `pulumi up` would create, without the Pulumi CLI, credentials or network")
    .requiredOption("--stack <env>", "environment: stacks/Pulumi.<env>.yaml")
    .option("--out <folder>", "write plan.json and one YAML file per Kubernetes object there")
    .option("--json", "print the plan, the objects, the third-party charts and each release's ways to run as JSON")
    .action(action(render));
}

async function render({ stack: name, out, json }: Options): Promise<ExitCode> {
  const { root } = stackPaths(name);
  const stack = readStack(root, name);
  const rendered = await renderStack(name, { root });
  for (const warning of rendered.warnings) terminal.note(`warning: ${warning}`);
  if (out !== undefined) writeRendered(resolve(out), rendered);
  const ways = ladders(stack);
  if (json) terminal.json({ ...rendered, ladders: ways });
  else if (stack.config.environment.platform === "aws")
    terminal.out([resourceTable(stack, rendered), ladderTable(ways)].join("\n\n"));
  else terminal.out(summary(rendered, out));
  return ExitCode.ok;
}

/** Longest object name that leaves the table within 80 columns. */
const NAME_WIDTH = 34;

/** What stands for what is too long for a column: the kinds and namespaces that everybody knows by their short names. */
const SHORT_KIND: Readonly<Record<string, string>> = {
  ValidatingAdmissionPolicy: "AdmissionPolicy",
  ValidatingAdmissionPolicyBinding: "AdmissionBinding",
  BackendTrafficPolicy: "BackendPolicy",
  ClientTrafficPolicy: "ClientPolicy",
  PersistentVolumeClaim: "VolumeClaim",
  PodDisruptionBudget: "DisruptionBudget",
};

function summary({ objects, charts, plan }: RenderedStack, out: string | undefined): string {
  const several = new Set(objects.map(({ region }) => region)).size > 1;
  const rows = objects.map(({ region, stage, object: { kind, metadata } }) => [
    several ? `${region} ${stage}` : stage,
    shortened(SHORT_KIND[kind] ?? kind, 16),
    shortened(metadata.name, several ? NAME_WIDTH - 10 : NAME_WIDTH),
    (metadata.namespace ?? "").replace("homeport-", "").replace("envoy-gateway-system", "envoy"),
  ]);
  const lines = [
    table([["STAGE", "KIND", "NAME", "NAMESPACE"], ...rows]),
    "",
    ...charts.map(({ region, name, version, note }) => `${region}: chart ${name} ${version}, ${note}`),
    `${plan.length} resources, ${objects.length} objects${out === undefined ? "" : `, written to ${out}`}`,
  ];
  return lines.join("\n");
}

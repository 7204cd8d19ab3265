import type { Command } from "commander";
import { readStack } from "../../infra/config/read-stack";
import { ExitCode, InputError } from "../../infra/core/errors";
import { action } from "../lib/action";
import { terminal, wrapped } from "../lib/report";
import { OWNERS, type Responsibility, responsibilities } from "../lib/responsibilities";
import { stackPaths } from "../lib/stack-paths";

interface Options {
  stack: string;
  json?: boolean;
}

export function register(program: Command): void {
  program
    .command("responsibilities")
    .description("list who answers for encryption, patches, audit, on-call and abuse, as the stack's switches have it")
    .requiredOption("--stack <env>", "environment on platform aws: stacks/Pulumi.<env>.yaml")
    .option("--json", "print JSON")
    .action(action(show));
}

async function show({ stack: name, json }: Options): Promise<ExitCode> {
  const stack = readStack(stackPaths(name).root, name);
  const { platform, owner } = stack.config.environment;
  if (platform !== "aws")
    throw new InputError([
      {
        path: "--stack",
        given: `${name} is on platform ${platform}`,
        allowed: "an environment on platform aws: elsewhere the cluster's owner answers for all but the models",
        fix: "name another one",
      },
    ]);
  const rows = responsibilities(stack);
  if (json) terminal.json(rows);
  else terminal.out(page(name, owner, rows));
  return ExitCode.ok;
}

/** Markdown, so that it can be read here and put into a wiki. What nobody does stands last, where it is seen. */
export function page(name: string, team: string, rows: readonly Responsibility[]): string {
  const parts = OWNERS.flatMap((owner) => {
    const mine = rows.filter((row) => row.owner === owner);
    const title = owner === "your team" ? `Your team (${team})` : owner === "nobody" ? "Nobody" : owner;
    return mine.length === 0
      ? []
      : ["", `## ${title}`, "", ...mine.map(({ area, what }) => wrapped(`- **${area}**: ${what}`))];
  });
  return [`# Who answers for what in ${name}`, ...parts].join("\n");
}

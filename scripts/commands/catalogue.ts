import { resolve } from "node:path";
import type { Command } from "commander";
import { todayUtc } from "../../infra/config/checked-stack";
import { API_PRICES } from "../../infra/core/catalogue/api-prices";
import { SHAPES } from "../../infra/core/catalogue/shapes";
import { nearest } from "../../infra/core/did-you-mean";
import { ExitCode, InputError, type Problem } from "../../infra/core/errors";
import { action } from "../lib/action";
import { type Refreshed, refreshFromAws } from "../lib/catalogue/refresh-aws";
import { refreshFromFile } from "../lib/catalogue/refresh-file";
import { freshness, freshnessText, KINDS, type Kind, staleText, summaryText } from "../lib/catalogue/show";
import {
  modelsJson,
  modelsOf,
  modelsText,
  pricesJson,
  pricesText,
  shapesJson,
  shapesOf,
  shapesText,
} from "../lib/catalogue/show-tables";
import { watch, watchText } from "../lib/catalogue/watch";
import { terminal } from "../lib/report";

const ROOT = resolve(__dirname, "../..");
const DEFAULT_REGION = "us-east-1";

export interface ShowOptions {
  provider?: string;
  region?: string;
  strict?: boolean;
  json?: boolean;
}

export function register(program: Command): void {
  const catalogue = program
    .command("catalogue")
    .description("open models, API prices and AWS shapes that decisions are calculated from, each dated and sourced");
  catalogue
    .command("show")
    .description("what is in the catalogue, and how old it is")
    .argument("[kind]", `${KINDS.join(", ")} (default: a summary)`)
    .option("--provider <name>", "prices, or models sold, of one provider, e.g. bedrock")
    .option("--region <region>", `region of the shapes and their prices (default: ${DEFAULT_REGION})`)
    .option("--strict", "exit with 1 and the list if a fact is older than 30 days")
    .option("--json", "print JSON")
    .action(action(async (kind: string | undefined, options: ShowOptions) => show(kind, options)));
  catalogue
    .command("refresh")
    .description("replace prices: of AWS by its Price List (needs credentials), of model APIs by a file")
    .option("--from <file>", "API prices that scripts/gen/api-prices.ts wrote on another machine; asks AWS nothing")
    .option("--json", "print JSON")
    .action(action(async (options: { from?: string; json?: boolean }) => refresh(options)));
  catalogue
    .command("watch")
    .description("propose a newer open model that starts on the GPUs that a stack already pays; deploys nothing")
    .requiredOption("--stack <env>", "environment: stacks/Pulumi.<env>.yaml")
    .option("--json", "print JSON")
    .action(
      action(async ({ stack, json }: { stack: string; json?: boolean }) => {
        const found = await watch(stack);
        if (json) terminal.json(found);
        else terminal.out(watchText(found, stack));
        return ExitCode.ok;
      }),
    );
}

export function show(kind: string | undefined, options: ShowOptions, today = todayUtc()): ExitCode {
  const problems = showProblems(kind, options);
  if (problems.length > 0) throw new InputError(problems);
  const kinds = kind === undefined ? KINDS : [kind as Kind];
  const ages = freshness(kinds, today);
  if (options.json)
    terminal.json({ today, ...content(kind as Kind | undefined, options, today).json, freshness: ages });
  else terminal.out(`${content(kind as Kind | undefined, options, today).text()}\n\n${freshnessText(ages, today)}`);
  const stale = options.strict ? staleText(ages, today) : "";
  if (stale === "") return ExitCode.ok;
  terminal.error(stale);
  return ExitCode.failed;
}

function showProblems(kind: string | undefined, { provider, region }: ShowOptions): Problem[] {
  const problems: Problem[] = [];
  const unknown = (path: string, given: string, known: readonly string[]) => {
    const meant = nearest(given, known);
    const fix = meant ? `did you mean \`${meant}\`?` : "choose one of these";
    problems.push({ path, given: `'${given}'`, allowed: `one of ${known.join(", ")}`, fix });
  };
  if (kind !== undefined && !KINDS.some((known) => known === kind)) unknown("[kind]", kind, KINDS);
  const providers = [...new Set(API_PRICES.map((price) => price.provider))];
  if (provider !== undefined && !providers.includes(provider)) unknown("--provider", provider, providers);
  const regions = [...new Set(SHAPES.flatMap((shape) => shape.regions))].sort();
  if (region !== undefined && !regions.includes(region)) unknown("--region", region, regions);
  return problems;
}

function content(kind: Kind | undefined, { provider, region = DEFAULT_REGION }: ShowOptions, today: string) {
  const models = modelsOf(provider);
  const prices = API_PRICES.filter((price) => provider === undefined || price.provider === provider);
  const shapes = shapesOf(region);
  const json = {
    models: () => ({ models: modelsJson(models, today) }),
    prices: () => ({ prices: pricesJson(prices, today) }),
    shapes: () => ({ shapes: shapesJson(shapes, region) }),
  };
  const text = {
    models: () => modelsText(models, today),
    prices: () => pricesText(prices, today),
    shapes: () => shapesText(shapes, region),
  };
  return {
    json: kind === undefined ? Object.assign({}, ...KINDS.map((each) => json[each]())) : json[kind](),
    text: kind === undefined ? () => summaryText(today) : text[kind],
  };
}

export async function refresh(
  { from, json }: { from?: string; json?: boolean },
  root = ROOT,
  today = todayUtc(),
): Promise<ExitCode> {
  const done: Refreshed =
    from === undefined
      ? await refreshFromAws(root, today, (type) => terminal.note(`… ${type}`))
      : refreshFromFile(root, from);
  if (json) terminal.json(done);
  else
    terminal.out(
      `${done.prices} prices, ${done.changed} of them new or changed\nwrote ${done.written.join("\n      ")}`,
    );
  return ExitCode.ok;
}

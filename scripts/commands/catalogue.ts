import { resolve } from "node:path";
import type { Command } from "commander";
import { todayUtc } from "../../infra/config/checked-stack";
import { ExitCode, InputError } from "../../infra/core/errors";
import { action } from "../lib/action";
import { type Refreshed, refreshFromAws } from "../lib/catalogue/refresh-aws";
import { refreshFromFile } from "../lib/catalogue/refresh-file";
import { refreshSpot } from "../lib/catalogue/refresh-spot";
import {
  kindOfModel,
  openModelsOf,
  pricesOf,
  regionProblems,
  type Selection,
  selectionProblems,
} from "../lib/catalogue/selection";
import { freshness, freshnessText, KINDS, type Kind, staleText, summaryText } from "../lib/catalogue/show";
import {
  modelsJson,
  modelsText,
  pricesJson,
  pricesText,
  shapesJson,
  shapesOf,
  shapesText,
} from "../lib/catalogue/show-tables";
import { watch, watchText } from "../lib/catalogue/watch";
import { terminal, wrapped } from "../lib/report";

const ROOT = resolve(__dirname, "../..");
const DEFAULT_REGION = "us-east-1";

export interface ShowOptions extends Selection {
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
    .option("--model <name>", 'one model, as people write it: "GPT-4o", "Claude Opus", openai/gpt-oss-120b')
    .option("--region <region>", `region of the shapes and their prices (default: ${DEFAULT_REGION})`)
    .option("--strict", "exit with 1 and the list if a fact is older than 30 days or of an unknown day")
    .option("--json", "print JSON")
    .action(action(async (kind: string | undefined, options: ShowOptions) => show(kind, options)));
  catalogue
    .command("refresh")
    .description(
      "replace prices: of nodes and all else of AWS by what AWS says now (needs credentials), of model APIs by a file",
    )
    .option("--from <file>", "API prices that scripts/gen/api-prices.ts wrote on another machine; asks AWS nothing")
    .option("--spot <regions>", "spot prices of these regions instead, e.g. us-east-1,us-west-2, as EC2 has them now")
    .option("--json", "print JSON")
    .action(action(async (options: RefreshOptions) => refresh(options)));
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

export async function show(given: string | undefined, options: ShowOptions, today = todayUtc()): Promise<ExitCode> {
  const kind = given ?? (options.model === undefined ? undefined : kindOfModel(options.model));
  const problems = selectionProblems(kind, options);
  if (problems.length > 0) throw new InputError(problems);
  // A table of one region is as old as its own rows; the summary is of all.
  const shown = kind === "shapes" ? (options.region ?? DEFAULT_REGION) : options.region;
  const ages = freshness(kind === undefined ? KINDS : [kind as Kind], today, shown);
  const { json, text } = content(kind as Kind | undefined, options, today);
  if (options.json) terminal.json({ today, ...(await json()), freshness: ages });
  else terminal.out(`${await text()}\n\n${freshnessText(ages, today)}`);
  const stale = options.strict ? staleText(ages, today) : "";
  if (stale === "") return ExitCode.ok;
  terminal.error(stale);
  return ExitCode.failed;
}

function content(kind: Kind | undefined, options: ShowOptions, today: string) {
  const { region = DEFAULT_REGION } = options;
  const json = {
    models: async () => ({ models: await modelsJson(openModelsOf(options), today) }),
    prices: async () => ({ prices: pricesJson(pricesOf(options), today) }),
    shapes: async () => ({ shapes: shapesJson(shapesOf(region), region) }),
  };
  const text = {
    models: async () => modelsText(openModelsOf(options), today),
    prices: async () => pricesText(pricesOf(options), today),
    shapes: async () => shapesText(shapesOf(region), region),
  };
  if (kind !== undefined) return { json: json[kind], text: text[kind] };
  const all = async () => ({ ...(await json.models()), ...(await json.prices()), ...(await json.shapes()) });
  return { json: all, text: async () => summaryText(today) };
}

interface RefreshOptions {
  from?: string;
  spot?: string;
  json?: boolean;
}

export async function refresh({ from, spot, json }: RefreshOptions, root = ROOT, now = new Date()): Promise<ExitCode> {
  const regions = spot?.split(",");
  const problems = regions?.flatMap((region) => regionProblems("--spot", region)) ?? [];
  if (from !== undefined && spot !== undefined)
    problems.push({ path: "--spot", allowed: "not together with --from", fix: "refresh one after the other" });
  if (problems.length > 0) throw new InputError(problems);
  const done = await refreshed(root, now, from, regions);
  if (json) terminal.json(done);
  else terminal.out(refreshedText(done));
  return ExitCode.ok;
}

const NOT_RENEWED = wrapped(
  "not renewed, the old price stays (to renew one by hand, put its price, day and source into its row of infra/core/aws/part-prices.json):",
);

const NO_SAVINGS_PLANS = wrapped(
  "prices with a commitment are those of reservations; Savings Plans are another API of AWS and stay an input of homeport decide",
);

function refreshedText({ prices, changed, written, kept = [], notListed = [] }: Refreshed): string {
  const reasons = kept.map(({ part, asOf, why }) => wrapped(`  ${part}, still of ${asOf}: ${why}`, "    "));
  return [
    `${prices} prices, ${changed} of them new or changed`,
    `wrote ${written.join("\n      ")}`,
    ...(kept.length > 0 ? [NOT_RENEWED, ...reasons] : []),
    ...(notListed.length > 0
      ? [wrapped(`without a price now, AWS lists no on-demand one: ${notListed.join(", ")}`)]
      : []),
    ...(written.some((path) => path.includes("plans")) ? [NO_SAVINGS_PLANS] : []),
  ].join("\n");
}

async function refreshed(
  root: string,
  now: Date,
  from: string | undefined,
  regions: readonly string[] | undefined,
): Promise<Refreshed> {
  if (from !== undefined) return refreshFromFile(root, from);
  if (regions !== undefined) return refreshSpot(root, regions, now);
  return refreshFromAws(root, now.toISOString().slice(0, 10), (what) => terminal.note(`… ${what}`));
}

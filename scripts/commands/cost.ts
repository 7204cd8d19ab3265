import type { CostExplorerClient } from "@aws-sdk/client-cost-explorer";
import type { Command } from "commander";
import { checkedStack, todayUtc } from "../../infra/config/checked-stack";
import { environmentNames, readStack } from "../../infra/config/read-stack";
import type { LoadedStack } from "../../infra/config/schema";
import { parseStackFile } from "../../infra/config/stack-file";
import { readUsageFile } from "../../infra/config/usage-file";
import { userFile } from "../../infra/config/user-file";
import { ExitCode, InputError } from "../../infra/core/errors";
import type { SpeedObjective } from "../../infra/core/throughput/throughput";
import { stackCost } from "../../infra/values/aws/cost/stack-cost";
import { action } from "../lib/action";
import { ASSUMED_OBJECTIVE } from "../lib/cost/assumptions";
import { billOf, billText } from "../lib/cost/bill";
import { differenceOf } from "../lib/cost/difference";
import { differenceText } from "../lib/cost/difference-text";
import { daysOf } from "../lib/cost/live/day";
import { historyBefore, keep } from "../lib/cost/live/history";
import { liveCost } from "../lib/cost/live/live-cost";
import { givenPrices, priceNodes } from "../lib/cost/live/node-prices";
import { readClusters } from "../lib/cost/live/reading";
import { liveText, measuredText } from "../lib/cost/live/text";
import { measuredDays, measuredPath, storeDays } from "../lib/cost/measured";
import { costReport, refuseWithoutList } from "../lib/cost/report";
import { costText } from "../lib/cost/text";
import { type ClusterOptions, type Clusters, clustersOf, localKubeconfig } from "../lib/releases/clusters";
import { renderStack } from "../lib/render/render";
import { terminal } from "../lib/report";
import { type StackPaths, stackPaths } from "../lib/stack-paths";

export interface CostOptions extends Partial<ClusterOptions> {
  stack: string;
  live?: boolean;
  hours?: string;
  nodeUsd?: string[];
  bill?: boolean;
  against?: string;
  usage?: string;
  firstTokenMs: string;
  tokenMs: string;
  strict?: boolean;
  json?: boolean;
}

/** What a test replaces. */
export interface CostWorld {
  root?: string;
  today: string;
  render: typeof renderStack;
  clusters?: Clusters;
  now?: () => Date;
  costExplorer?: CostExplorerClient;
}

const each = (value: string, all: string[]): string[] => [...all, value];

export function register(program: Command): void {
  program
    .command("cost")
    .description("what a stack costs by the hour, the month and the million tokens, and what has no price")
    .requiredOption("--stack <env>", "environment: stacks/Pulumi.<env>.yaml")
    .option(
      "--against <env or file>",
      "how much more or less it costs than another stack, or than its own file before a change",
    )
    .option("--usage <file>", "tokens that are asked of it, from homeport usage record")
    .option("--first-token-ms <ms>", "objective of the first token", String(ASSUMED_OBJECTIVE.timeToFirstTokenMs))
    .option("--token-ms <ms>", "objective of each further token", String(ASSUMED_OBJECTIVE.timePerOutputTokenMs))
    .option(
      "--live",
      "from the counters of the running engines since the last time, beside what APIs ask; each call is a reading, so repeat it hourly (or every minute: watch -n 60); once a day is covered it is kept in stacks/measured and used in place of published tables",
    )
    .option("--hours <number>", "with --live: to look back over the readings that were kept, half a month at most")
    .option(
      "--node-usd <pool=usd>",
      "with --live: what a node of a pool costs an hour, where no list says it",
      each,
      [],
    )
    .option("--kubeconfig <file>", "with --live; default: the local platform's, else kubectl's own")
    .option("--context <[region=]name>", "with --live: context of the kubeconfig, once per region", each, [])
    .option("--bill", "the bill of the last 7 whole days from AWS Cost Explorer, beside the list prices")
    .option("--strict", "exit with 1 when a price is more than 30 days old")
    .option("--json", "print the result as JSON")
    .action(action(async (options: CostOptions) => cost(options)));
}

const REAL: CostWorld = { today: todayUtc(), render: renderStack };

export async function cost(options: CostOptions, world = REAL): Promise<ExitCode> {
  const { today, render } = world;
  refuseTwoQuestions(options);
  const paths = stackPaths(options.stack, world.root);
  const { root } = paths;
  const objective = objectiveOf(options);
  const hours = hoursOf(options);
  const usage = options.usage === undefined ? undefined : readUsageFile(options.usage, `--usage ${options.usage}`);
  const stack = readStack(root, options.stack, today);
  if (options.live) return live(stack, paths, options, { objective, hours }, world);
  refuseWithoutList(stack);
  if (options.bill) return showBill(stack, options, world);
  if (options.against !== undefined) return compare(otherStack(root, options, today), stack, options);
  const { plan } = await render(options.stack, { root });
  const report = costReport(stack, { plan, usage, objective, measured: measuredDays(root, options.stack), today });
  if (options.json) terminal.json(report);
  else terminal.out(costText(report));
  const stale = report.bases.filter((basis) => basis.stale);
  if (!options.strict || stale.length === 0) return ExitCode.ok;
  for (const { what, ageDays } of stale)
    terminal.error(
      `prices of ${what} are ${ageDays === undefined ? "of a day that their source does not tell" : `${ageDays} days old, more than 30`}; see homeport catalogue refresh --help`,
    );
  return ExitCode.failed;
}

async function live(
  stack: LoadedStack,
  { root, environment, state }: StackPaths,
  { kubeconfig, context = [], nodeUsd = [], json }: CostOptions,
  asked: { objective: SpeedObjective; hours?: number },
  { clusters, now = () => new Date(), today }: CostWorld,
): Promise<ExitCode> {
  const measured = measuredDays(root, environment);
  const given = givenPrices(nodeUsd, stack);
  const at = now();
  const { readings: earlier, doubts } = historyBefore(state, at);
  const reading = await readClusters(
    clusters ?? clustersOf(stack, { kubeconfig, context }, localKubeconfig(state)),
    at,
  );
  const priceOf = priceNodes(reading.nodes, stack, given);
  const readings = [...earlier, reading];
  const found = liveCost({ stack, readings, priceOf, measured, today, ...asked });
  keep(state, earlier, reading);
  const days = daysOf(stack, readings);
  const stored = storeDays(
    root,
    environment,
    days.flatMap((day) => ("refused" in day.found ? [] : [day.found])),
  );
  const told = days.filter(({ found: day }) => "refused" in day || stored.includes(day));
  const report = { ...found, doubts: [...doubts, ...found.doubts] };
  if (json) terminal.json({ ...report, measured: { file: measuredPath(environment), days: told } });
  else terminal.out([liveText(stack.name, report), measuredText(measuredPath(environment), told)].join("\n").trimEnd());
  return ExitCode.ok;
}

async function showBill(
  stack: LoadedStack,
  { json }: CostOptions,
  { costExplorer, today }: CostWorld,
): Promise<ExitCode> {
  const found = await billOf(stack, today, costExplorer);
  if (json) terminal.json(found);
  else terminal.out(billText(stack.name, found));
  return ExitCode.ok;
}

function compare(before: LoadedStack, after: LoadedStack, { against = "", json = false }: CostOptions): ExitCode {
  refuseWithoutList(before);
  const difference = differenceOf(stackCost(before), stackCost(after));
  if (json) terminal.json({ before: against, after: after.name, ...difference });
  else terminal.out(differenceText(against, after.name, difference));
  return ExitCode.ok;
}

/** An environment of this checkout, or a stack file anywhere: a copy with a change that is being thought about. */
function otherStack(root: string, { against = "", stack }: CostOptions, today: string): LoadedStack {
  if (environmentNames(root).includes(against)) return readStack(root, against, today);
  const bytes = userFile(against);
  if (bytes === undefined)
    throw new InputError([
      {
        path: "--against",
        given: against,
        allowed: `an environment (${environmentNames(root).join(", ")}) or the path of a stack file`,
        fix: "correct the name",
      },
    ]);
  const read = parseStackFile(against, bytes);
  if ("problems" in read) throw new InputError(read.problems);
  return checkedStack(root, { name: stack, sections: read.sections, sealed: new Set() }, today).stack;
}

function objectiveOf({ firstTokenMs, tokenMs }: CostOptions): SpeedObjective {
  const given = { "--first-token-ms": firstTokenMs, "--token-ms": tokenMs };
  const wrong = Object.entries(given).filter(([, text]) => !isPositive(text));
  if (wrong.length > 0)
    throw new InputError(
      wrong.map(([path, text]) => ({ path, given: text, allowed: "milliseconds, more than 0", fix: "give a number" })),
    );
  return { timeToFirstTokenMs: Number(firstTokenMs), timePerOutputTokenMs: Number(tokenMs) };
}

const isPositive = (text: string): boolean => Number(text) > 0 && Number.isFinite(Number(text));

function hoursOf({ hours, live }: CostOptions): number | undefined {
  if (hours === undefined) return undefined;
  if (live && isPositive(hours)) return Number(hours);
  throw new InputError([
    { path: "--hours", given: hours, allowed: "with --live: hours, more than 0", fix: "give a number, and --live" },
  ]);
}

/** Each of these answers another question; two at once would answer one and hide the other. */
function refuseTwoQuestions({ live, bill, against }: CostOptions): void {
  const asked = [live && "--live", bill && "--bill", against !== undefined && "--against"].filter(Boolean);
  if (asked.length < 2) return;
  throw new InputError([
    {
      path: "cost",
      given: asked.join(" "),
      allowed: "one of --live, --bill and --against",
      fix: "ask one after another",
    },
  ]);
}

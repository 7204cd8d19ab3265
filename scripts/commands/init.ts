import type { Command } from "commander";
import { readStack } from "../../infra/config/read-stack";
import type { Place } from "../../infra/core/aws/names";
import { ExitCode } from "../../infra/core/errors";
import { stackImages } from "../../infra/values/aws/images";
import { defaultTags } from "../../infra/values/aws/tags";
import { action } from "../lib/action";
import { placesOf, reachablePlaces, requireAccount } from "../lib/aws/account";
import { confirm } from "../lib/confirm";
import { initItems, type Planned, planInit, pulumiLines, runInit } from "../lib/init/init";
import { step, table, terminal } from "../lib/report";
import { stackPaths } from "../lib/stack-paths";

interface InitFlags {
  yes?: boolean;
  json?: boolean;
}

export function register(program: Command): void {
  program
    .command("init")
    .description("make what an AWS environment needs before its first `pulumi up`; deletes nothing, repeat it freely")
    .argument("<env>", "environment with a stack file")
    .option("--yes", "do not ask")
    .option("--json", "print the plan and what was done as JSON")
    .action(action(init));
}

/** Exit code 3 where something is to be made and nobody said yes. */
async function init(environment: string, flags: InitFlags): Promise<ExitCode> {
  const stack = readStack(stackPaths(environment).root, environment);
  await requireAccount(reachablePlaces(stack)[0]);
  // A region can be added while another is away; but the first holds the state, and nothing takes its place.
  const [first, ...others] = placesOf(stack);
  const lost = ({ region }: Place) => stack.config.regionStates[region] === "lost";
  for (const { region } of others.filter(lost)) terminal.note(`${region} is lost and not looked at`);
  const places: [Place, ...Place[]] = [first, ...others.filter((place) => !lost(place))];
  const tags = defaultTags(environment, stack.config);
  const items = initItems({ places, tags, images: stackImages(stack.config, stack.releases) });
  const planned = await step(`look at ${items.length} things`, undefined, () => planInit(items));
  const todo = planned.flatMap((item) => item.todo.map(({ what }) => `${item.name} (${item.region}): ${what}`));
  const next = pulumiLines(places[0]);
  if (!flags.json) terminal.out(planText(planned));
  const agreed = todo.length === 0 || flags.yes || (await confirm(`Make these ${todo.length}?`));
  let done = 0;
  if (agreed && todo.length > 0)
    await step(`make ${todo.length}`, 2 * todo.length, () =>
      runInit(planned, (text) => terminal.note(`  ${++done} of ${todo.length}: ${text}`)),
    );
  if (flags.json) terminal.json({ todo, done, next });
  else terminal.out(agreed ? `\nGo on with:\n  ${next.join("\n  ")}` : "\nnothing was made; --yes makes it");
  return agreed ? ExitCode.ok : ExitCode.pending;
}

/** One row per thing; what is as it must be is only counted. */
function planText(planned: readonly Planned[]): string {
  const open = planned.filter(({ todo }) => todo.length > 0);
  const rows = open.map(({ name, region, todo }) => ["+", region, name, todo.map(({ what }) => what).join(", ")]);
  const rest = `${planned.length - open.length} of ${planned.length} things are as they must be`;
  return [...(rows.length > 0 ? [table(rows)] : []), rest].join("\n");
}

import { existsSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Command } from "commander";
import { todayUtc } from "../../infra/config/checked-stack";
import type { DecisionFile } from "../../infra/config/decision-file";
import { parseDecisionFile } from "../../infra/config/parse-decision";
import { readUsageFile, type UsageFile } from "../../infra/config/usage-file";
import { userFile } from "../../infra/config/user-file";
import { ageText, isStale } from "../../infra/core/catalogue/freshness";
import { decide } from "../../infra/core/decision/decide";
import { PRESETS, type PresetName } from "../../infra/core/decision/presets";
import { inputDifferences, recordOf } from "../../infra/core/decision/record";
import type { DecisionReport } from "../../infra/core/decision/report";
import { ExitCode, InputError } from "../../infra/core/errors";
import { knowledgeWith } from "../../infra/core/throughput/own-days";
import { action } from "../lib/action";
import { allMeasuredDays } from "../lib/cost/measured";
import { decisionPath, missingDecision, requireName } from "../lib/decide/decision-paths";
import { decisionFromPreset, rivalsUsed } from "../lib/decide/from-preset";
import { gather } from "../lib/decide/gather";
import { flipText, verdictCard } from "../lib/decide/verdict-card";
import { withRecord } from "../lib/decide/write-record";
import { replaceFile } from "../lib/replace-file";
import { terminal } from "../lib/report";
import { reportPage } from "../lib/report-page/page";

interface Options {
  usage?: string;
  report?: string;
  check?: boolean;
  strict?: boolean;
  preset?: string;
  json?: boolean;
}

/** Where the command runs: a checkout and a day. */
export interface DecideWorld {
  root: string;
  today: string;
}

export function register(program: Command): void {
  program
    .command("decide")
    .argument("<name>", "decision: stacks/decisions/<name>.yaml")
    .description(
      "an API or own models: constraints, the articles' rules and the computed cost, kept as a record in git",
    )
    .option("--usage <file>", "another usage file than the one that the decision names, for example of last month")
    .option("--report <page>", "also write a page with tables and plots; it needs no network")
    .option("--check", "write nothing; exit with 1 and the changed inputs when the verdict is not the recorded one")
    .option("--strict", "exit with 1 when a price is older than 30 days or has no day")
    .option("--preset <name>", `write a new decision file to start from: ${PRESETS.join(", ")}`)
    .option("--json", "print the decision as JSON")
    .action(
      action((name: string, options: Options) =>
        decideCommand(name, options, {
          root: resolve(__dirname, "../.."),
          today: todayUtc(),
        }),
      ),
    );
}

export async function decideCommand(name: string, options: Options, world: DecideWorld): Promise<ExitCode> {
  requireName(name);
  const path = join(world.root, decisionPath(name));
  const bytes = userFile(path, decisionPath(name));
  if (options.preset !== undefined) return startFrom(options.preset, name, world, bytes !== undefined);
  if (bytes === undefined) throw missingDecision(name, world.root);
  const parsed = parseDecisionFile(decisionPath(name), bytes, world.today);
  if ("problems" in parsed) throw new InputError(parsed.problems);
  const { decision } = parsed;
  const usage = readUsage(decision, options.usage, world.root);
  const knowledge = knowledgeWith(allMeasuredDays(world.root));
  const report = decide(gather(name, decision, usage, { today: world.today, knowledge, remarks: usage.remarks }));
  const record = recordOf(report, usage);

  if (options.report !== undefined) writePage(options.report, reportPage(report));
  if (options.json) terminal.json(report);
  else terminal.out(verdictCard(report));
  const stale = options.strict ? staleProblems(report) : [];
  for (const line of stale) terminal.error(line);
  if (options.check)
    return checked(decision, report, inputDifferences(decision.record?.inputs ?? {}, record.inputs), stale);
  const text = bytes.toString("utf8");
  const next = withRecord(text, record);
  if (next !== text) {
    replaceFile(path, text, next);
    terminal.note(`recorded in ${decisionPath(name)}`);
  }
  return stale.length > 0 ? ExitCode.failed : ExitCode.ok;
}

function startFrom(preset: string, name: string, { root, today }: DecideWorld, exists: boolean): ExitCode {
  if (!(PRESETS as readonly string[]).includes(preset))
    throw new InputError([
      { path: "--preset", given: preset, allowed: `one of ${PRESETS.join(", ")}`, fix: "name one of these" },
    ]);
  if (exists)
    throw new InputError([
      { path: decisionPath(name), given: "exists", allowed: "a new name", fix: "edit the file, or take another name" },
    ]);
  const usage = join(root, `usage/${name}.json`);
  const used = existsSync(usage) ? rivalsUsed(readUsageFile(usage, `usage/${name}.json`), today) : [];
  replaceFile(join(root, decisionPath(name)), undefined, decisionFromPreset(name, preset as PresetName, used));
  terminal.out(`wrote ${decisionPath(name)}; correct every line, then: homeport decide ${name}`);
  return ExitCode.ok;
}

function writePage(path: string, page: string): void {
  try {
    writeFileSync(path, page);
  } catch (error) {
    throw new InputError([
      {
        path: "--report",
        given: `${path}: ${(error as NodeJS.ErrnoException).code}`,
        allowed: "a file that can be written",
        fix: "name one in a folder that exists, for example report.html",
      },
    ]);
  }
}

const readUsage = ({ usage }: DecisionFile, other: string | undefined, root: string): UsageFile =>
  other === undefined ? readUsageFile(join(root, usage), usage) : readUsageFile(other, `--usage ${other}`);

function checked(
  { record }: DecisionFile,
  report: DecisionReport,
  differences: ReturnType<typeof inputDifferences>,
  stale: readonly string[],
): ExitCode {
  if (record === undefined)
    throw new InputError([
      {
        path: decisionPath(report.name),
        given: "no record",
        allowed: "a recorded verdict",
        fix: `homeport decide ${report.name}`,
      },
    ]);
  if (record.verdict === report.verdict.verdict) {
    terminal.note(`the verdict of ${record.decidedOn} stands; ${differences.length} inputs changed since`);
    return stale.length > 0 ? ExitCode.failed : ExitCode.ok;
  }
  terminal.error(flipText(record.verdict, report, differences));
  return ExitCode.failed;
}

const staleProblems = ({ prices, decidedOn }: DecisionReport): string[] =>
  prices
    .filter((price) => isStale(price, decidedOn))
    .map((price) => `${price.what}: ${ageText(price, decidedOn)}; refresh it: homeport catalogue refresh`);

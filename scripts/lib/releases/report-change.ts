import { execFileSync } from "node:child_process";
import { ExitCode, OperationError } from "../../../infra/core/errors";
import { table, terminal } from "../report";
import type { Change } from "./change-file";
import type { RegionResult } from "./flip";
import type { Session } from "./session";

const seconds = (value: number | undefined): string => (value === undefined ? "-" : `${value.toFixed(2)} s`);

export interface ReportOptions {
  json?: boolean;
  push?: boolean;
}

/** Prints what was done and what is left, and makes the commit when asked; the exit code says whether all is done. */
export function reportChange(
  session: Session,
  change: Change,
  results: readonly RegionResult[],
  options: ReportOptions,
): ExitCode {
  const { paths, model } = session;
  const { live, generation, withdrawn } = change.after;
  const message = commitMessage(change);
  const pending = results.filter((r) => r.outcome !== "flipped");
  if (options.json)
    terminal.json({
      model,
      verb: change.verb,
      live,
      generation,
      withdrawn,
      regions: results,
      commit: message,
      done: pending.length === 0,
    });
  else {
    terminal.out(`${model}: ${live} answers (generation ${generation})${change.reason ? `; ${change.reason}` : ""}`);
    const rows = results.map((r) => [r.region, r.outcome, seconds(r.storedAfter), seconds(r.dataPlaneAfter)]);
    terminal.out(table([["region", "outcome", "route stored", "data plane"], ...rows]));
  }
  const again = change.verb === "promote" ? `promote ${model} ${live}` : `rollback ${model} --resume`;
  for (const { region, reason } of pending)
    terminal.note(`${region}: ${reason}; finish it with 'homeport ${again} --stack ${paths.environment}'`);
  if (options.push) pushed(paths.root, paths.label, message);
  else if (!options.json)
    terminal.out(
      `${paths.label} is written; tell the others:\n  git commit -m ${quoted(message)} -- ${paths.label} && git push`,
    );
  return pending.length === 0 ? ExitCode.ok : ExitCode.pending;
}

/** As a shell takes it, word for word: a reason may hold a dollar sign. */
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

const commitMessage = ({ verb, model, after, reason }: Change): string =>
  `${verb === "promote" ? "Promote" : "Roll back"} ${model} to ${after.live} (generation ${after.generation})${reason ? `: ${reason}` : ""}`;

function pushed(root: string, file: string, message: string): void {
  const git = (...args: string[]) => execFileSync("git", ["-C", root, ...args], { stdio: "pipe", encoding: "utf8" });
  try {
    git("commit", "-m", message, "--", file);
    git("push");
    terminal.note(`committed and pushed: ${message}`);
  } catch (error) {
    const said = String((error as { stderr?: unknown }).stderr ?? error).trim();
    throw new OperationError(
      `the change is live, its commit is not pushed: ${said}`,
      `commit and push ${file} by hand`,
    );
  }
}

import { InputError, type Problem } from "../core/errors";
import { stalenessWarning } from "../core/floors";
import { ruleProblems } from "./check";
import { frozen, parseConfig, type RawStack } from "./parse";
import { readReleases } from "./release-files";
import { fitWarnings } from "./rules/fit";
import type { LoadedStack } from "./schema";

/**
 * Raw sections -> a checked, frozen stack and the secrets that Pulumi decrypted, by path.
 * Throws one InputError with every problem of the sections, the release files and the rules.
 * `root` is the folder that holds `stacks/`; `today` is `YYYY-MM-DD`.
 */
export function checkedStack(
  root: string,
  raw: RawStack,
  today: string,
): { stack: LoadedStack; secrets: ReadonlyMap<string, string> } {
  const { config, problems, secrets } = parseConfig(raw);
  if (config === undefined) throw new InputError(problems);
  const { releases, problems: unread } = readReleases(root, config);
  const checked = { name: raw.name, config, releases, today };
  const broken = ruleProblems(checked).map((problem) => masked(problem, raw.sealed));
  const all = [...distinct([...problems, ...unread]), ...notImplied(broken, [...problems, ...unread])];
  if (all.length > 0) throw new InputError(all);
  const stale = stalenessWarning(today);
  const warnings = [...(stale ? [stale] : []), ...fitWarnings(checked)];
  const stack = frozen({ name: raw.name, config, releases, warnings });
  return { stack, secrets };
}

/** Says nothing of what was given in a section that held a secret: it may be the secret, in the wrong place. */
function masked({ given, ...problem }: Problem, sealed: ReadonlySet<string>): Problem {
  const section = /^[a-z]+/i.exec(problem.path)?.[0] ?? "";
  return given === undefined || sealed.has(section) ? problem : { given, ...problem };
}

/** One problem for one place. */
function distinct(problems: readonly Problem[]): Problem[] {
  const seen = new Set<string>();
  return problems.filter(({ path }) => !seen.has(path) && seen.add(path));
}

/** A rule has nothing to add where the value itself, or a part of it, is already wrong: it saw what was left of it. */
const notImplied = (broken: readonly Problem[], wrong: readonly Problem[]): Problem[] =>
  distinct(broken).filter(
    ({ path }) => !wrong.some((one) => one.path === path || [".", "["].some((sep) => one.path.startsWith(path + sep))),
  );

export const todayUtc = (): string => new Date().toISOString().slice(0, 10);

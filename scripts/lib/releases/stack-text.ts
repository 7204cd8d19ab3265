import { ruleProblems } from "../../../infra/config/check";
import { todayUtc } from "../../../infra/config/checked-stack";
import { parseConfig } from "../../../infra/config/parse";
import { readReleases } from "../../../infra/config/release-files";
import type { LoadedStack } from "../../../infra/config/schema";
import { parseStackFile } from "../../../infra/config/stack-file";
import { InputError, type Problem } from "../../../infra/core/errors";
import type { StackPaths } from "../stack-paths";

/** The stack that a text would be, and what the rules say about it. */
export interface StackText {
  stack: LoadedStack;
  /** Problems of rules and release files. The caller decides: an expired waiver must not stop a rollback. */
  problems: Problem[];
}

/** Loads a stack from a text that is not (yet) in the file. Throws when the text itself is no stack file. */
export function loadStackText(paths: StackPaths, text: string): StackText {
  const read = parseStackFile(paths.label, Buffer.from(text));
  if ("problems" in read) throw new InputError(read.problems);
  const { config, problems } = parseConfig({ name: paths.environment, sections: read.sections, sealed: new Set() });
  if (config === undefined || problems.length > 0) throw new InputError(problems);
  const { releases, problems: unread } = readReleases(paths.root, config);
  const rules = ruleProblems({ name: paths.environment, config, releases, today: todayUtc() });
  return { stack: { name: paths.environment, config, releases, warnings: [] }, problems: [...unread, ...rules] };
}

import { ruleProblems } from "../../../infra/config/check";
import { todayUtc } from "../../../infra/config/checked-stack";
import { parseConfig } from "../../../infra/config/parse";
import { readReleases } from "../../../infra/config/release-files";
import { parseStackFile } from "../../../infra/config/stack-file";
import type { Problem } from "../../../infra/core/errors";
import { own } from "../../../infra/core/own";
import type { ReleaseFile } from "../../../infra/core/release";
import { withPointers } from "../stack-editor";
import type { StackPaths } from "../stack-paths";

/** A release that is about to be pinned. */
export interface NewRelease {
  model: string;
  name: string;
  file: ReleaseFile;
}

/**
 * What the stack's rules have against the new release if it ran: engine floor, pool, fit, remote code. Problems that the
 * stack had before are not the pin's business: a first pin makes a stack complete that was not.
 */
export function newProblems(paths: StackPaths, before: string, after: string, release: NewRelease): Problem[] {
  const known = new Set(problemsOf(paths, before).map(complaint));
  return problemsOf(paths, staged(paths, after, release), release).filter((p) => !known.has(complaint(p)));
}

/** What is wrong, and where: what is allowed instead changes with every release that is pinned. */
const complaint = ({ path, given }: Problem): string => `${path}: ${given}`;

/** The stack as it would be with the release staged; a live one runs already. */
function staged(paths: StackPaths, text: string, { model, name }: NewRelease): string {
  const read = parseStackFile(paths.label, Buffer.from(text));
  const settings = "sections" in read ? own(configOf(paths, read.sections).config?.models, model) : undefined;
  if (settings === undefined || settings.live === name || settings.previous.includes(name)) return text;
  const { live, previous, withdrawn, generation } = settings;
  return withPointers(
    text,
    model,
    { live, previous, withdrawn, generation, candidate: { release: name, step: "staged" } },
    paths.label,
  );
}

const configOf = (paths: StackPaths, sections: Readonly<Record<string, unknown>>) =>
  parseConfig({ name: paths.environment, sections, sealed: new Set() });

function problemsOf(paths: StackPaths, text: string, added?: NewRelease): Problem[] {
  const read = parseStackFile(paths.label, Buffer.from(text));
  if ("problems" in read) return read.problems;
  const { config, problems } = configOf(paths, read.sections);
  if (config === undefined) return problems;
  const found = readReleases(paths.root, config);
  const own = added && `stacks/releases/${added.model}/${added.name}.json`;
  const releases = added
    ? { ...found.releases, [added.model]: { ...found.releases[added.model], [added.name]: added.file } }
    : found.releases;
  return [
    ...problems,
    ...found.problems.filter(({ path }) => path !== own),
    ...ruleProblems({ name: paths.environment, config, releases, today: todayUtc() }),
  ];
}

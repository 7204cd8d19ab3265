import { InputError } from "./errors";

/** Who answers for a model. Releases are named as in the stack file (`r42`). */
export interface Pointers {
  live: string;
  /** Where a rollback goes, nearest first. */
  previous: readonly string[];
  candidate?: { release: string; step: "staged" | "canary"; percent?: number };
  /** Releases that were taken back, with the reason; never a rollback target. */
  withdrawn: Readonly<Record<string, string>>;
  /** Rises by one with every change, so that an older stack file can be told from a newer one. */
  generation: number;
}

const without = (names: readonly string[], ...gone: string[]): string[] => names.filter((n) => !gone.includes(n));

const withoutCandidate = ({ candidate, ...rest }: Pointers, release: string): Pointers =>
  candidate && candidate.release !== release ? { ...rest, candidate } : rest;

/** The names that serve or wait to serve; exactly these run. */
export const runningReleases = (p: Pointers): string[] => [
  ...new Set([p.live, ...p.previous, ...(p.candidate ? [p.candidate.release] : [])]),
];

/** Previous releases that a rollback may take, nearest first. */
export const rollbackTargets = (p: Pointers): string[] => without(p.previous, p.live, ...Object.keys(p.withdrawn));

/** `release` becomes live; the old live is the nearest rollback target. `reinstate` takes a withdrawal back. */
export function promote(
  p: Pointers,
  release: string,
  { reinstate = false, path = "models" }: { reinstate?: boolean; path?: string } = {},
): Pointers {
  const { [release]: reason, ...withdrawn } = p.withdrawn;
  const problem = promoteProblem(p, release, reinstate ? undefined : reason, path);
  if (problem) throw new InputError([problem]);
  return {
    ...withoutCandidate(p, release),
    withdrawn,
    live: release,
    previous: [p.live, ...without(p.previous, p.live, release)],
    generation: p.generation + 1,
  };
}

function promoteProblem(p: Pointers, release: string, withdrawnFor: string | undefined, path: string) {
  if (withdrawnFor !== undefined)
    return {
      path: `${path}.withdrawn.${release}`,
      given: withdrawnFor,
      allowed: "a release that was not withdrawn",
      fix: "pin a repaired release; or, once its fault is understood, repeat with --reinstate",
    };
  if (release !== p.live) return undefined;
  return { path: `${path}.live`, given: release, allowed: "another release", fix: "it is live already" };
}

/**
 * `to` (or the first usable previous) becomes live again; the bad release is withdrawn with its reason. It keeps running
 * without requests (as the candidate, if there is no other), so that nothing but the route changes. A canary ends, too:
 * it may be what is wrong, and whoever rolls back wants one known release to answer.
 */
export function rollback(p: Pointers, { to, reason }: { to?: string; reason: string }, path = "models"): Pointers {
  const targets = rollbackTargets(p);
  const target = to ?? targets[0];
  if (target === undefined || !targets.includes(target))
    throw new InputError([
      {
        path: `${path}.previous`,
        given: to ?? `[${p.previous.join(", ")}]`,
        allowed: targets.length === 0 ? "no release here can be rolled back to" : `one of ${targets.join(", ")}`,
        fix: "name a pinned release that was not withdrawn, or promote one: homeport promote <model> <release>",
      },
    ]);
  return {
    ...p,
    candidate: { release: withoutCandidate(p, target).candidate?.release ?? p.live, step: "staged" },
    live: target,
    previous: without(p.previous, target, p.live),
    withdrawn: { ...p.withdrawn, [p.live]: reason },
    generation: p.generation + 1,
  };
}

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

/** `release` becomes live; the old live is the nearest rollback target. */
export function promote(p: Pointers, release: string, path = "models"): Pointers {
  const problem = promoteProblem(p, release, path);
  if (problem) throw new InputError([problem]);
  return {
    ...withoutCandidate(p, release),
    live: release,
    previous: [p.live, ...without(p.previous, p.live, release)],
    generation: p.generation + 1,
  };
}

function promoteProblem(p: Pointers, release: string, path: string) {
  const reason = Object.hasOwn(p.withdrawn, release) ? p.withdrawn[release] : undefined;
  if (reason !== undefined)
    return {
      path: `${path}.withdrawn.${release}`,
      given: reason,
      allowed: "a release that was not withdrawn",
      fix: "remove it from withdrawn once its fault is understood, or pin a repaired release",
    };
  if (release !== p.live) return undefined;
  return { path: `${path}.live`, given: release, allowed: "another release", fix: "it is live already" };
}

/** `to` (or the first usable previous) becomes live again; the bad release is withdrawn with its reason. */
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
    ...withoutCandidate(p, p.live),
    live: target,
    previous: without(p.previous, target, p.live),
    withdrawn: { ...p.withdrawn, [p.live]: reason },
    generation: p.generation + 1,
  };
}

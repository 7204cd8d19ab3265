import { OperationError } from "../../../infra/core/errors";
import { type Pointers, rollbackTargets } from "../../../infra/core/pointers";
import { terminal } from "../report";
import type { Clock } from "./flip";
import { isReady, type Readiness, readinessText } from "./readiness";
import { readinessOf } from "./release-readiness";
import { type Session, statesOf } from "./session";

const POLL_MS = 1_000;

/**
 * Comes back when the release that a rollback goes to can take the requests of every region that answers; says first
 * how long that takes. `enough`: one replica per region will do.
 */
export async function waitUntilReady(
  session: Session,
  after: Pointers,
  clock: Clock,
  { enough }: { enough: boolean },
): Promise<void> {
  const target = after.live;
  const takes = (r: Readiness) => isReady(r) || (enough && r.available > 0);
  const first = readinessOf(session, target, after);
  const waiting = first.filter((r) => !takes(r));
  if (waiting.length === 0) return;
  const others = rollbackTargets(session.current).filter(
    (name) => name !== target && readinessOf(session, name, after).every(takes),
  );
  const hint = others[0] === undefined ? "" : `; ready now: --to ${others[0]}`;
  const sentences = waiting.map((r) => readinessText(target, r)).join("; ");
  if (waiting.some((r) => !r.deployed))
    throw new OperationError(sentences, `nothing was changed; deploy it (homeport local up, or pulumi up)${hint}`);
  terminal.note(`${sentences}; rolling back then${hint || "; --now takes one replica per region"}`);
  const until = clock.elapsed() + session.settings.startupSeconds;
  for (let left = waiting; left.length > 0; ) {
    if (clock.elapsed() > until)
      throw new OperationError(
        left.map((r) => readinessText(target, r)).join("; "),
        `nothing was changed; see its pods, or choose another release${hint}`,
      );
    await clock.sleep(POLL_MS);
    const { states } = await statesOf(session.clusters, session.model);
    const now = readinessOf({ ...session, states }, target, after).filter((r) => !takes(r));
    // A region that does not answer this time is no readier than before.
    left = [...left.filter(({ region }) => states[region] === undefined), ...now];
  }
}

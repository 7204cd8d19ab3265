import { OperationError } from "../../../infra/core/errors";
import type { Pointers } from "../../../infra/core/pointers";
import { mirrorCommand, releasesIn } from "../../../infra/values/running-releases";
import { withPointers } from "../stack-editor";
import { type Readiness, readinessIn } from "./readiness";
import { type Session, stackText } from "./session";
import { loadStackText } from "./stack-text";

/** How ready a release is in every region that answers. */
export function readinessOf(session: Session, release: string, pointers: Pointers): Readiness[] {
  const { paths, model, settings, states } = session;
  const { stack } = loadStackText(paths, withPointers(stackText(paths), model, pointers, paths.label));
  return Object.entries(states).map(([region, state]) => {
    const place = { environment: stack.name, region };
    const { running, unmirrored } = releasesIn(place, stack.config, model, stack.releases);
    if (unmirrored.some(({ name }) => name === release))
      throw new OperationError(
        `${model} ${release} lies in no bucket of ${region} yet`,
        `run '${mirrorCommand({ ...place, model, name: release })}'`,
      );
    return readinessIn(
      region,
      running.find(({ name }) => name === release),
      state,
      settings.startupSeconds,
    );
  });
}

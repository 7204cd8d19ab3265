import type { PinnedReleases, StackConfig } from "../config/schema";
import { releaseName } from "../core/names";
import { type Placement, placementsOf } from "../core/placement";
import { runningReleases } from "../core/pointers";
import { type CellPlace, mirroredSince, type ReleaseFile } from "../core/release";

/** One release of one model as it runs in one region. */
export interface RunningRelease extends Placement {
  model: string;
  /** Name in the stack file, `r42`. */
  name: string;
  file: ReleaseFile;
  replicas: number;
  /** Name of its Deployment and Service. */
  objectName: string;
}

/** Releases that run but lie in no bucket of the cell yet. */
export interface Unmirrored extends CellPlace {
  model: string;
  name: string;
}

/**
 * Running releases of one model in one cell, in the order of the stack file's `releases`, which no promote or rollback changes.
 * `also`: names that run beside those that the pointers name.
 */
export function releasesIn(
  place: CellPlace,
  config: StackConfig,
  model: string,
  files: PinnedReleases,
  also: readonly string[] = [],
): { running: RunningRelease[]; unmirrored: Unmirrored[] } {
  const settings = config.models[model];
  if (settings === undefined) return { running: [], unmirrored: [] };
  const wanted = new Set([...runningReleases(settings), ...also]);
  const running: RunningRelease[] = [];
  const unmirrored: Unmirrored[] = [];
  for (const name of Object.keys(settings.releases).filter((release) => wanted.has(release))) {
    const file = files[model]?.[name];
    if (file === undefined) continue;
    const placement = placementsOf(file.content, config.pools, settings.pool)[0];
    if (placement === undefined) continue;
    if (mirroredSince(file, place) === undefined) {
      unmirrored.push({ model, name, environment: place.environment, region: place.region });
      continue;
    }
    const replicas = settings.replicasOf[name] ?? settings.replicas;
    const objectName = releaseName(model, file.id, placement.variantName);
    running.push({ ...placement, model, name, file, replicas, objectName });
  }
  return { running, unmirrored };
}

/** What brings a release into every bucket of an environment, ready to be pasted. */
export const mirrorCommand = ({ model, name, environment }: Omit<Unmirrored, "region">): string =>
  `homeport weights mirror ${model} ${name} --stack ${environment}`;

/** One warning for all of them, with what helps; undefined when every release is where it must be. */
export function mirrorWarning(unmirrored: readonly Unmirrored[]): string | undefined {
  if (unmirrored.length === 0) return undefined;
  const list = unmirrored.map(({ model, name, region }) => `${model} ${name} (${region})`).join(", ");
  const commands = new Set(unmirrored.map(mirrorCommand));
  return `not mirrored yet, so left out: ${list}; run '${[...commands].join(" && ")}'`;
}

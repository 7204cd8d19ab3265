import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Place } from "../../../infra/core/aws/names";
import { InputError, type Problem } from "../../../infra/core/errors";
import { archiveProblems } from "../charts/archives";
import { blobFile, folderSource, manifestsOf } from "../images/layout";
import { type ImageOptions, type MirroredImage, pushFolder, type Registry } from "../images/mirror";
import { addressOf } from "../images/registry";
import { type LocalFile, localFiles } from "../weights/local-files";
import { mirrorToRegions, type RegionMirror, type RegionOptions } from "../weights/mirror-regions";
import { MIRROR_DEFAULTS } from "../weights-store";
import { type BundleContents, chartsFolder, weightsFolder } from "./contents";
import { verifySums } from "./sums";

const EXPORT_AGAIN = "export the bundle again from this checkout";

type Release = BundleContents["releases"][number];

/** What was verified and can be sent. */
export interface VerifiedBundle {
  releases: (Release & { local: LocalFile[] })[];
  images: string[];
}

export interface ImportTargets {
  places: readonly [Place, ...Place[]];
  registries: readonly Registry[];
  images: Pick<ImageOptions, "replicaSeconds" | "pollSeconds">;
  weights: RegionOptions;
}

/**
 * Reads every byte of a bundle against its list, and holds it against what this checkout's stack pins. Nothing is sent
 * before this has returned. Throws InputError with everything that is wrong.
 */
export async function verifyBundle(folder: string, contents: BundleContents): Promise<VerifiedBundle> {
  await verifySums(folder);
  const problems: Problem[] = [];
  const lacks = (path: string, allowed: string) =>
    problems.push({ path, given: "not in the bundle", allowed, fix: EXPORT_AGAIN });
  const releases: VerifiedBundle["releases"] = [];
  for (const release of contents.releases) {
    const files = join(folder, weightsFolder(release.file), "files");
    if (!existsSync(files)) lacks(`${release.model} ${release.name}`, "every release that the stack pins");
    else {
      const { parallelFiles: width, partBytes } = MIRROR_DEFAULTS;
      const local = await localFiles(release.file.content.weights.files, files, { width, partBytes });
      releases.push({ ...release, local });
    }
  }
  for (const image of contents.images)
    if (!(await isWhole(image, join(folder, "images")))) lacks(image, "every image of the stack");
  problems.push(...archiveProblems(contents.charts, chartsFolder(folder), EXPORT_AGAIN));
  if (problems.length > 0) throw new InputError(problems);
  return { releases, images: contents.images };
}

async function isWhole(image: string, folder: string): Promise<boolean> {
  const { digest } = addressOf(image);
  if (!existsSync(blobFile(folder, digest))) return false;
  const manifests = await manifestsOf(digest, folderSource(folder).manifest).catch(() => []);
  const blobs = manifests.flatMap((manifest) => manifest.blobs);
  return manifests.length > 0 && blobs.every((blob) => existsSync(blobFile(folder, blob.digest)));
}

/** Sends what is not there yet; a second run goes on. */
export async function sendBundle(
  folder: string,
  { releases, images }: VerifiedBundle,
  { places, registries, images: imageOptions, weights }: ImportTargets,
  onDone: (text: string) => void,
  onMirrored: (release: Release) => void,
): Promise<{ images: MirroredImage[]; weights: RegionMirror[][] }> {
  const sent: { images: MirroredImage[]; weights: RegionMirror[][] } = { images: [], weights: [] };
  for (const image of images) {
    sent.images.push(await pushFolder(image, registries, { ...imageOptions, folder: join(folder, "images") }));
    onDone(`image ${image}`);
  }
  for (const release of releases) {
    sent.weights.push(await mirrorToRegions(release.file, release.local, places, weights));
    onMirrored(release);
    onDone(`weights ${release.model} ${release.name}`);
  }
  return sent;
}

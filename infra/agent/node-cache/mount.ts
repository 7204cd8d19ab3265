import { posix } from "node:path";

/**
 * Whether `folder` lies on the disk that is mounted at `mountPoint` on the host, by /proc/self/mountinfo.
 * In a container the host's mount points are not listed, but each mount's place inside its own file system is: on the
 * right disk that place is `/homeport`; on the root disk, where the mount is missing, it is the whole host path.
 */
export function liesOnMount(mountinfo: string, folder: string, mountPoint: string): boolean {
  const mounts = mountinfo
    .split("\n")
    .map((line) => line.split(" "))
    .filter((fields) => fields.length > 4)
    .map((fields) => ({ rootInFs: unescaped(fields[3]), at: unescaped(fields[4]) }))
    .filter(({ at }) => isBelow(folder, at));
  // Later lines lie on top of earlier ones at the same place.
  const covering = mounts.reduce<(typeof mounts)[number] | undefined>(
    (best, mount) => (best === undefined || mount.at.length >= best.at.length ? mount : best),
    undefined,
  );
  if (covering === undefined) return false;
  const placeInFs = posix.join(covering.rootInFs, posix.relative(covering.at, folder));
  return !isBelow(placeInFs, mountPoint);
}

const isBelow = (path: string, folder: string): boolean =>
  path === folder || path.startsWith(folder.endsWith("/") ? folder : `${folder}/`);

/** The kernel writes blanks and the like as octal (`\040`). */
const unescaped = (text = ""): string =>
  text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));

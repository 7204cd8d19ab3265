/** Layout of a weights bucket: written by `homeport weights mirror`, read by the node cache. */

/** Folder of a release in the bucket and on the node: the id's 64 hex digits. */
export const releaseFolder = (id: string): string => id.replace("sha256:", "");

/** The release file itself; written last, so that its presence says that all the files are there. */
export const releaseKey = (id: string): string => `releases/${releaseFolder(id)}/release.json`;

export const filesPrefix = (id: string): string => `releases/${releaseFolder(id)}/files/`;

/**
 * Whether a weight file's path stays below the release's folder on every system that stores it.
 * A release file is only as trustworthy as its author; its id says nothing about its intentions.
 */
export function isSafePath(path: string): boolean {
  if (path.length === 0 || path.length > 512 || /[\\\p{Cc}]/u.test(path)) return false;
  return path.split("/").every((part) => part !== "" && part !== "." && part !== "..");
}

import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { access, mkdir, mkdtemp, readFile, rename, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import { createGunzip } from "node:zlib";
import { extract } from "tar-stream";
import { OperationError } from "../../../infra/core/errors";

/** An npm package that holds the official Node binary, as the lock file pins it. */
export interface NodePin {
  package: string;
  version: string;
  /** Subresource integrity of the package's tarball, as in package-lock.json: `sha512-...`. */
  integrity: string;
}

const WANTED = ["package/bin/node", "package/LICENSE"];

/**
 * Folder with `node` and `LICENSE` of the pinned package. Taken with `npm pack` and not as a dependency: 120 MB that
 * only who builds the image needs, and no install script runs.
 */
export async function nodeRuntime(pin: NodePin, cache: string): Promise<string> {
  const directory = join(
    cache,
    `node-${pin.version}-${createHash("sha256").update(pin.integrity).digest("hex").slice(0, 16)}`,
  );
  if (
    await access(directory).then(
      () => true,
      () => false,
    )
  )
    return directory;
  await mkdir(cache, { recursive: true });
  const work = await mkdtemp(join(cache, "npm-"));
  try {
    const tarball = await npmPack(`${pin.package}@${pin.version}`, work);
    const integrity = `sha512-${createHash("sha512")
      .update(await readFile(tarball))
      .digest("base64")}`;
    if (integrity !== pin.integrity)
      throw new OperationError(
        `${pin.package}@${pin.version} has the integrity ${integrity}, the lock file says ${pin.integrity}`,
        "the registry serves other bytes than were locked: find out why before you build",
      );
    const unpacked = join(work, "unpacked");
    await mkdir(unpacked);
    const tar = createReadStream(tarball).pipe(createGunzip()).pipe(extract());
    for await (const entry of tar) {
      if (WANTED.includes(entry.header.name))
        await pipeline(entry, createWriteStream(join(unpacked, basename(entry.header.name))));
      else entry.resume();
    }
    await rename(unpacked, directory);
    return directory;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function npmPack(spec: string, work: string): Promise<string> {
  try {
    // npm writes warnings to stderr; the file's name is the last line of stdout.
    const { stdout } = await promisify(execFile)("npm", ["pack", spec, "--ignore-scripts", "--silent"], { cwd: work });
    return join(work, stdout.trim().split("\n").at(-1) ?? "");
  } catch (cause) {
    throw new OperationError(`npm pack ${spec} failed`, "check that npm reaches its registry", { cause });
  }
}

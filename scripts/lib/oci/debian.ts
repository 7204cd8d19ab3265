import { execFile } from "node:child_process";
import { access, mkdir, mkdtemp, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { sha256Hex } from "../../../infra/core/canonical-json";
import { OperationError } from "../../../infra/core/errors";

const run = promisify(execFile);

/** A Debian package as the lock file pins it. */
export interface DebianPin {
  version: string;
  /** Of the .deb, 64 hex digits. */
  sha256: string;
}

export interface DebianPackage extends DebianPin {
  name: string;
  /** The package's files, unpacked. */
  directory: string;
}

/**
 * The packages' files, each in a folder under `cache` that is named by its content.
 * A version that Debian's mirror no longer has is replaced by the current one: compare `sha256` with the pin.
 * Throws OperationError where no package can be had at all.
 */
export async function debianPackages(pins: Readonly<Record<string, DebianPin>>, cache: string) {
  const names = Object.keys(pins).sort();
  const folder = (name: string, sha256: string) => join(cache, `debian-${name}-${sha256.slice(0, 16)}`);
  const missing: string[] = [];
  const packages: DebianPackage[] = [];
  for (const name of names) {
    const pin = pins[name] as DebianPin;
    const directory = folder(name, pin.sha256);
    if (await exists(directory)) packages.push({ name, ...pin, directory });
    else missing.push(name);
  }
  if (missing.length === 0) return packages;

  await mkdir(cache, { recursive: true });
  const work = await mkdtemp(join(cache, "apt-"));
  try {
    const apt = await aptWithOwnState(work);
    for (const name of missing) {
      const deb = await download(apt, work, name, (pins[name] as DebianPin).version);
      const sha256 = sha256Hex(await readFile(deb.file));
      const directory = folder(name, sha256);
      if (!(await exists(directory))) {
        const partial = join(work, `unpacked-${name}`);
        await run("dpkg-deb", ["-x", deb.file, partial]);
        await rename(partial, directory);
      }
      packages.push({ name, version: deb.version, sha256, directory });
    }
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return packages.sort((a, b) => (a.name < b.name ? -1 : 1));
}

type Apt = (...args: string[]) => Promise<void>;

/** apt-get with lists of its own: works without root, with stale lists, and leaves the machine's apt as it was. */
async function aptWithOwnState(work: string): Promise<Apt> {
  const lists = join(work, "lists");
  const archives = join(work, "archives");
  for (const directory of [lists, archives]) await mkdir(join(directory, "partial"), { recursive: true });
  const options = {
    "Dir::State::lists": lists,
    "Dir::Cache": work,
    "Dir::Cache::archives": archives,
    "APT::Architecture": "amd64",
    "APT::Sandbox::User": "",
    "Debug::NoLocking": "1",
    "Acquire::Languages": "none",
  };
  const flags = Object.entries(options).flatMap(([name, value]) => ["-o", `${name}=${value}`]);
  const apt: Apt = async (...args) => {
    await run("apt-get", [...flags, "-qq", ...args], { cwd: work });
  };
  try {
    await apt("update");
  } catch (cause) {
    throw new OperationError(
      "the agent image's base files come from Debian packages and apt-get could not read the package lists",
      "build on Debian or Ubuntu with a reachable mirror (apt-get update shows why not)",
      { cause },
    );
  }
  return apt;
}

async function download(apt: Apt, work: string, name: string, version: string) {
  const before = new Set(await readdir(work));
  try {
    await apt("download", `${name}=${version}`);
  } catch {
    try {
      await apt("download", name);
    } catch (cause) {
      throw new OperationError(`Debian's mirror has no package ${name}`, "check the apt sources", { cause });
    }
  }
  const file = (await readdir(work)).find((entry) => entry.endsWith(".deb") && !before.has(entry));
  if (file === undefined) throw new OperationError(`apt-get left no file for ${name}`, "run the command again");
  const field = await run("dpkg-deb", ["-f", join(work, file), "Version"]);
  return { file: join(work, file), version: field.stdout.trim() };
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

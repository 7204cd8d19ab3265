import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const MOUNT = "/sys/fs/cgroup";

/** Version 2 has one hierarchy; version 1 has one folder for each controller. */
const hierarchies = (): string[] =>
  existsSync(join(MOUNT, "cgroup.controllers"))
    ? [MOUNT]
    : readdirSync(MOUNT)
        .map((name) => join(MOUNT, name))
        .filter((folder) => existsSync(join(folder, "cgroup.procs")));

/** The node's own root group in every hierarchy; the kubelet refuses to start where one is missing. */
export function makeCgroups(name: string): void {
  for (const hierarchy of hierarchies()) {
    const folder = join(hierarchy, name);
    mkdirSync(folder, { recursive: true });
    // A new group of version 1's cpuset may use no CPU and no memory until told which.
    for (const file of ["cpuset.cpus", "cpuset.mems"]) {
      if (hierarchy !== MOUNT && existsSync(join(folder, file)))
        writeFileSync(join(folder, file), readFileSync(join(hierarchy, file)));
    }
    if (hierarchy === MOUNT) delegateControllers(folder);
    // As much as one busy process of the host: engines that fill every core must not starve the command that rolls back.
    for (const [file, weight] of Object.entries({ "cpu.shares": "1024", "cpu.weight": "100" }))
      if (existsSync(join(folder, file))) writeFileSync(join(folder, file), weight);
  }
}

/** Version 2: children get only the controllers that every parent hands down. */
function delegateControllers(folder: string): void {
  for (const parent of [MOUNT, folder]) {
    const wanted = readFileSync(join(parent, "cgroup.controllers"), "utf8").trim().split(/\s+/);
    for (const controller of wanted.filter((word) => word !== ""))
      writeFileSync(join(parent, "cgroup.subtree_control"), `+${controller}`);
  }
}

/** Removes the node's groups, deepest first; they hold no process any more when the node has ended. */
export function removeCgroups(name: string): void {
  for (const folder of cgroupFolders(name)) removeTree(folder);
}

/** Those that exist, one for each hierarchy. */
export const cgroupFolders = (name: string): string[] =>
  hierarchies()
    .map((hierarchy) => join(hierarchy, name))
    .filter(existsSync);

function removeTree(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true }))
    if (entry.isDirectory()) removeTree(join(folder, entry.name));
  // cgroupfs knows rmdir only: its files are the kernel's.
  rmdirSync(folder);
}

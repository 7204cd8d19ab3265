import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { OperationError } from "../../infra/core/errors";
import { step } from "../lib/report";
import { cgroupFolders, removeCgroups } from "./cgroups";
import { attempt, poll, sleep } from "./command";
import { type Addresses, addressesOf, type Places, placesOf } from "./layout";
import { findNode } from "./node";
import { type Process, processes, stillRuns } from "./processes";
import { releaseSlot, slotOf } from "./slot";

/** What of a checkout's platform exists on the machine, in words; empty after `down`. */
export function remains(checkout: string, at: Addresses | undefined): string[] {
  const places = placesOf(checkout);
  const node = findNode(places);
  const mounts = readFileSync("/proc/self/mountinfo", "utf8")
    .split("\n")
    .map((line) => line.split(" ")[4] ?? "")
    .filter((target) => target.startsWith(`${places.root}/`));
  const links = readdirSync("/sys/class/net").filter((name) => name === at?.hostLink);
  return [
    ...(node === undefined ? [] : [`process ${node.pid}`]),
    ...mounts.map((target) => `mount ${target}`),
    ...links.map((name) => `network link ${name}`),
    ...(at === undefined ? [] : cgroupFolders(at.cgroup)).map((folder) => `cgroup ${folder}`),
  ];
}

/** Ends everything and removes all state of the checkout's platform; tools and packages stay in the user's cache. */
export async function takeDown(checkout: string, { keepState = false } = {}): Promise<void> {
  const places = placesOf(checkout);
  const slot = slotOf(checkout);
  const at = slot === undefined ? undefined : addressesOf(slot);
  await step("stop the node", 3, () => stopNode(places, at));
  const left = await poll(async () => (remains(checkout, at).length === 0 ? true : undefined), 10_000, 100);
  if (left === undefined)
    throw new OperationError(
      `these could not be removed: ${remains(checkout, at).join(", ")}`,
      "run 'homeport local down' again",
    );
  if (keepState) return;
  releaseSlot(checkout);
  await step("remove its files", 2, async () => rmSync(places.root, { recursive: true, force: true }));
}

/**
 * The node's first process is killed, not asked: the kernel then ends every process in it, at once and for certain.
 * Kubernetes is made for nodes that lose power.
 */
async function stopNode(places: Places, at: Addresses | undefined): Promise<void> {
  const node = findNode(places);
  const members = node === undefined ? [] : membersOf(node);
  if (node !== undefined) {
    process.kill(node.pid, "SIGKILL");
    await poll(async () => (members.some(stillRuns) ? undefined : true), 20_000, 50);
  }
  if (at === undefined) return;
  await attempt("ip", ["link", "delete", at.hostLink]);
  // Groups of processes that have just ended stay busy for a moment.
  for (let tries = 0; tries < 50; tries++) {
    try {
      removeCgroups(at.cgroup);
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EBUSY") throw error;
      await sleep(100);
    }
  }
}

/** Every process in the node, also those in its containers, whose namespaces are children of the node's. */
const membersOf = (node: Process): Process[] =>
  processes().filter(({ pidNamespace, pid }) => pidNamespace === node.pidNamespace || isInside(pid, node.pid));

function isInside(pid: number, ancestor: number): boolean {
  for (let at = pid; at > 1; at = parentOf(at)) if (at === ancestor) return true;
  return false;
}

function parentOf(pid: number): number {
  try {
    const stat = readFileSync(join("/proc", String(pid), "stat"), "utf8");
    return Number(stat.slice(stat.lastIndexOf(")") + 4).split(" ")[0]);
  } catch {
    return 0;
  }
}

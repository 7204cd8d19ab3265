import { spawn } from "node:child_process";
import { existsSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { OperationError } from "../../infra/core/errors";
import { cacheHome } from "../../infra/core/tool-binaries";
import { attempt, lastLines, poll, run } from "./command";
import type { Addresses, Places } from "./layout";
import { type Process, processes, stillRuns } from "./processes";

const INIT = join(__dirname, "node-init.sh");

/**
 * The node is a set of namespaces (mounts, network, processes) around one first process. The kernel ends everything
 * in it when that process ends, containers and shims included, so stopping cannot leave anything running.
 * It is recognised by its own command line, which names this checkout's folder.
 */
export function findNode(places: Places): Process | undefined {
  return processes().find(
    ({ argv }) => argv[0] === "bash" && argv[1]?.endsWith("/node-init.sh") === true && argv[2] === places.root,
  );
}

/** The running node, or a new one with its cable to the host. */
export async function ensureNode(places: Places, addresses: Addresses): Promise<Process> {
  const node = findNode(places) ?? (await startNode(places));
  const ready = await poll(
    async () => (existsSync(`/proc/${node.pid}/root/run/homeport-node-ready`) || !stillRuns(node) ? true : undefined),
    10_000,
  );
  if (ready === undefined || !stillRuns(node)) {
    const log = join(places.logs, "node.log");
    throw new OperationError(`the node did not start:\n${lastLines(readFileSync(log, "utf8"), 5)}\n`, `see ${log}`);
  }
  await connect(node, addresses);
  return node;
}

async function startNode(places: Places): Promise<Process> {
  for (const folder of [places.root, places.logs, places.varLib, cacheHome()]) mkdirSync(folder, { recursive: true });
  const log = openSync(join(places.logs, "node.log"), "a");
  const namespaces = [
    "--mount",
    "--net",
    "--pid",
    "--fork",
    "--kill-child",
    "--mount-proc",
    "--propagation",
    "private",
  ];
  const child = spawn("unshare", [...namespaces, "--", "bash", INIT, places.root, cacheHome()], {
    detached: true,
    stdio: ["ignore", log, log],
    cwd: "/",
  });
  child.unref();
  const node = await poll(async () => findNode(places), 5_000, 20);
  if (node !== undefined) return node;
  throw new OperationError(
    `no new namespaces can be made here:\n${lastLines(readFileSync(join(places.logs, "node.log"), "utf8"), 5)}\n`,
    "run as root outside of a restricted container, or name a cluster with --context",
  );
}

/**
 * A veth pair; the kernel removes it together with the node's network namespace. No default route inside: neither the
 * node nor a pod can send anything beyond this cable.
 */
async function connect(node: Process, at: Addresses): Promise<void> {
  const inside = (args: readonly string[]) => runInNode(node, ["ip", ...args]);
  const links = await inside(["-o", "link", "show"]);
  if (!/ eth0@/.test(links)) {
    // The kernel removes an ended node's cable a moment later; its half must not be taken for ours.
    await attempt("ip", ["link", "delete", at.hostLink]);
    await run("ip", ["link", "add", at.hostLink, "type", "veth", "peer", "name", "eth0", "netns", String(node.pid)]);
  }
  await run("ip", ["address", "replace", `${at.hostAddress}/${at.linkPrefix}`, "dev", at.hostLink]);
  await run("ip", ["link", "set", at.hostLink, "up"]);
  await inside(["address", "replace", `${at.nodeAddress}/${at.linkPrefix}`, "dev", "eth0"]);
  await inside(["link", "set", "eth0", "up"]);
  // Over our own cable only, so these routes vanish with it.
  for (const cidr of [at.podCidr, at.serviceCidr])
    await run("ip", ["route", "replace", cidr, "via", at.nodeAddress, "dev", at.hostLink]);
}

export const intoNode = (node: Process): readonly string[] => [
  `--target=${node.pid}`,
  "--mount",
  "--net",
  "--pid",
  "--wd=/",
];

/** Standard output of a command that runs in the node's namespaces and must succeed. */
export const runInNode = (node: Process, argv: readonly string[], input?: string): Promise<string> =>
  run("nsenter", [...intoNode(node), "--", ...argv], { input });

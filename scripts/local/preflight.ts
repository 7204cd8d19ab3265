import { existsSync, mkdirSync, readFileSync, statfsSync } from "node:fs";
import { createServer } from "node:net";
import { totalmem } from "node:os";
import { OperationError } from "../../infra/core/errors";
import { attempt } from "./command";
import type { Addresses } from "./layout";

/** What of the machine matters to a local cluster. */
export interface MachineFacts {
  platform: string;
  arch: string;
  userId: number;
  /** Bytes free where the checkout and where the cache is. */
  freeBytes: Readonly<Record<string, number>>;
  memoryBytes: number;
  overlayfs: boolean;
  cgroups: boolean;
  /** Whether a stranger listens on 127.0.0.1:<hostPort>. */
  portTaken: boolean;
  /** The host's routes, as `ip -o route` prints them, our own cable left out. */
  routes: readonly string[];
}

interface Shortcoming {
  message: string;
  fix: string;
}

const GIB = 2 ** 30;
/** First build and unpacked engine, and room to work later. */
const DISK_GB = { first: 15, later: 3 };
// A machine sold as 16 GiB shows a little less: firmware and kernel keep some.
const MEMORY_GIB = 15;

/** All that is missing at once; pure, so that every sentence is tested. */
export function shortcomings(facts: MachineFacts, at: Addresses, built: boolean): Shortcoming[] {
  const found: Shortcoming[] = [];
  const elsewhere = "or name a cluster with --context";
  if (facts.platform !== "linux" || facts.arch !== "x64")
    found.push({
      message: `the built-in cluster runs on Linux on x86-64, and this is ${facts.platform} on ${facts.arch}`,
      fix: "install Docker and kind, or name a cluster with --context",
    });
  if (facts.userId !== 0)
    found.push({ message: "a cluster of one's own needs root (namespaces, mounts)", fix: `use sudo, ${elsewhere}` });
  const needed = built ? DISK_GB.later : DISK_GB.first;
  for (const [folder, bytes] of Object.entries(facts.freeBytes)) {
    if (bytes < needed * 1e9)
      found.push({
        message: `${folder} has ${(bytes / 1e9).toFixed(1)} GB free and ${needed} GB are needed`,
        fix: "free some space, or point XDG_CACHE_HOME to a larger disk",
      });
  }
  if (facts.memoryBytes < MEMORY_GIB * GIB)
    found.push({
      message: `the machine has ${(facts.memoryBytes / GIB).toFixed(1)} GiB of memory and 16 GiB are needed`,
      fix: `use a larger machine, ${elsewhere}`,
    });
  if (!facts.overlayfs)
    found.push({
      message: "the kernel has no overlayfs, which images are made of",
      fix: `run 'modprobe overlay', ${elsewhere}`,
    });
  if (!facts.cgroups)
    found.push({
      message: "/sys/fs/cgroup is not writable",
      fix: `run outside of a restricted container, ${elsewhere}`,
    });
  if (facts.portTaken)
    found.push({
      message: `port ${at.hostPort} on 127.0.0.1 is taken by another program`,
      fix: `end it ('ss -ltnp sport = :${at.hostPort}' names it)`,
    });
  const mine = [`${at.hostAddress}/${at.linkPrefix}`, at.podCidr, at.serviceCidr].map(rangeOf);
  for (const route of facts.routes) {
    const range = rangeOf(route.split(" ")[0] ?? "");
    if (range !== undefined && mine.some((own) => own !== undefined && overlap(own, range)))
      found.push({
        message: `the machine's route "${route.trim()}" covers addresses of the local cluster`,
        fix: `remove that route while the cluster runs, ${elsewhere}`,
      });
  }
  return found;
}

type Range = readonly [first: number, last: number];

/** Undefined for anything but an IPv4 address or prefix; a default route covers everything and takes nothing away. */
function rangeOf(text: string): Range | undefined {
  const match = /^(\d+)\.(\d+)\.(\d+)\.(\d+)(?:\/(\d+))?$/.exec(text);
  if (match === null) return undefined;
  const [a, b, c, d, bits] = match.slice(1).map((part) => (part === undefined ? 32 : Number(part)));
  const address = (((a ?? 0) * 256 + (b ?? 0)) * 256 + (c ?? 0)) * 256 + (d ?? 0);
  const size = 2 ** (32 - (bits ?? 32));
  const first = address - (address % size);
  return [first, first + size - 1];
}

// Wider routes (a VPN's 10.0.0.0/8) lose against our own narrower ones, so only equal or narrower ones matter.
const overlap = (own: Range, other: Range): boolean => other[0] >= own[0] && other[1] <= own[1];

/** Throws one OperationError with everything that is missing. */
export async function preflight(
  folders: readonly string[],
  at: Addresses,
  already: { built: boolean; portIsOurs: boolean },
): Promise<void> {
  const found = shortcomings(await machineFacts(folders, at, already.portIsOurs), at, already.built);
  if (found.length === 0) return;
  throw new OperationError(
    found.map(({ message }) => message).join("\n"),
    [...new Set(found.map(({ fix }) => fix))].join("; "),
  );
}

async function machineFacts(folders: readonly string[], at: Addresses, portIsOurs: boolean): Promise<MachineFacts> {
  const freeBytes: Record<string, number> = {};
  for (const folder of folders) {
    mkdirSync(folder, { recursive: true });
    const { bavail, bsize } = statfsSync(folder);
    freeBytes[folder] = bavail * bsize;
  }
  const routes = await attempt("ip", ["-o", "-4", "route"]).catch(() => ({ stdout: "" }));
  return {
    platform: process.platform,
    arch: process.arch,
    userId: process.getuid?.() ?? 0,
    freeBytes,
    memoryBytes: totalmem(),
    overlayfs: existsSync("/proc/filesystems") && readFileSync("/proc/filesystems", "utf8").includes("overlay"),
    cgroups: existsSync("/sys/fs/cgroup"),
    portTaken: !portIsOurs && (await taken(at.hostPort)),
    routes: routes.stdout.split("\n").filter((line) => line !== "" && !line.includes(`dev ${at.hostLink} `)),
  };
}

const taken = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer()
      .once("error", () => resolve(true))
      .listen(port, "127.0.0.1", () => server.close(() => resolve(false)));
  });

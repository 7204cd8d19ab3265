import { existsSync, readdirSync, readFileSync } from "node:fs";
import { type Daemon, daemonsOf } from "./daemons";
import { findForward } from "./forward";
import { kubectl, kubectlCode } from "./kubectl-run";
import { addressesOf, placesOf } from "./layout";
import { findNode } from "./node";
import { STORE } from "./object-store";
import type { Process } from "./processes";
import { slotOf } from "./slot";
import { findDaemon } from "./supervisor";

interface Part {
  name: string;
  state: string;
  /** Resident memory in MiB, of processes. */
  memoryMiB?: number;
}

export interface LocalStatus {
  state: "up" | "broken" | "down";
  slot?: number;
  kubeconfig?: string;
  baseUrl?: string;
  parts: Part[];
}

/** What runs, asked of the kernel and the API server; never of notes. */
export async function localStatus(checkout: string): Promise<LocalStatus> {
  const places = placesOf(checkout);
  const slot = slotOf(checkout);
  const node = findNode(places);
  if (slot === undefined || node === undefined) return { state: "down", parts: [] };
  const at = addressesOf(slot);
  const daemons = daemonsOf(places, at, { access: STORE.accessKeyId, secret: "" }).map((daemon) =>
    daemonPart(node, daemon),
  );
  const forward = findForward(node);
  const parts = [
    ...daemons,
    { name: "port", state: forward === undefined ? "closed (nothing applied yet)" : `127.0.0.1:${at.hostPort}` },
    ...(await podParts(places.kubeconfig)),
  ];
  return {
    state: daemons.every(({ state }) => state === "running") ? "up" : "broken",
    slot,
    kubeconfig: places.kubeconfig,
    ...(forward === undefined ? {} : { baseUrl: `http://127.0.0.1:${at.hostPort}` }),
    parts,
  };
}

function daemonPart(node: Process, daemon: Daemon): Part {
  const found = findDaemon(node, daemon);
  if (found === undefined) return { name: daemon.name, state: "not running" };
  return { name: daemon.name, state: "running", memoryMiB: memoryOf(found.pid) };
}

function memoryOf(pid: number): number {
  const file = `/proc/${pid}/status`;
  const kib = existsSync(file) ? Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(file, "utf8"))?.[1] ?? 0) : 0;
  return Math.round(kib / 1024);
}

interface PodList {
  items: {
    metadata: { namespace: string; name: string };
    status: { phase: string; containerStatuses?: { ready: boolean; restartCount: number }[] };
  }[];
}

async function podParts(kubeconfig: string): Promise<Part[]> {
  if ((await kubectlCode(kubeconfig, ["get", "--raw=/readyz"])) !== 0) return [];
  const { items } = JSON.parse(await kubectl(kubeconfig, ["get", "pods", "-A", "--output=json"])) as PodList;
  return items.map(({ metadata, status }) => {
    const containers = status.containerStatuses ?? [];
    const ready = containers.filter((container) => container.ready).length;
    const restarts = containers.reduce((sum, container) => sum + container.restartCount, 0);
    return {
      name: `${metadata.namespace}/${metadata.name}`,
      state: `${status.phase}, ${ready}/${containers.length} ready, ${restarts} restarts`,
    };
  });
}

/** Names that `local logs` takes: one for each program that has written a log. */
export function logNames(checkout: string): string[] {
  const { logs } = placesOf(checkout);
  if (!existsSync(logs)) return [];
  return readdirSync(logs)
    .filter((name) => name.endsWith(".log"))
    .map((name) => name.slice(0, -".log".length))
    .sort();
}

import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type { NodeCacheConfig } from "../../core/agent-config";
import { releaseFolder } from "../../core/weights-layout";
import { stopSignal } from "../stop-signal";
import { adminServer, type CacheStatus } from "./admin";
import { CacheFolder } from "./cache-folder";
import { DISK_FULL, type Facts, isErrno, WeightsRefused } from "./failure";
import { liesOnMount } from "./mount";
import { RETRY_DEFAULTS, type RetryPolicy } from "./retry";
import { s3Store, type WeightsStore } from "./store";
import { recheck, type SyncContext, syncRelease } from "./sync";

export type Log = (level: "info" | "warn" | "error", event: string, fields?: object) => void;

interface Settings {
  store?: WeightsStore;
  retry?: Omit<RetryPolicy, "maxAttempts">;
  /** Between two looks at what is on the disk. */
  roundSeconds?: number;
  /** Before a release that was refused is tried again; doubles up to 20 times this. */
  refusedSeconds?: number;
  log: Log;
}

/** `agent node-cache`: keeps the wanted releases on this node until `signal` says stop. */
export async function runNodeCache(config: NodeCacheConfig, signal: AbortSignal, settings: Settings): Promise<void> {
  await checkMount(config);
  const cache = new CacheFolder(config.root, config.owner);
  await cache.prepare();
  const status: CacheStatus = {
    states: new Map(config.releases.map((id) => [id, "syncing"])),
    count: { fetchedBytes: 0, hashedBytes: 0, retries: 0, evictedReleases: 0, evictedBytes: 0 },
    lastRound: 0,
  };
  const server = adminServer(status).listen(config.adminPort);
  try {
    await forgetUnwantedFailures(config, cache);
    await rounds(config.releases, contextOf(config, cache, status, signal, settings), status, settings);
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

async function rounds(
  releases: string[],
  context: SyncContext,
  status: CacheStatus,
  settings: Settings,
): Promise<void> {
  const { log, roundSeconds = 30, refusedSeconds = 30 } = settings;
  const { signal } = context.transfer;
  const nextTry = new Map<string, { at: number; refusals: number }>();
  while (!signal.aborted) {
    for (const id of releases) {
      const waiting = nextTry.get(id);
      if (waiting && waiting.at > Date.now()) continue;
      const refusals = await oneRelease(id, context, status, waiting?.refusals ?? 0, log);
      const wait = refusedSeconds * Math.min(20, 2 ** (refusals - 1));
      if (refusals > 0) nextTry.set(id, { at: Date.now() + wait * 1000, refusals });
      else nextTry.delete(id);
    }
    status.lastRound = Date.now();
    await sleep(roundSeconds * 1000, undefined, { signal }).catch(() => undefined);
  }
}

/** `agent node-cache` in a pod: JSON lines on stdout, stops at SIGTERM with what it has so far kept for the next start. */
export async function nodeCache(config: NodeCacheConfig): Promise<void> {
  const log: Log = (level, event, fields) =>
    void process.stdout.write(`${JSON.stringify({ time: new Date().toISOString(), level, event, ...fields })}\n`);
  await runNodeCache(config, stopSignal(), { log });
}

/** One try; how often in a row this release has now been refused (0: it is here, or may come at the next round). */
async function oneRelease(id: string, context: SyncContext, status: CacheStatus, refusals: number, log: Log) {
  const before = { ...status.count };
  const start = Date.now();
  try {
    if (status.states.get(id) === "verified" && (await recheck(id, context)) === "unchanged") return 0;
    if (status.states.get(id) === "verified") log("warn", "changed on disk", { release: id });
    if (status.states.get(id) !== "failed") status.states.set(id, "syncing");
    await syncRelease(id, context);
    status.states.set(id, "verified");
    const fetchedBytes = status.count.fetchedBytes - before.fetchedBytes;
    const hashedBytes = status.count.hashedBytes - before.hashedBytes;
    log("info", "verified", { release: id, seconds: (Date.now() - start) / 1000, fetchedBytes, hashedBytes });
    return 0;
  } catch (error) {
    if (context.transfer.signal.aborted) return 0;
    const facts = refusalOf(error);
    if (facts === undefined) {
      log("warn", "not now", { release: id, reason: (error as Error).message });
      return 0;
    }
    // A release that does not fit leaves nothing behind: its remains would take the room of the others.
    if (facts.found.startsWith(DISK_FULL)) await context.cache.drop(id);
    await context.cache.fail(id, facts);
    status.states.set(id, "failed");
    log("error", "refused", { release: id, ...facts });
    return refusals + 1;
  }
}

function refusalOf(error: unknown): Facts | undefined {
  if (error instanceof WeightsRefused) return error.facts;
  if (!isErrno(error, "ENOSPC")) return undefined;
  return { file: "all files", expected: "room for the weights and their marker", found: DISK_FULL };
}

function contextOf(
  config: NodeCacheConfig,
  cache: CacheFolder,
  status: CacheStatus,
  signal: AbortSignal,
  settings: Settings,
): SyncContext {
  const { count } = status;
  return {
    cache,
    count,
    known: new Map(),
    parallelFiles: config.parallelFiles,
    transfer: {
      store: settings.store ?? s3Store(config.store),
      retry: { ...(settings.retry ?? RETRY_DEFAULTS), maxAttempts: config.maxAttempts },
      signal,
      count,
    },
    room: {
      wanted: new Set(config.releases),
      maxBytes: config.maxBytes,
      onEvicted: (id, bytes) => {
        count.evictedReleases += 1;
        count.evictedBytes += bytes;
        settings.log("info", "evicted", { release: id, bytes });
      },
    },
  };
}

/** A pod of a release that is wanted again later must not read what was wrong with it long ago. */
async function forgetUnwantedFailures(config: NodeCacheConfig, cache: CacheFolder): Promise<void> {
  const wanted = new Set(config.releases.map(releaseFolder));
  for (const hex of await cache.failures()) if (!wanted.has(hex)) await cache.forgive(`sha256:${hex}`);
}

async function checkMount({ requireMount, root }: NodeCacheConfig): Promise<void> {
  if (requireMount === undefined) return;
  if (liesOnMount(await readFile("/proc/self/mountinfo", "utf8"), root, requireMount)) return;
  throw new Error(
    `${root} does not lie on a disk mounted at ${requireMount}: the weights would fill the root disk; mount the instance store or leave out weights.requireMount`,
  );
}

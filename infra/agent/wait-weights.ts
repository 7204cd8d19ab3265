import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { WaitWeightsConfig } from "../core/agent-config";
import { CACHE_FOLDERS } from "../core/names";
import { shortId } from "../core/release";
import { releaseFolder } from "../core/weights-layout";
import { type Facts, factLine } from "./node-cache/failure";
import { stopSignal } from "./stop-signal";

/** `agent wait-weights`, an init container: returns when the release may be used, throws with the reason otherwise. */
export async function waitWeights(config: WaitWeightsConfig): Promise<void> {
  const signal = stopSignal();
  process.stdout.write(`waiting for weights of ${shortId(config.releaseId)}\n`);
  const { ok, message } = await waitForWeights(config, signal);
  if (!ok) throw new Error(message);
  process.stdout.write(`${message}\n`);
}

interface WaitResult {
  ok: boolean;
  /** One line for the person who asks why a pod does not start. */
  message: string;
}

/**
 * Waits until the node cache has marked the release as verified. Reads two marker files and nothing else; the weights
 * themselves were verified when they came.
 */
export async function waitForWeights(
  { root, releaseId, timeoutSeconds }: WaitWeightsConfig,
  signal: AbortSignal,
  pollMs = 500,
): Promise<WaitResult> {
  const name = `${releaseFolder(releaseId)}.json`;
  const verified = join(root, CACHE_FOLDERS.verified, name);
  const failed = join(root, CACHE_FOLDERS.failed, name);
  const weights = `weights of ${shortId(releaseId)}`;
  const deadline = Date.now() + timeoutSeconds * 1000;
  while (!signal.aborted) {
    if ((await readMarker(verified))?.release === releaseId) return { ok: true, message: `${weights} are verified` };
    const facts = await readMarker(failed);
    if (facts !== undefined) return { ok: false, message: `${weights} refused: ${factLine(facts)}` };
    if (Date.now() >= deadline) {
      const message = `waited ${timeoutSeconds} s for ${weights}: no ${verified}; the node cache's pod on this node says why`;
      return { ok: false, message };
    }
    await sleep(Math.min(pollMs, deadline - Date.now() + 1), undefined, { signal }).catch(() => undefined);
  }
  return { ok: false, message: `stopped while waiting for ${weights}` };
}

async function readMarker(file: string): Promise<(Facts & { release: string }) | undefined> {
  try {
    return JSON.parse(await readFile(file, "utf8"));
  } catch {
    return undefined; // not there yet
  }
}

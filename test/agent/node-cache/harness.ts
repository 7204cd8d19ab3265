import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runNodeCache } from "../../../infra/agent/node-cache/run";
import type { NodeCacheConfig } from "../../../infra/core/agent-config";
import type { ReleaseFile } from "../../../infra/core/release";
import { releaseFolder } from "../../../infra/core/weights-layout";
import { FakeS3 } from "../../support/fake-s3";
import { objectsOf, releaseOf } from "../../support/weights-release";

export type LogLine = { level: string; event: string } & Record<string, unknown>;

/** One node with its cache folder, in front of one bucket. */
export class Node {
  readonly s3 = new FakeS3();
  readonly root = mkdtempSync(join(tmpdir(), "node-cache-"));
  log: LogLine[] = [];
  private endpoint = "";
  private running: { stop: AbortController; done: Promise<void> } | undefined;

  async start(): Promise<this> {
    process.env.AWS_ACCESS_KEY_ID = "test";
    process.env.AWS_SECRET_ACCESS_KEY = "test-secret-key";
    this.endpoint = await this.s3.start();
    return this;
  }

  /** Puts a release into the bucket; its files may then be tampered with through `s3.objects`. */
  mirror(files: Record<string, Buffer>): ReleaseFile {
    const release = releaseOf(files);
    for (const [key, body] of objectsOf(release, files)) this.s3.objects.set(key, { body });
    return release;
  }

  config(releases: readonly ReleaseFile[], changes: Partial<NodeCacheConfig> = {}): NodeCacheConfig {
    return {
      root: this.root,
      store: { bucket: "weights", region: "us-east-1", endpoint: this.endpoint, pathStyle: true },
      releases: releases.map(({ id }) => id),
      maxBytes: 100_000_000,
      parallelFiles: 4,
      maxAttempts: 4,
      adminPort: 0,
      owner: { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 },
      ...changes,
    };
  }

  /** Starts the cache's loop in this process; `stop` ends it as SIGTERM would. */
  run(releases: readonly ReleaseFile[], changes: Partial<NodeCacheConfig> = {}): void {
    const stop = new AbortController();
    this.running = { stop, done: this.runToEnd(releases, changes, stop.signal) };
  }

  runToEnd(
    releases: readonly ReleaseFile[],
    changes: Partial<NodeCacheConfig>,
    signal = new AbortController().signal,
  ): Promise<void> {
    this.log = [];
    return runNodeCache(this.config(releases, changes), signal, {
      retry: { firstWaitMs: 5, slowSeconds: 0.25, slowBytes: 1_000 },
      roundSeconds: 0.05,
      refusedSeconds: 0.1,
      log: (level, event, fields) => this.log.push({ level, event, ...fields }),
    });
  }

  async stop(): Promise<void> {
    this.running?.stop.abort();
    await this.running?.done;
    this.running = undefined;
  }

  async remove(): Promise<void> {
    await this.stop();
    await this.s3.stop();
    rmSync(this.root, { recursive: true, force: true });
  }

  file = (release: ReleaseFile, path: string): string => join(this.root, "releases", releaseFolder(release.id), path);
  private marker = (kind: string, release: ReleaseFile): string =>
    join(this.root, kind, `${releaseFolder(release.id)}.json`);
  isVerified = (release: ReleaseFile): boolean => existsSync(this.marker("verified", release));
  facts = (release: ReleaseFile): Record<string, string> | undefined =>
    existsSync(this.marker("failed", release))
      ? JSON.parse(readFileSync(this.marker("failed", release), "utf8"))
      : undefined;

  /** The marker is there, and the log line that follows it. */
  verified = (release: ReleaseFile): Promise<void> =>
    until(
      () =>
        this.isVerified(release) && this.log.some((line) => line.event === "verified" && line.release === release.id),
      "verified",
    );
  async refused(release: ReleaseFile): Promise<Record<string, string>> {
    await until(() => this.facts(release) !== undefined, "refused");
    return this.facts(release) ?? {};
  }
}

export async function until(holds: () => boolean, what: string, seconds = 20): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`not ${what} within ${seconds} s`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

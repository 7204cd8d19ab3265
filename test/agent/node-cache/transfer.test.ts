import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { filesPrefix, releaseFolder } from "../../../infra/core/weights-layout";
import type { Fault } from "../../support/fake-s3";
import { bytesOf } from "../../support/weights-release";
import { Node, until } from "./harness";

const SIZE = 4_000_000;
const body = bytesOf("large", SIZE);
const files = { "model.safetensors": body };

let node: Node;
beforeEach(async () => {
  node = await new Node().start();
});
afterEach(() => node.remove());

/** The first `times` reads of the large file meet the fault. */
const faulty = (times: number, fault: Fault) => {
  node.s3.fault = ({ method, key, nth }) =>
    method === "GET" && key.endsWith("model.safetensors") && nth <= times ? fault : undefined;
};
const fetched = () => node.log.find(({ event }) => event === "verified")?.fetchedBytes;

test("a connection that breaks again and again costs no byte twice", async () => {
  const release = node.mirror(files);
  faulty(3, { kind: "reset", afterBytes: 1_100_000 });
  node.run([release]);
  await node.verified(release);
  expect(node.s3.felt("reset")).toBe(3);
  // What was in flight when a connection broke is lost; everything that arrived is kept.
  expect(fetched()).toBe(SIZE);
  expect(node.s3.bytesSent).toBeLessThan(SIZE + 3 * 300_000);
  const ranges = node.s3.seen.flatMap(({ range }) => range ?? []);
  expect(ranges).toHaveLength(3);
  expect(readFileSync(node.file(release, "model.safetensors")).equals(body)).toBe(true);
});

test("503 is tried again", async () => {
  const release = node.mirror(files);
  node.s3.fault = ({ nth }) => (nth <= 2 ? { kind: "status", code: 503 } : undefined);
  node.run([release]);
  await node.verified(release);
  expect(node.s3.felt("status")).toBeGreaterThanOrEqual(6); // release.json, the list, the file: twice each
});

test("a stalled transfer is broken off and taken up where it stood", async () => {
  const release = node.mirror(files);
  faulty(1, { kind: "stall", afterBytes: 1_500_000 });
  node.run([release]);
  await node.verified(release);
  expect(node.s3.felt("stall")).toBe(1);
  expect(fetched()).toBe(SIZE);
});

test("tries are bounded: a bucket that stays away is reported as away, not as wrong, and nothing half is usable", async () => {
  const release = node.mirror(files);
  faulty(1000, { kind: "reset", afterBytes: 10_000 });
  node.run([release], { maxAttempts: 3 });
  await until(() => node.log.some(({ event }) => event === "not now"), "given up for now");
  expect(node.log).toContainEqual(
    expect.objectContaining({
      event: "not now",
      reason: expect.stringMatching(/model.safetensors: \d+ of 4000000 bytes/),
    }),
  );
  const requests = node.s3.felt("reset");
  expect(requests).toBeGreaterThanOrEqual(3);
  expect(requests % 3).toBe(0);
  expect(node.facts(release)).toBeUndefined();
  expect(existsSync(node.file(release, "model.safetensors"))).toBe(false);
  expect(node.isVerified(release)).toBe(false);

  // It comes back at the next round by itself, and goes on from what it has.
  const had = statSync(part(release.id)).size;
  expect(had).toBeGreaterThan(0);
  node.s3.fault = () => undefined;
  await node.verified(release);
});

test("a part that a crash left with other bytes is thrown away, and the bucket is not blamed", async () => {
  const release = node.mirror(files);
  faulty(1000, { kind: "reset", afterBytes: 1_000_000 });
  node.run([release], { maxAttempts: 1 });
  await until(() => node.log.some(({ event }) => event === "not now"), "given up for now");
  await node.stop();
  writeFileSync(part(release.id), Buffer.alloc(500_000));
  node.s3.fault = () => undefined;
  node.run([release]);
  await node.verified(release);
  expect(node.log.filter(({ event }) => event === "refused")).toEqual([]);
  expect(readFileSync(node.file(release, "model.safetensors")).equals(body)).toBe(true);
});

test("many files are fetched at once, and never more than allowed", async () => {
  const many = Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`part-${i}.bin`, bytesOf(`p${i}`, 1000)]));
  const release = node.mirror(many);
  const open = new Set<string>();
  let most = 0;
  const { store, release: letGo } = gate();
  node.s3.delay = async (key) => {
    if (!key.includes("/files/")) return;
    open.add(key);
    most = Math.max(most, open.size);
    if (open.size === 3) letGo();
    await store;
    await new Promise((resolve) => setTimeout(resolve, 5));
    open.delete(key);
  };
  node.run([release], { parallelFiles: 3 });
  await node.verified(release);
  expect(most).toBe(3);
});

/** Opens once three reads are under way at the same time; a serial cache would never get there. */
function gate() {
  let letGo = () => {};
  const store = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  return { store, release: () => letGo() };
}

const part = (id: string) => join(node.root, "partial", releaseFolder(id), "model.safetensors.part");

describe("the agent as a process", () => {
  let agent: ChildProcess | undefined;
  afterEach(() => agent?.kill("SIGKILL"));
  const start = (release: Parameters<Node["config"]>[0][number]) => {
    agent = spawn(
      process.execPath,
      ["--import", "tsx", join(__dirname, "../../../infra/agent/main.ts"), "node-cache"],
      {
        env: { ...process.env, AGENT_CONFIG: JSON.stringify(node.config([release])) },
        stdio: ["ignore", "pipe", "inherit"],
      },
    );
    return agent;
  };
  const ended = (process: ChildProcess) => new Promise<number | null>((resolve) => process.once("exit", resolve));

  test("killed in the middle of a download it fetches the rest only; SIGTERM ends it at once", async () => {
    const release = node.mirror(files);
    faulty(1, { kind: "stall", afterBytes: 3_000_000 });
    const first = start(release);
    await until(() => existsSync(part(release.id)) && statSync(part(release.id)).size >= 3_000_000, "half way", 15);
    first.kill("SIGKILL");
    await ended(first);
    expect(node.s3.felt("stall")).toBe(1);
    const had = statSync(part(release.id)).size;
    const sent = node.s3.bytesSent;
    expect(existsSync(node.file(release, "model.safetensors"))).toBe(false);

    const second = start(release);
    await until(() => node.isVerified(release), "verified", 15);
    const releaseJson = node.s3.objects.get(`${filesPrefix(release.id).replace("files/", "release.json")}`)?.body
      .length;
    expect(node.s3.bytesSent - sent).toBe(SIZE - had + (releaseJson ?? 0));
    expect(readdirSync(join(node.root, "partial"))).toEqual([]);
    second.kill("SIGTERM");
    expect(await ended(second)).toBe(0);
  }, 40_000);
});

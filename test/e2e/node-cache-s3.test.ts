import { type ChildProcess, spawn } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { sha256Hex } from "../../infra/core/canonical-json";
import type { ReleaseFile } from "../../infra/core/release";
import { filesPrefix, releaseFolder } from "../../infra/core/weights-layout";
import { bundleAgent } from "../../scripts/lib/oci/agent-image";
import { mirrorRelease } from "../../scripts/lib/weights-store";
import { buildGoModule, toolPath } from "../../scripts/local/toolchain";
import { freePort } from "../support/free-port";
import { bytesOf, releaseOf } from "../support/weights-release";

/** The verbs as they are in the image, against a real S3 server (VersityGW on a folder of this machine). */

jest.setTimeout(120_000);

const SHARD = "model-00001-of-00002.safetensors";
const credentials = { accessKeyId: "homeport-test", secretAccessKey: "homeport-test-secret" };
const folder = mkdtempSync(join(tmpdir(), "s3-e2e-"));
const objects = join(folder, "s3");
const agentFile = join(folder, "agent.cjs");
const processes: ChildProcess[] = [];
let store: Parameters<typeof mirrorRelease>[2];

beforeAll(async () => {
  await buildGoModule("versitygw");
  writeFileSync(agentFile, await bundleAgent());
  mkdirSync(objects);
  const port = await freePort();
  const args = ["--port", `127.0.0.1:${port}`, "--region", "local", "--quiet", "posix", objects];
  start(toolPath("versitygw", "versitygw"), args, {
    ROOT_ACCESS_KEY: credentials.accessKeyId,
    ROOT_SECRET_KEY: credentials.secretAccessKey,
  });
  const endpoint = `http://127.0.0.1:${port}`;
  store = { bucket: "weights", region: "local", endpoint, pathStyle: true, credentials };
  const client = new S3Client({ endpoint, region: "local", forcePathStyle: true, credentials });
  await until(
    () =>
      client.send(new CreateBucketCommand({ Bucket: "weights" })).then(
        () => true,
        () => false,
      ),
    "S3 server up",
  );
  client.destroy();
});

afterAll(() => {
  for (const process of processes) process.kill("SIGKILL");
  rmSync(folder, { recursive: true });
});

function start(program: string, args: string[], env: Record<string, string>): ChildProcess {
  const child = spawn(program, args, { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
  processes.push(child);
  return child;
}

async function until(holds: () => boolean | Promise<boolean>, what: string, seconds = 40): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`not ${what} within ${seconds} s`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function mirrored(seed: string, shardBytes = 3_000_000): Promise<{ release: ReleaseFile; bucket: string }> {
  const files = {
    [SHARD]: bytesOf(`${seed} 1`, shardBytes),
    "model-00002-of-00002.safetensors": bytesOf(`${seed} 2`, 1_000_000),
    "tokenizer/tokenizer.json": bytesOf(`${seed} t`, 5_000),
  };
  const source = join(folder, `source-${seed}`);
  for (const [path, body] of Object.entries(files)) {
    mkdirSync(dirname(join(source, path)), { recursive: true });
    writeFileSync(join(source, path), body);
  }
  const release = releaseOf(files);
  await mirrorRelease(release, source, store, { partBytes: 5 * 1024 * 1024 });
  return { release, bucket: join(objects, "weights", filesPrefix(release.id)) };
}

/** One node: its folder, and the agent's verbs on it. */
function node(name: string) {
  const root = join(folder, `node-${name}`);
  mkdirSync(root);
  const { credentials: _, ...address } = store;
  const agent = (verb: string, settings: object) =>
    start(process.execPath, [agentFile, verb], {
      AGENT_CONFIG: JSON.stringify(settings),
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    });
  const has = (kind: string, { id }: ReleaseFile) => existsSync(join(root, kind, `${releaseFolder(id)}.json`));
  return {
    root,
    has,
    file: ({ id }: ReleaseFile, path: string) => join(root, "releases", releaseFolder(id), path),
    part: ({ id }: ReleaseFile, path: string) => join(root, "partial", releaseFolder(id), `${path}.part`),
    cache(...releases: ReleaseFile[]) {
      const child = agent("node-cache", {
        root,
        store: address,
        releases: releases.map(({ id }) => id),
        maxBytes: 1e9,
        parallelFiles: 4,
        maxAttempts: 3,
        adminPort: 0,
        owner: { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 },
      });
      let log = "";
      child.stdout?.on("data", (text) => {
        log += text;
      });
      return { child, log: () => log };
    },
    async wait({ id: releaseId }: ReleaseFile) {
      const child = agent("wait-weights", { root, releaseId, timeoutSeconds: 40 });
      let message = "";
      for (const stream of [child.stdout, child.stderr])
        stream?.on("data", (text) => {
          message += text;
        });
      const code = await exit(child);
      return { code, message: message.trim() };
    },
  };
}

const exit = (child: ChildProcess): Promise<number | null> => new Promise((resolve) => child.once("close", resolve));

test("mirror, cache and wait together: the pod may start, and the files are those of the release", async () => {
  const { release } = await mirrored("good");
  const a = node("good");
  const { child } = a.cache(release);
  expect((await a.wait(release)).code).toBe(0);
  for (const { path, sha256 } of release.content.weights.files)
    expect(sha256Hex(readFileSync(a.file(release, path)))).toBe(sha256);
  child.kill("SIGTERM");
  expect(await exit(child)).toBe(0);
});

const flip = (file: string) => {
  const bytes = readFileSync(file);
  bytes.writeUInt8(bytes.readUInt8(777) ^ 1, 777);
  writeFileSync(file, bytes);
};
test.each<[string, (bucket: string) => void, RegExp]>([
  ["flipped", (b) => flip(join(b, SHARD)), /file model-00001.*; expected sha256:\w{64}; found sha256:\w{64}$/],
  [
    "truncated",
    (b) => truncateSync(join(b, SHARD), 99),
    /file model-00001.*; expected sha256:.*bytes\); found 99 bytes$/,
  ],
  ["missing", (b) => rmSync(join(b, SHARD)), /file model-00001.*; found no file$/],
  ["extra", (b) => writeFileSync(join(b, "a.py"), "import os"), /file a.py; expected no such file; found 9 bytes$/],
  ["renamed", (b) => renameSync(join(b, SHARD), join(b, "m.safetensors")), /file model-00001.*; found no file$/],
])(
  "a %s file in the bucket: the pod says file, expected and found, another release starts",
  async (name, harm, facts) => {
    const bad = await mirrored(name);
    const good = await mirrored(`beside-${name}`);
    harm(bad.bucket);
    const n = node(name);
    const { child } = n.cache(bad.release, good.release);
    const refused = await n.wait(bad.release);
    expect(refused.code).toBe(1);
    expect(refused.message).toMatch(facts);
    expect((await n.wait(good.release)).code).toBe(0);
    expect(n.has("verified", bad.release)).toBe(false);
    child.kill("SIGTERM");
    await exit(child);
  },
);

test("kill -9 in the middle of a large file: the next start fetches the rest and nothing twice", async () => {
  const SIZE = 600_000_000;
  const { release } = await mirrored("large", SIZE);
  const n = node("large");
  const first = n.cache(release);
  const part = n.part(release, SHARD);
  await until(() => existsSync(part) && statSync(part).size > SIZE / 20, "under way");
  first.child.kill("SIGKILL");
  await exit(first.child);
  const had = statSync(part).size;
  expect(had).toBeLessThan(SIZE);
  expect(n.has("verified", release)).toBe(false);

  const second = n.cache(release);
  expect((await n.wait(release)).code).toBe(0);
  await until(() => second.log().includes('"verified"'), "logged");
  const { fetchedBytes } = second
    .log()
    .split("\n")
    .flatMap((line) => (line ? [JSON.parse(line)] : []))[0];
  expect(fetchedBytes).toBeLessThanOrEqual(SIZE - had + 1_005_000);
  expect(fetchedBytes).toBeGreaterThanOrEqual(SIZE - had);
  second.child.kill("SIGTERM");
  await exit(second.child);
});

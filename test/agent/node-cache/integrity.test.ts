import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { sha256Hex } from "../../../infra/core/canonical-json";
import type { ReleaseFile } from "../../../infra/core/release";
import { filesPrefix, releaseFolder, releaseKey } from "../../../infra/core/weights-layout";
import { bytesOf, releaseOf, smallWeights } from "../../support/weights-release";
import { Node, until } from "./harness";

const SHARD = "model-00001-of-00002.safetensors";
const files = smallWeights("a");
const shard = files[SHARD] as Buffer;
const digest = `sha256:${sha256Hex(shard)}`;

let node: Node;
beforeEach(async () => {
  node = await new Node().start();
});
afterEach(() => node.remove());

const key = (release: ReleaseFile, path: string) => filesPrefix(release.id) + path;

test("an untouched release arrives whole, readable for all, with its marker", async () => {
  const release = node.mirror(files);
  node.run([release]);
  await node.verified(release);
  for (const [path, body] of Object.entries(files)) {
    const file = node.file(release, path);
    expect(readFileSync(file).equals(body)).toBe(true);
    expect(statSync(file).mode & 0o777).toBe(0o644);
    expect(statSync(join(file, "..")).mode & 0o777).toBe(0o755);
  }
  expect(node.facts(release)).toBeUndefined();
  expect(readdirSync(join(node.root, "partial"))).toEqual([]);
});

test("files and folders belong to the engine's user", async () => {
  const isRoot = process.getuid?.() === 0; // only root can hand files over
  const owner = isRoot ? { uid: 65532, gid: 65532 } : { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
  const release = node.mirror(files);
  node.run([release], { owner });
  await node.verified(release);
  const file = node.file(release, "tokenizer/tokenizer.json");
  for (const path of [file, join(file, ".."), join(file, "../.."), join(node.root, "releases")])
    expect(statSync(path)).toMatchObject(owner);
});

const flipped = Buffer.from(shard);
flipped.writeUInt8(flipped.readUInt8(123_456) ^ 1, 123_456);
const tampering: [string, (release: ReleaseFile) => void, { file: string; expected: string; found: string }][] = [
  [
    "one flipped bit",
    (release) => node.s3.objects.set(key(release, SHARD), { body: flipped }),
    { file: SHARD, expected: digest, found: `sha256:${sha256Hex(flipped)}` },
  ],
  [
    "a truncated file",
    (release) => node.s3.objects.set(key(release, SHARD), { body: shard.subarray(0, 1000) }),
    { file: SHARD, expected: `${digest} (${shard.length} bytes)`, found: "1000 bytes" },
  ],
  [
    "a missing file",
    (release) => node.s3.objects.delete(key(release, SHARD)),
    { file: SHARD, expected: `${digest} (${shard.length} bytes)`, found: "no file" },
  ],
  [
    "an extra file",
    (release) => node.s3.objects.set(key(release, "modeling_extra.py"), { body: Buffer.from("import os") }),
    { file: "modeling_extra.py", expected: "no such file", found: "9 bytes" },
  ],
  [
    "a renamed file",
    (release) => {
      node.s3.objects.delete(key(release, SHARD));
      node.s3.objects.set(key(release, "model-1.safetensors"), { body: shard });
    },
    { file: SHARD, expected: `${digest} (${shard.length} bytes)`, found: "no file" },
  ],
  [
    "another release under this id",
    (release) => {
      const other = Buffer.from(JSON.stringify(releaseOf(smallWeights("other"))));
      node.s3.objects.set(releaseKey(release.id), { body: other });
    },
    { file: "release.json", expected: releaseOf(files).id, found: releaseOf(smallWeights("other")).id },
  ],
  [
    "no release file",
    (release) => node.s3.objects.delete(releaseKey(release.id)),
    {
      file: "release.json",
      expected: releaseOf(files).id,
      found: "no such object in the bucket; `homeport weights mirror` puts it there",
    },
  ],
];

test.each(tampering)("%s: file, expected and found are reported, and there is no marker", async (_, tamper, facts) => {
  const good = node.mirror(smallWeights("good"));
  const bad = node.mirror(files);
  tamper(bad);
  node.run([bad, good]);
  expect(await node.refused(bad)).toMatchObject(facts);
  await node.verified(good);
  expect(node.isVerified(bad)).toBe(false);
  // Whatever got its final name has the right content.
  for (const [path, body] of Object.entries(files)) {
    const file = node.file(bad, path);
    if (existsSync(file)) expect(readFileSync(file).equals(body)).toBe(true);
  }
});

test("a bucket that is repaired is taken without a restart, and the report disappears", async () => {
  const release = node.mirror(files);
  node.s3.objects.set(key(release, SHARD), { body: flipped });
  node.run([release]);
  await node.refused(release);
  node.s3.objects.set(key(release, SHARD), { body: shard });
  await node.verified(release);
  await until(() => node.facts(release) === undefined, "forgiven");
});

test.each(["../../escape", "/etc/cron.d/x", "a/../../b", "a//b", "a\\b", "."])(
  "a release that lists the path %j is refused before anything is written",
  async (path) => {
    const release = node.mirror({ [path]: Buffer.from("x"), "config.json": Buffer.from("{}") });
    node.run([release]);
    expect(await node.refused(release)).toMatchObject({ file: JSON.stringify(path) });
    expect(readdirSync(join(node.root, "releases"))).toEqual([]);
  },
);

describe("what happens to the disk after a release was verified", () => {
  let release: ReleaseFile;
  beforeEach(async () => {
    release = node.mirror(files);
    node.run([release]);
    await node.verified(release);
  });

  test("a restart trusts the marker: nothing is fetched and nothing is hashed, even without the bucket", async () => {
    await node.stop();
    const before = node.s3.seen.length;
    node.run([release]);
    await until(() => node.log.some(({ event }) => event === "verified"), "verified again");
    expect(node.log).toContainEqual(expect.objectContaining({ event: "verified", fetchedBytes: 0, hashedBytes: 0 }));
    expect(node.s3.seen.length).toBe(before);
  });

  test("a touched file is hashed again, once, and stays trusted", async () => {
    await node.stop();
    const file = node.file(release, SHARD);
    writeFileSync(`${file}.copy`, shard);
    renameSync(`${file}.copy`, file);
    const before = node.s3.seen.length;
    node.run([release]);
    await until(() => node.log.some(({ event }) => event === "verified"), "verified again");
    expect(node.log).toContainEqual(expect.objectContaining({ fetchedBytes: 0, hashedBytes: shard.length }));
    expect(node.s3.seen.length).toBe(before);
    expect(node.isVerified(release)).toBe(true);
  });

  test.each([
    ["changed", (file: string) => writeFileSync(file, flipped)],
    ["removed", (file: string) => rmSync(file)],
    ["joined by another", (file: string) => writeFileSync(join(file, "../modeling_extra.py"), "import os")],
  ])("a file %s while it runs: the marker goes, and the release comes back whole", async (_, harm) => {
    const marker = join(node.root, "verified", `${releaseFolder(release.id)}.json`);
    const first = readFileSync(marker, "utf8");
    harm(node.file(release, SHARD));
    await until(() => node.log.some(({ event }) => event === "changed on disk"), "noticed");
    await until(() => existsSync(marker) && readFileSync(marker, "utf8") !== first, "verified anew");
    expect(readFileSync(node.file(release, SHARD)).equals(shard)).toBe(true);
    expect(readdirSync(join(node.file(release, SHARD), "..")).sort()).toEqual(
      ["empty.txt", "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors", "tokenizer"].sort(),
    );
  });
});

test("a marker cut short by a crash is no marker", async () => {
  const release = node.mirror({ "a.bin": bytesOf("x", 1000) });
  node.run([release]);
  await node.verified(release);
  await node.stop();
  const marker = join(node.root, "verified", `${releaseFolder(release.id)}.json`);
  writeFileSync(marker, readFileSync(marker, "utf8").slice(0, 40));
  node.run([release]);
  await until(() => node.log.some(({ event }) => event === "verified"), "verified again");
  expect(node.log).toContainEqual(expect.objectContaining({ fetchedBytes: 0, hashedBytes: 1000 }));
});

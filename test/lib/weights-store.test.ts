import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type ReleaseFile, releaseId } from "../../infra/core/release";
import { filesPrefix, releaseKey } from "../../infra/core/weights-layout";
import { stackPaths } from "../../scripts/lib/stack-paths";
import { forgetMirrored, noteMirrored } from "../../scripts/lib/weights/note-mirrored";
import { mirrorRelease } from "../../scripts/lib/weights-store";
import { FakeS3 } from "../support/fake-s3";
import { releaseOf, smallWeights } from "../support/weights-release";

const files = smallWeights("mirror");
const release = releaseOf(files);
const s3 = () => ({ bucket: "weights", region: "us-east-1", endpoint, pathStyle: true, credentials });
const credentials = { accessKeyId: "test", secretAccessKey: "test-secret-key" };
const key = (path: string) => filesPrefix(release.id) + path;

let bucket: FakeS3;
let endpoint: string;
let directory: string;
beforeEach(async () => {
  bucket = new FakeS3();
  endpoint = await bucket.start();
  directory = mkdtempSync(join(tmpdir(), "mirror-"));
  for (const [path, body] of Object.entries(files)) put(path, body);
});
afterEach(async () => {
  await bucket.stop();
  rmSync(directory, { recursive: true });
});

function put(path: string, body: Buffer): void {
  mkdirSync(dirname(join(directory, path)), { recursive: true });
  writeFileSync(join(directory, path), body);
}

test("every file arrives under the release's id, and the release file comes last", async () => {
  const result = await mirrorRelease(release, directory, s3());
  expect([...result.uploaded].sort()).toEqual(Object.keys(files).sort());
  for (const [path, body] of Object.entries(files)) expect(bucket.objects.get(key(path))?.body.equals(body)).toBe(true);
  const puts = bucket.seen.filter(({ method }) => method === "PUT").map((seen) => seen.key);
  expect(puts.at(-1)).toBe(releaseKey(release.id));
  const published = JSON.parse(bucket.objects.get(releaseKey(release.id))?.body.toString() ?? "");
  expect(releaseId(published.content)).toBe(release.id);
  expect(published).not.toHaveProperty("mirrored");
});

test("a large file goes in parts and arrives whole", async () => {
  await mirrorRelease(release, directory, s3(), { partBytes: 70_000 });
  expect(bucket.seen.filter(({ method }) => method === "POST")).toHaveLength(4); // begun and completed, two files
  for (const [path, body] of Object.entries(files)) expect(bucket.objects.get(key(path))?.body.equals(body)).toBe(true);
});

test("a second run sends only what is missing", async () => {
  await mirrorRelease(release, directory, s3());
  bucket.objects.delete(key("tokenizer/tokenizer.json"));
  const result = await mirrorRelease(release, directory, s3());
  expect(result.uploaded).toEqual(["tokenizer/tokenizer.json"]);
  expect(result.uploadedBytes).toBe(5_000);
  expect(result.skipped).toHaveLength(3);
});

test("an object of the right size that nobody vouches for is sent again", async () => {
  bucket.objects.set(key("tokenizer/tokenizer.json"), { body: Buffer.alloc(5_000) });
  const result = await mirrorRelease(release, directory, s3());
  expect(result.uploaded).toContain("tokenizer/tokenizer.json");
});

test("files that are not as pinned are all named, and nothing is sent", async () => {
  const [first = "", second = ""] = Object.keys(files);
  put(first, Buffer.alloc(300_000));
  put(second, Buffer.alloc(7));
  rmSync(join(directory, "empty.txt"));
  const failure = await mirrorRelease(release, directory, s3()).catch((error) => error);
  expect(failure.problems.map(({ given }: { given: string }) => given)).toEqual([
    expect.stringMatching(/^sha256:/),
    "7 bytes",
    "no file",
  ]);
  expect(bucket.seen).toEqual([]);
});

test("a file too many in the bucket is refused, as the node cache would", async () => {
  bucket.objects.set(key("modeling_extra.py"), { body: Buffer.from("import os") });
  await expect(mirrorRelease(release, directory, s3())).rejects.toThrow("holds files that are not of this release");
  expect(bucket.objects.has(releaseKey(release.id))).toBe(false);
});

test("a bucket that keeps failing leaves no release file, and the next run finishes", async () => {
  bucket.fault = ({ key, method }) =>
    method === "PUT" && key.endsWith("tokenizer.json") ? { kind: "status", code: 403 } : undefined;
  await expect(mirrorRelease(release, directory, s3())).rejects.toThrow("a second run sends only what is missing");
  expect(bucket.felt("status")).toBeGreaterThan(0);
  expect(bucket.objects.has(releaseKey(release.id))).toBe(false);
  bucket.fault = () => undefined;
  await mirrorRelease(release, directory, s3());
  expect(bucket.objects.has(releaseKey(release.id))).toBe(true);
});

test("a mark is of one environment: another one's buckets hold nothing because of it", () => {
  const root = mkdtempSync(join(tmpdir(), "marks-"));
  const of = (environment: string) => stackPaths(environment, root);
  mkdirSync(join(root, "stacks/releases/chat"), { recursive: true });
  for (const environment of ["staging", "prod"]) writeFileSync(join(root, `stacks/Pulumi.${environment}.yaml`), "");
  const path = of("prod").release("chat", "r1");
  writeFileSync(path, JSON.stringify(release));
  const marks = () => Object.keys((JSON.parse(readFileSync(path, "utf8")) as ReleaseFile).mirrored);

  noteMirrored(of("staging"), "chat", "r1", ["us-east-1", "us-west-2"]);
  expect(marks()).toEqual(["staging/us-east-1", "staging/us-west-2"]);
  noteMirrored(of("prod"), "chat", "r1", ["us-east-1"]);
  forgetMirrored(of("staging"), release.id.replace("sha256:", ""), "us-east-1");
  expect(marks().sort()).toEqual(["prod/us-east-1", "staging/us-west-2"]);
  rmSync(root, { recursive: true });
});

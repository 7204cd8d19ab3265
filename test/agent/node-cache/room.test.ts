import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ReleaseFile } from "../../../infra/core/release";
import { releaseFolder } from "../../../infra/core/weights-layout";
import { bytesOf } from "../../support/weights-release";
import { Node } from "./harness";

const MB = 1_000_000;
let node: Node;
beforeEach(async () => {
  node = await new Node().start();
});
afterEach(() => node.remove());

const release = (seed: string, bytes = MB): ReleaseFile => node.mirror({ "model.safetensors": bytesOf(seed, bytes) });
const here = (r: ReleaseFile) => existsSync(node.file(r, "model.safetensors"));

async function hold(releases: ReleaseFile[], maxBytes?: number): Promise<void> {
  node.run(releases, maxBytes ? { maxBytes } : {});
  for (const r of releases) await node.verified(r);
  await node.stop();
}

test("unwanted releases stay while there is room, and go oldest first when there is not", async () => {
  const [a, b, c, d] = [release("a"), release("b"), release("c"), release("d")];
  await hold([a, b, c]);
  // b is the oldest now, whatever order they came in.
  for (const [r, age] of [
    [a, 2],
    [b, 3],
    [c, 1],
  ] as const) {
    const then = Date.now() / 1000 - age * 1000;
    utimesSync(join(node.root, "releases", releaseFolder(r.id)), then, then);
  }
  await hold([c], 3.5 * MB);
  expect([here(a), here(b), here(c)]).toEqual([true, true, true]);
  await hold([c, d], 3.5 * MB);
  expect([here(a), here(b), here(c), here(d)]).toEqual([true, false, true, true]);
  expect([a, b, c, d].map(node.isVerified)).toEqual([true, false, true, true]);
});

test("a wanted release is never evicted: the one that does not fit is refused with the sums", async () => {
  const [a, b] = [release("a"), release("b")];
  node.run([a, b], { maxBytes: 1.5 * MB });
  await node.verified(a);
  expect(await node.refused(b)).toMatchObject({
    file: "all files",
    expected: "at most 1500000 bytes of weights on this node (weights.cacheGiB)",
    found: "1000000 bytes here and 1000000 of other wanted releases",
  });
  expect(here(a)).toBe(true);
  expect(here(b)).toBe(false);
});

test("a write that meets a full disk is refused as such, keeps nothing of the release, and leaves the others", async () => {
  const [good, bad] = [release("good"), release("bad")];
  await hold([good]);
  const partial = join(node.root, "partial", releaseFolder(bad.id));
  mkdirSync(partial, { recursive: true });
  symlinkSync("/dev/full", join(partial, "model.safetensors.part"));
  node.run([good, bad]);
  expect(await node.refused(bad)).toMatchObject({
    file: "model.safetensors",
    expected: "1000000 bytes on the node's disk",
    found: "disk full after 0 bytes",
  });
  expect(node.isVerified(good)).toBe(true);
  // The next round finds a disk with room again, because the remains are gone.
  await node.verified(bad);
});

if (canMount()) describe("on a small disk of its own", onDiskOfItsOwn);

function onDiskOfItsOwn(): void {
  beforeEach(() => mount(node.root, 40));
  afterEach(async () => {
    await node.stop();
    execFileSync("/bin/umount", [node.root]);
  });

  test("weights that cannot fit are refused before a byte is fetched", async () => {
    const [a, b] = [release("a", 4 * MB), release("b", 30 * MB)];
    node.run([a, b]);
    await node.verified(a);
    expect((await node.refused(b)).found).toMatch(/^disk full, \d+ bytes free$/);
    expect(node.isVerified(a)).toBe(true);
    expect(node.s3.seen.filter(({ key }) => key.includes(releaseFolder(b.id)) && key.includes("/files/"))).toEqual([]);
  });

  test("a disk that fills up meanwhile: no half release, the others stay, and it comes when there is room", async () => {
    const [a, b] = [release("a", 4 * MB), release("b", 12 * MB)];
    await hold([a]);
    const filler = join(node.root, "filler");
    node.s3.delay = async (key) => {
      if (key.includes(`${releaseFolder(b.id)}/files/`) && !existsSync(filler)) fill(filler);
    };
    node.run([a, b]);
    expect((await node.refused(b)).found).toMatch(/^disk full after \d+ bytes$/);
    expect(here(b)).toBe(false);
    expect(node.isVerified(a)).toBe(true);
    expect(existsSync(join(node.root, "partial", releaseFolder(b.id)))).toBe(false);
    rmSync(filler);
    writeFileSync(filler, "");
    await node.verified(b);
    expect(readFileSync(node.file(b, "model.safetensors")).length).toBe(12 * MB);
  });

  /** Leaves room for the markers and a part of the weights. */
  const fill = (file: string) => writeFileSync(file, Buffer.alloc(32 * MB));

  test("the disk that was promised is there: the cache starts", async () => {
    const a = release("a");
    node.run([a], { requireMount: node.root });
    await node.verified(a);
  });
}

test("without the disk that was promised the cache does not start", async () => {
  const done = node.runToEnd([release("a")], { requireMount: node.root });
  await expect(done).rejects.toThrow(`${node.root} does not lie on a disk mounted at ${node.root}`);
  expect(existsSync(join(node.root, "releases"))).toBe(false);
});

function mount(folder: string, mebibytes: number): void {
  execFileSync("/bin/mount", ["-t", "tmpfs", "-o", `size=${mebibytes}m`, "tmpfs", folder]);
}

/** A mount needs root and the right to mount; elsewhere /dev/full stands for the full disk. */
function canMount(): boolean {
  if (process.getuid?.() !== 0) return false;
  const folder = execFileSync("mktemp", ["-d"]).toString().trim();
  try {
    mount(folder, 1);
    execFileSync("/bin/umount", [folder]);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

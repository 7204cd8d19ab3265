import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { extract } from "tar-stream";
import { sha256Hex } from "../../infra/core/canonical-json";
import { buildImage } from "../../scripts/lib/oci/image";
import { entriesOfTree, type LayerEntry, normalised } from "../../scripts/lib/oci/layer";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "oci-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const LONG = `lib/${"deep/".repeat(40)}file.so`;

/** The same content laid out as another machine would have it: folder, umask, order and times differ. */
function tree(name: string, umask: number, time: number, payload = "payload"): string {
  const previous = process.umask(umask);
  try {
    const directory = join(root, name);
    const files: [string, string | Buffer, number][] = [
      ["bin/tool", Buffer.alloc(3_000_001, payload), 0o755],
      ["etc/passwd", "a:x:1:1::/:\n", 0o644],
      [LONG, "x", 0o644],
    ];
    for (const [path, content, mode] of time % 2 ? files : files.reverse()) {
      mkdirSync(join(directory, path, ".."), { recursive: true });
      writeFileSync(join(directory, path), content, { mode });
      utimesSync(join(directory, path), time, time);
    }
    symlinkSync("bin/tool", join(directory, "link"));
    return directory;
  } finally {
    process.umask(previous);
  }
}

async function build(directory: string, out: string) {
  const entries = await entriesOfTree(directory);
  return buildImage(
    {
      name: "homeport.local/test",
      layers: [entries],
      config: { entrypoint: ["/bin/tool"], user: "65532" },
    },
    join(root, out),
  );
}

async function contents(tar: Buffer): Promise<Map<string, { header: Record<string, unknown>; body: Buffer }>> {
  const found = new Map<string, { header: Record<string, unknown>; body: Buffer }>();
  const reader = extract();
  reader.end(tar);
  for await (const entry of reader) {
    const chunks: Buffer[] = [];
    for await (const chunk of entry) chunks.push(chunk as Buffer);
    found.set(entry.header.name, {
      header: { ...entry.header },
      body: Buffer.concat(chunks),
    });
  }
  return found;
}

test("the same content gives the same archive, whatever the folder, umask, order and times", async () => {
  const a = await build(tree("a", 0o022, 1_700_000_001), "out-a");
  const b = await build(tree("elsewhere", 0o077, 1_600_000_000), "out-b");
  expect(b.digest).toBe(a.digest);
  expect(readFileSync(b.archive).equals(readFileSync(a.archive))).toBe(true);
});

test("one changed byte gives another digest", async () => {
  const a = await build(tree("a", 0o022, 1), "out-a");
  const b = await build(tree("b", 0o022, 1, "paYload"), "out-b");
  expect(b.digest).not.toBe(a.digest);
});

test("every blob of the archive has the digest it is named by, and the index leads to all of them", async () => {
  const built = await build(tree("a", 0o022, 1), "out-a");
  const archive = await contents(readFileSync(built.archive));
  const blob = (digest: string) => archive.get(`blobs/${digest.replace(":", "/")}`)!.body;
  for (const [name, { body }] of archive) {
    if (name.startsWith("blobs/")) expect(name).toBe(`blobs/sha256/${sha256Hex(body)}`);
  }
  const index = JSON.parse(archive.get("index.json")!.body.toString());
  expect(index.manifests.map((m: { annotations: object }) => m.annotations)).toEqual([
    expect.objectContaining({
      "io.containerd.image.name": "homeport.local/test:latest",
    }),
    expect.objectContaining({ "io.containerd.image.name": built.reference }),
  ]);
  const manifest = JSON.parse(blob(index.manifests[0].digest).toString());
  const config = JSON.parse(blob(manifest.config.digest).toString());
  expect(config.config).toEqual({
    Entrypoint: ["/bin/tool"],
    User: "65532",
    Env: [],
  });
  expect(config.rootfs.diff_ids).toEqual([manifest.layers[0].digest]);

  const layer = await contents(blob(manifest.layers[0].digest));
  expect(layer.get("bin/tool")!.body.equals(Buffer.alloc(3_000_001, "payload"))).toBe(true);
  expect(layer.get("bin/tool")!.header).toMatchObject({
    mode: 0o755,
    uid: 0,
    gid: 0,
    mtime: new Date(0),
  });
  expect(layer.get(LONG)!.body.toString()).toBe("x");
  expect(layer.get("link")!.header).toMatchObject({
    type: "symlink",
    linkname: "bin/tool",
  });
});

test("a layer that is listed twice is stored once", async () => {
  const layer: LayerEntry[] = [{ kind: "file", path: "a", content: "a" }];
  const built = await buildImage(
    { name: "homeport.local/test", layers: [layer, layer], config: {} },
    join(root, "out-a"),
  );
  const names = [...(await contents(readFileSync(built.archive))).keys()];
  expect(names.filter((name) => name.startsWith("blobs/"))).toHaveLength(3);
});

test("a source that changes while the image is built leaves no archive behind", async () => {
  let pass = 0;
  const changing: LayerEntry = {
    kind: "file",
    path: "a",
    get content() {
      pass += 1;
      return `pass ${pass}`;
    },
  };
  const out = join(root, "out");
  const building = buildImage({ name: "homeport.local/test", layers: [[changing]], config: {} }, out);
  await expect(building).rejects.toThrow("changed while the image was built");
  expect(pass).toBe(2);
  expect(readdirSync(out)).toEqual([]);
});

test("a missing source leaves no archive behind", async () => {
  const layer: LayerEntry[] = [{ kind: "file", path: "a", source: join(root, "absent") }];
  const out = join(root, "out");
  const building = buildImage({ name: "homeport.local/test", layers: [layer], config: {} }, out);
  await expect(building).rejects.toThrow("ENOENT");
  expect(existsSync(out)).toBe(false);
});

test("entries are sorted, have all their parents, and stay below the root", () => {
  const segment = fc.stringMatching(/^[a-z]{1,3}$/);
  const path = fc.array(segment, { minLength: 1, maxLength: 4 }).map((parts) => parts.join("/"));
  fc.assert(
    fc.property(fc.array(path, { minLength: 1, maxLength: 10 }), (paths) => {
      const given = paths.map((p): LayerEntry => ({ kind: "directory", path: p }));
      const got = normalised(given).map((entry) => entry.path);
      expect(got).toEqual([...new Set(got)].sort());
      for (const p of got) {
        const parent = p.split("/").slice(0, -1).join("/");
        if (parent) expect(got).toContain(parent);
      }
      expect(got).toEqual(normalised([...given].reverse()).map((entry) => entry.path));
    }),
  );
  for (const bad of ["../etc/passwd", "/etc/passwd", "a/../../b", "."])
    expect(() => normalised([{ kind: "directory", path: bad }])).toThrow(RangeError);
});

import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { listingOf, readSource } from "../../scripts/lib/pin/read-source";
import { type Address, parseAddress } from "../../scripts/lib/sources/address";
import type { Listing } from "../../scripts/lib/sources/listing";
import { fakeBucket } from "../support/fake-bucket";
import { fakeHub } from "../support/fake-hub";
import { fakeRegistry } from "../support/fake-registry";
import { type Loopback, loopback } from "../support/loopback";
import { tinyConfig, tinyModel } from "../support/tiny-model";

const COMMIT = "3c1d0f9ab2c1e4d5a6b7c8d9e0f1a2b3c4d5e6f7";
const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
const expectedFiles = (files: Record<string, string>) =>
  Object.entries(files)
    .map(([path, text]) => ({ path, bytes: text.length, sha256: sha256(text) }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));

const servers: Loopback[] = [];
const kept = async <T extends Loopback>(server: Promise<T>): Promise<T> => {
  servers.push(await server);
  return server;
};
const environment = { ...process.env };
afterEach(async () => {
  process.env = { ...environment };
  await Promise.all(servers.splice(0).map((s) => s.close()));
});

function folderWith(files: Record<string, string>): string {
  const root = join(mkdtempSync(join(tmpdir(), "homeport-")), "tiny-a");
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

const rules = { exclude: [], allowRemoteCode: false, s3: {} };
const read = async (address: string, more: object = {}) => {
  const parsed = parseAddress(address) as Address;
  const all = { ...rules, ...more };
  return readSource(await listingOf(parsed, all.s3), all, [], () => undefined);
};

describe("a directory", () => {
  it("gives every file with size and digest, the facts of config.json, and a version that is its content", async () => {
    const found = await read(folderWith(tinyModel()), { acceptLicence: "mit" });
    expect(found.weights.files).toEqual(expectedFiles(tinyModel()));
    expect(found.weights.source).toMatch(/^dir:\/\/tiny-a@sha256:[0-9a-f]{64}$/);
    expect(found.architecture).toEqual({
      name: "LlamaForCausalLM",
      layers: 2,
      hiddenSize: 64,
      attentionHeads: 4,
      keyValueHeads: 2,
      headDim: 16,
      vocabularySize: 512,
      maxPositions: 2048,
      dtype: "bfloat16",
    });
    expect(found.chatTemplate).toBe(`sha256:${sha256("{{ messages }}")}`);
    const again = await read(folderWith(tinyModel()), { acceptLicence: "mit" });
    expect(again).toEqual(found);
    expect((await read(folderWith(tinyModel("B")), { acceptLicence: "mit" })).weights.source).not.toBe(
      found.weights.source,
    );
  });

  it("takes head_dim as given, text_config where it is, the template's own file first, and quantisation", async () => {
    const config = {
      architectures: ["X"],
      text_config: { ...tinyConfig, head_dim: 32 },
      quantization_config: { quant_method: "fp8" },
    };
    const files = { ...tinyModel(), "config.json": JSON.stringify(config), "chat_template.jinja": "own file" };
    const found = await read(folderWith(files), { acceptLicence: "mit" });
    expect(found.architecture.headDim).toBe(32);
    expect(found.quantization).toBe("fp8");
    expect(found.chatTemplate).toBe(`sha256:${sha256("own file")}`);
  });

  it("follows links and leaves tools' own files out", async () => {
    const root = folderWith({ ...tinyModel(), ".git/HEAD": "x", ".cache/huggingface/a": "x" });
    symlinkSync("model.safetensors", join(root, "linked.safetensors"));
    const found = await read(root, { acceptLicence: "mit" });
    expect(found.weights.files.map((f) => f.path)).toEqual([
      "config.json",
      "linked.safetensors",
      "model.safetensors",
      "tokenizer.json",
      "tokenizer_config.json",
    ]);
  });

  it("does not leave the folder through a link, behind which may lie the whole machine", async () => {
    const root = folderWith(tinyModel());
    symlinkSync("/", join(root, "outside"));
    await expect(read(root, { acceptLicence: "mit" })).rejects.toThrow(/outside: a link to a folder; .*one by one/);
    expect(parseAddress("hf://../..")).toHaveProperty("fix");
  });

  it("refuses code, pickles, auto_map and an unknown licence, all in one answer", async () => {
    const config = JSON.stringify({ ...tinyConfig, auto_map: { AutoModel: "modeling.Evil" } });
    const root = folderWith({
      ...tinyModel(),
      "config.json": config,
      "modeling.py": "",
      "pytorch_model.bin": "",
      "README.md": "---\nlicense: llama9\n---\n",
    });
    const said = await read(root).then(
      () => "nothing",
      (e: Error) => e.message,
    );
    expect(said).toContain("4 problems; nothing was changed");
    for (const part of ['"modeling.py"', '"pytorch_model.bin"', "auto_map", '--accept-licence "llama9"'])
      expect(said).toContain(part);
    const accepted = await read(root, { allowRemoteCode: true, acceptLicence: "llama9" });
    expect(accepted.weights.licence).toBe("llama9");
    expect(accepted.weights.files.map((f) => f.path)).toContain("modeling.py");
  });

  it("leaves excluded files out in every folder", async () => {
    const root = folderWith({ ...tinyModel(), "a.bin": "", "original/b.bin": "", "original/params.json": "{}" });
    const found = await read(root, { acceptLicence: "mit", exclude: ["*.bin", "original/**"] });
    expect(found.weights.files.map((f) => f.path)).toEqual(Object.keys(tinyModel()).sort());
  });

  it("refuses a folder without config.json or with a broken one", async () => {
    await expect(read(folderWith({ "model.safetensors": "x" }), { acceptLicence: "mit" })).rejects.toThrow(
      "1 files without config.json",
    );
    await expect(read(folderWith({ ...tinyModel(), "config.json": "{" }), { acceptLicence: "mit" })).rejects.toThrow(
      "config.json: not JSON",
    );
  });

  it("notices a file that changes while it is read", async () => {
    const root = folderWith(tinyModel());
    const listing = await listingOf({ kind: "directory", path: root }, {});
    const racing: Listing = {
      ...listing,
      entries: listing.entries.map((e) => ({
        ...e,
        open: async () => {
          writeFileSync(join(root, "late.json"), "{}");
          return e.open();
        },
      })),
    };
    await expect(readSource(racing, { ...rules, acceptLicence: "mit" }, [], () => undefined)).rejects.toThrow(
      "changed while it was read",
    );
  });
});

describe("the hub", () => {
  const model = {
    commit: COMMIT,
    refs: ["main"],
    licence: "apache-2.0",
    files: tinyModel(),
    lfs: ["model.safetensors"],
  };

  it("resolves a branch to its commit, trusts LFS digests and downloads only the rest", async () => {
    const hub = await kept(fakeHub({ "org/tiny": model }));
    process.env.HF_ENDPOINT = `http://${hub.host}`;
    const found = await read("hf://org/tiny@main");
    expect(found.weights).toEqual({
      source: `hf://org/tiny@${COMMIT}`,
      licence: "apache-2.0",
      files: expectedFiles(tinyModel()),
    });
    expect(hub.seen.filter((line) => line.includes("/resolve/") && !line.includes(COMMIT))).toEqual([]);
    expect(hub.seen.join("\n")).not.toContain("model.safetensors");
  });

  it("refuses a small file that is not the one of the commit", async () => {
    const files = { ...tinyModel() };
    const hub = await kept(fakeHub({ "org/tiny": { ...model, files } }));
    process.env.HF_ENDPOINT = `http://${hub.host}`;
    const listing = await listingOf(parseAddress("hf://org/tiny") as Address, {});
    files["tokenizer.json"] = "[]";
    await expect(readSource(listing, rules, [], () => undefined)).rejects.toThrow(
      /tokenizer\.json: git blob [0-9a-f]{40} expected/,
    );
  });

  it("refuses an answer without a commit", async () => {
    const hub = await kept(fakeHub({ "org/tiny": { ...model, commit: "main" } }));
    process.env.HF_ENDPOINT = `http://${hub.host}`;
    await expect(read("hf://org/tiny@main")).rejects.toThrow("does not name a commit");
  });

  it("says what to do without a token, for an unknown name, and when the hub is away; the token is never shown", async () => {
    const hub = await kept(fakeHub({ "org/gated": { ...model, token: "hf_canary_token" } }));
    process.env.HF_ENDPOINT = `http://${hub.host}`;
    await expect(read("hf://org/gated")).rejects.toThrow("the hub answers 401; set HF_TOKEN");
    await expect(read("hf://org/other")).rejects.toThrow("check the name and the revision");
    process.env.HF_TOKEN = "hf_canary_token";
    expect(JSON.stringify(await read("hf://org/gated"))).not.toContain("hf_canary_token");
    process.env.HF_ENDPOINT = "http://127.0.0.1:1";
    await expect(read("hf://org/gated")).rejects.toThrow("http://127.0.0.1:1 cannot be reached");
  });
});

describe("an OCI artifact", () => {
  it("resolves a tag to its digest and reads only the small files", async () => {
    const registry = await kept(fakeRegistry("models/tiny", "v1", tinyModel()));
    const found = await read(`oci://${registry.host}/models/tiny:v1`);
    expect(found.weights).toEqual({
      source: `oci://${registry.host}/models/tiny@${registry.digest}`,
      licence: "Apache-2.0",
      files: expectedFiles(tinyModel()),
    });
    expect(registry.seen.filter((line) => line.includes("/blobs/")).length).toBe(2);
    expect(await read(`oci://${registry.host}/models/tiny@${registry.digest}`)).toEqual(found);
  });

  it("sends a login over https only, wherever the registry says that logins go", async () => {
    for (const [realm, said] of [
      ["http://169.254.169.254/latest/meta-data", "http://169.254.169.254"],
      ["nowhere", '"nowhere"'],
    ]) {
      const registry = await kept(
        loopback((_, response) => {
          response.setHeader("www-authenticate", `Bearer realm="${realm}",service="x"`);
          response.writeHead(401).end();
        }),
      );
      await expect(read(`oci://${registry.host}/models/tiny:v1`)).rejects.toThrow(
        `sends logins to ${said}; do not use`,
      );
    }
  });

  it("refuses archives and unknown digests", async () => {
    const registry = await kept(
      fakeRegistry("models/tiny", "v1", tinyModel(), "application/vnd.oci.image.layer.v1.tar+gzip"),
    );
    await expect(read(`oci://${registry.host}/models/tiny:v1`)).rejects.toThrow("push one file per layer");
    await expect(read(`oci://${registry.host}/models/tiny@sha256:${"0".repeat(64)}`)).rejects.toThrow("answers 404");
  });
});

describe("an S3 prefix", () => {
  const at = (files: Record<string, string>) =>
    Object.fromEntries(Object.entries(files).map(([path, text]) => [`models/tiny/${path}`, text]));
  beforeEach(() => {
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: "test-access", AWS_SECRET_ACCESS_KEY: "test-secret" });
  });

  it("reads every object and gives the same files as the directory", async () => {
    const bucket = await kept(fakeBucket("weights", { ...at(tinyModel()), "models/tinyother/x": "no" }));
    const found = await read("s3://weights/models/tiny", {
      acceptLicence: "mit",
      s3: { endpoint: `http://${bucket.host}`, pathStyle: true },
    });
    expect(found.weights.files).toEqual(expectedFiles(tinyModel()));
    expect(found.weights.source).toMatch(/^s3:\/\/weights\/models\/tiny@sha256:[0-9a-f]{64}$/);
  });

  it.each(["replaced", "added"])("refuses a prefix with an object %s meanwhile", async (how) => {
    const objects = at(tinyModel());
    const bucket = await kept(fakeBucket("weights", objects));
    const listing = await listingOf(parseAddress("s3://weights/models/tiny") as Address, {
      endpoint: `http://${bucket.host}`,
      pathStyle: true,
    });
    objects[how === "added" ? "models/tiny/more.safetensors" : "models/tiny/model.safetensors"] = "new weights!";
    await expect(readSource(listing, { ...rules, acceptLicence: "mit" }, [], () => undefined)).rejects.toThrow(
      "s3://weights/models/tiny/ changed while it was read",
    );
  });

  it("never reads another object than the one it listed, even if that is put back later", async () => {
    const objects = at(tinyModel());
    const bucket = await kept(fakeBucket("weights", objects));
    const listing = await listingOf(parseAddress("s3://weights/models/tiny") as Address, {
      endpoint: `http://${bucket.host}`,
      pathStyle: true,
    });
    objects["models/tiny/model.safetensors"] = "other bytes!";
    const entry = listing.entries.find(({ path }) => path === "model.safetensors")!;
    await expect(entry.open()).rejects.toThrow("changed while it was read");
  });
});

it.each(["https://x/y", "hf://only", "s3://bucket", "ftp://a/b", "./no-such-folder"])(
  "says which sources there are when given %s",
  (text) => {
    expect(parseAddress(text)).toMatchObject({ path: "source", given: text });
  },
);

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type BundleContents, pulumiPlugins, weightsFolder } from "../../scripts/lib/bundle/contents";
import { exportBundle, type Missing } from "../../scripts/lib/bundle/export";
import { verifyBundle } from "../../scripts/lib/bundle/import";
import { bundleFiles } from "../../scripts/lib/bundle/sums";
import { archiveProblems, keepArchives, requireArchives } from "../../scripts/lib/charts/archives";
import { loopback } from "../support/loopback";
import { releaseOf, smallWeights } from "../support/weights-release";
import { digestOf, putImage, type WritableRegistry, writableRegistry } from "../support/writable-registry";

const files = smallWeights("bundle", 20_000);
const file = releaseOf(files);
const weights = weightsFolder(file);
const OWN = `homeport.local/agent@sha256:${"0".repeat(64)}`;

let origin: WritableRegistry;
let folder: string;
let local: string;
let contents: BundleContents;
const config = process.env.DOCKER_CONFIG;
beforeEach(async () => {
  origin = await writableRegistry();
  const scratch = mkdtempSync(join(tmpdir(), "bundle-"));
  process.env.DOCKER_CONFIG = scratch;
  folder = join(scratch, "bundle");
  local = join(scratch, "weights");
  for (const [path, body] of Object.entries(files)) {
    mkdirSync(dirname(join(local, "chat/r1", path)), { recursive: true });
    writeFileSync(join(local, "chat/r1", path), body);
  }
  contents = {
    releases: [{ model: "chat", name: "r1", file }],
    images: [`${origin.host}/nvidia/plugin@${putImage(origin, "nvidia/plugin")}`],
    charts: [],
    tools: ["helm", "kubectl"].map((name) => ({ name, locate: () => join(local, "chat/r1/tokenizer/tokenizer.json") })),
    plugins: [{ name: "aws", version: "7.48.0", url: `http://${origin.host}/plugins/aws.tar.gz` }],
  };
});
afterEach(async () => {
  if (config === undefined) delete process.env.DOCKER_CONFIG;
  else process.env.DOCKER_CONFIG = config;
  await origin.close();
});

const exported = (): Promise<Missing[]> =>
  exportBundle(contents, folder, {
    weightsFrom: local,
    agentImage: OWN,
    agentBlobs: async () => undefined,
    onDone: () => undefined,
  });
const problems = () =>
  verifyBundle(folder, contents).then(
    () => [],
    (error) => error.problems.map(({ path, given }: { path: string; given: string }) => `${path}: ${given}`),
  );

test("holds weights, images and tools with a list that sha256sum reads, and says what it could not get", async () => {
  const missing = await exported();
  expect(missing).toEqual([
    {
      what: "Pulumi plugin aws 7.48.0",
      why: "is answered 404",
      from: `http://${origin.host}/plugins/aws.tar.gz`,
      to: "plugins/pulumi-resource-aws-v7.48.0-linux-amd64.tar.gz",
    },
  ]);
  const names = bundleFiles(folder);
  expect(names).toEqual(
    expect.arrayContaining(["bundle.json", "tools/helm", "tools/kubectl", `${weights}/release.json`]),
  );
  expect(names.filter((name) => name.startsWith(`${weights}/files/`))).toHaveLength(4);
  const sums = readFileSync(join(folder, "SHA256SUMS"), "utf8").trimEnd().split("\n");
  expect(sums.map((line) => line.slice(66))).toEqual(names);
  const sha256 = createHash("sha256")
    .update(readFileSync(join(folder, "tools/helm")))
    .digest("hex");
  expect(sums).toContain(`${sha256}  tools/helm`);
  expect(await problems()).toEqual([]);
});

test("a second run takes over what is there and what a person brought", async () => {
  await exported();
  const asked = origin.seen.length;
  mkdirSync(join(folder, "plugins"), { recursive: true });
  writeFileSync(join(folder, "plugins/pulumi-resource-aws-v7.48.0-linux-amd64.tar.gz"), "brought");
  expect(await exported()).toEqual([]);
  expect(origin.seen.slice(asked).filter((line) => line.includes("/blobs/"))).toEqual([]);
  expect(await problems()).toEqual([]);
});

test("one flipped byte, a missing file and one too many are each named, and nothing else is looked at", async () => {
  await exported();
  const shard = join(folder, weights, "files/model-00001-of-00002.safetensors");
  const flipped = readFileSync(shard);
  flipped[4711] = (flipped[4711] ?? 0) ^ 1;
  writeFileSync(shard, flipped);
  rmSync(join(folder, "tools/kubectl"));
  writeFileSync(join(folder, "tools/extra"), "#!/bin/sh");
  const sha256 = createHash("sha256").update(flipped).digest("hex");
  expect((await problems()).sort()).toEqual([
    "tools/extra: not on the list",
    "tools/kubectl: missing",
    `${weights}/files/model-00001-of-00002.safetensors: sha256:${sha256}`,
  ]);
});

test("a list that was written anew over changed weights does not help: the pin says what they are", async () => {
  await exported();
  const shard = join(folder, weights, "files/empty.txt");
  writeFileSync(shard, "x");
  contents = { ...contents, releases: [] };
  await exported(); // vouches for whatever lies there
  contents = { ...contents, releases: [{ model: "chat", name: "r1", file }] };
  expect(await problems()).toEqual([`${shard}: 1 bytes`]);
});

test("what the stack pins and the bundle lacks stops the import before it begins", async () => {
  await exported();
  const other = releaseOf(smallWeights("other", 1000));
  const image = `registry.example.com/vllm@sha256:${"9".repeat(64)}`;
  contents = {
    ...contents,
    releases: [...contents.releases, { model: "chat", name: "r2", file: other }],
    images: [image],
  };
  expect(await problems()).toEqual(["chat r2: not in the bundle", `${image}: not in the bundle`]);
});

test("a link is refused, whatever it leads to: it could lead out of the bundle, or be a pipe that never ends", async () => {
  await exported();
  symlinkSync("/dev/zero", join(folder, "tools/zero"));
  expect(await problems()).toEqual(["tools/zero: a link, pipe or device"]);
  rmSync(join(folder, "tools/zero"));
});

test("an unfinished export has no list, so it cannot be imported", async () => {
  await exported();
  rmSync(join(folder, "SHA256SUMS"));
  expect(await problems()).toEqual([`${folder}: no SHA256SUMS`]);
});

describe("charts of others", () => {
  const ARCHIVE = "charts/gateway-helm-v1.9.1.tgz";
  const MANIFEST = "charts/gateway-helm-v1.9.1.manifest.json";

  /** As helm pushes one: a config, one layer with the archive. The pin is the manifest's digest. */
  function ociChart(archive: string) {
    const put = (text: string) => {
      origin.blobs.set(`envoyproxy/gateway-helm@${digestOf(text)}`, Buffer.from(text));
      return { digest: digestOf(text), size: text.length };
    };
    const text = JSON.stringify({ schemaVersion: 2, config: put("{}"), layers: [put(archive)] });
    origin.manifests.set(`envoyproxy/gateway-helm@${digestOf(text)}`, Buffer.from(text));
    return { chart: `oci://${origin.host}/envoyproxy/gateway-helm`, version: "v1.9.1", digest: digestOf(text) };
  }
  const bring = (path: string, text: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };

  test("travel with the manifest that proves them, and are copied to where the program looks", async () => {
    const pin = ociChart("chart of gateway");
    contents = { ...contents, charts: [pin], plugins: [] };
    expect(await exported()).toEqual([]);
    expect(bundleFiles(folder)).toEqual(expect.arrayContaining([ARCHIVE, MANIFEST]));
    expect(await problems()).toEqual([]);
    const root = join(folder, "../checkout");
    expect(() => requireArchives([pin], root, "prod")).toThrow(/is not there/);
    keepArchives([pin], join(folder, "charts"), root);
    requireArchives([pin], root, "prod");
    expect(readFileSync(join(root, ".homeport", ARCHIVE), "utf8")).toBe("chart of gateway");
    // Of the right size, so that only the digest can tell.
    writeFileSync(join(root, ".homeport", ARCHIVE), "Chart of gateway");
    expect(archiveProblems([pin], join(root, ".homeport/charts"), "import it")).toEqual([
      {
        path: `chart ${pin.chart} v1.9.1`,
        given: `gateway-helm-v1.9.1.tgz is ${digestOf("Chart of gateway")}`,
        allowed: digestOf("chart of gateway"),
        fix: "import it",
      },
    ]);
  });

  test("another archive is fetched anew by an export and stops an import, whatever the list says", async () => {
    const pin = ociChart("chart of gateway");
    contents = { ...contents, charts: [pin], plugins: [] };
    bring(ARCHIVE, "Chart of gateway");
    await exported();
    expect(readFileSync(join(folder, ARCHIVE), "utf8")).toBe("chart of gateway");
    // A right one that was brought without its proof stays, too.
    rmSync(join(folder, MANIFEST));
    origin.blobs.clear();
    expect(await exported()).toEqual([]);
    bring(ARCHIVE, "Chart of gateway");
    contents = { ...contents, charts: [] };
    await exported(); // vouches for whatever lies there
    contents = { ...contents, charts: [pin] };
    const chart = `chart ${pin.chart} v1.9.1`;
    expect(await problems()).toEqual([`${chart}: gateway-helm-v1.9.1.tgz is ${digestOf("Chart of gateway")}`]);
    bring(MANIFEST, JSON.stringify({ config: {}, layers: [{ digest: digestOf("Chart of gateway"), size: 16 }] }));
    contents = { ...contents, charts: [] };
    await exported();
    contents = { ...contents, charts: [pin] };
    expect(await problems()).toEqual([
      expect.stringContaining(`${chart}: gateway-helm-v1.9.1.manifest.json is sha256:`),
    ]);
  });

  test("of a repository are held against the archive's digest, and not kept when they differ", async () => {
    const entry = { name: "controller", version: "1.0.0", apiVersion: "v2", urls: ["controller-1.0.0.tgz"] };
    const index = JSON.stringify({ apiVersion: "v1", entries: { controller: [entry] } });
    const repository = await loopback(({ url }, response) =>
      response.end(url === "/index.yaml" ? index : "what the repository has"),
    );
    const pin = (digest: string) => ({
      chart: "controller",
      repository: `http://${repository.host}`,
      version: "1.0.0",
      digest,
    });
    contents = { ...contents, charts: [pin(digestOf("what was pinned"))], plugins: [] };
    const [missing] = await exported();
    expect(missing?.why).toContain(`${digestOf("what was pinned")} is recorded`);
    expect(existsSync(join(folder, "charts/controller-1.0.0.tgz"))).toBe(false);
    contents = { ...contents, charts: [pin(digestOf("what the repository has"))] };
    expect(await exported()).toEqual([]);
    await repository.close();
    expect(await problems()).toEqual([]);
  });
});

test("Pulumi's providers are those of package.json, in their installed versions", () => {
  const plugins = pulumiPlugins();
  expect(plugins.map(({ name }) => name).sort()).toEqual(["aws", "kubernetes", "random"]);
  for (const { name, version, url } of plugins)
    expect(url).toBe(`https://get.pulumi.com/releases/plugins/pulumi-resource-${name}-v${version}-linux-amd64.tar.gz`);
  expect(existsSync(join(__dirname, "../../node_modules/@pulumi/aws"))).toBe(true);
});

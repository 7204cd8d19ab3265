import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { canonicalJson, sha256Hex } from "../../infra/core/canonical-json";
import { cacheHome } from "../../infra/core/tool-binaries";
import { type BuiltImage, buildImage } from "../lib/oci/image";
import type { LayerEntry } from "../lib/oci/layer";
import { run } from "./command";
import { runInNode } from "./node";
import type { Process } from "./processes";
import { envoyBinary } from "./python";
import { toolPath } from "./toolchain";

type ImageSpec = Parameters<typeof buildImage>[0];

/** Every image that the node itself needs. The engine's and the agent's come from their own builders. */
export const NODE_IMAGES = ["pause", "coredns", "envoy-gateway", "envoy"] as const;
export type NodeImage = (typeof NODE_IMAGES)[number];

const NONROOT = "65532:65532";
const PASSWD: LayerEntry[] = [
  { kind: "file", path: "etc/passwd", content: "nonroot:x:65532:65532:nonroot:/tmp:/sbin/nologin\n" },
  { kind: "file", path: "etc/group", content: "nonroot:x:65532:\n" },
  { kind: "directory", path: "tmp", mode: 0o1777 },
];

async function specOf(name: NodeImage): Promise<ImageSpec> {
  const image = (source: string, path: string, extra: LayerEntry[] = []): ImageSpec => ({
    name: `homeport.local/${name}`,
    layers: [[...PASSWD, ...extra, { kind: "file", path, mode: 0o755, source }]],
    config: { user: NONROOT, entrypoint: [`/${path}`], env: { PATH: "/usr/local/bin:/usr/bin:/bin" } },
  });
  switch (name) {
    case "pause":
      return image(toolPath("node", "pause"), "pause");
    case "coredns":
      return image(toolPath("coredns", "coredns"), "coredns");
    case "envoy-gateway":
      return image(toolPath("envoy-gateway", "envoy-gateway"), "usr/local/bin/envoy-gateway");
    case "envoy": {
      const envoy = await envoyBinary();
      return image(envoy, "usr/local/bin/envoy", await sharedLibraries(envoy));
    }
  }
}

/** What the dynamic linker loads for a program, at the paths where it will look. */
async function sharedLibraries(binary: string): Promise<LayerEntry[]> {
  const listing = await run("ldd", [binary]);
  return [...listing.matchAll(/(\/\S+\.so[.\d]*) \(0x/g)].map(([, source]) => ({
    kind: "file" as const,
    path: (source ?? "").slice(1),
    mode: 0o755,
    source: source ?? "",
  }));
}

/** The image's archive, packed once per content of its inputs' paths; those name their content. */
export async function packImage(name: NodeImage): Promise<BuiltImage> {
  return packOnce(await specOf(name));
}

/** Packs unless the same specification was packed before; its sources must be files that never change. */
export async function packOnce(spec: ImageSpec): Promise<BuiltImage> {
  const key = sha256Hex(canonicalJson(JSON.parse(JSON.stringify(spec)))).slice(0, 16);
  const folder = join(cacheHome(), "images");
  const name = `${basename(spec.name)}-${key}`;
  const record = join(folder, `${name}.json`);
  if (existsSync(record)) {
    const before = JSON.parse(readFileSync(record, "utf8")) as BuiltImage;
    if (existsSync(before.archive)) return before;
  }
  mkdirSync(folder, { recursive: true });
  const built = await buildImage(spec, folder);
  writeFileSync(record, JSON.stringify(built));
  return built;
}

/** Imports an archive unless the node has the image; true when it was imported. */
export async function importImage(node: Process, image: BuiltImage): Promise<boolean> {
  const present = await runInNode(node, ["ctr", "--namespace", "k8s.io", "images", "ls", "--quiet"]);
  if (present.split("\n").includes(image.reference)) return false;
  await runInNode(node, ["ctr", "--namespace", "k8s.io", "images", "import", image.archive]);
  return true;
}

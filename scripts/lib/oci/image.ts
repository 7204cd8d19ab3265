import { createHash, randomUUID } from "node:crypto";
import { createWriteStream, existsSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type Pack, pack } from "tar-stream";
import { canonicalJson, type Json, sha256Hex } from "../../../infra/core/canonical-json";
import { type LayerEntry, tarOfLayer } from "./layer";

interface ImageSpec {
  /** Repository with its registry part and without a tag: `homeport.local/agent`. */
  name: string;
  /** Lowest layer first. */
  layers: readonly (readonly LayerEntry[])[];
  config: {
    user?: string;
    entrypoint?: readonly string[];
    cmd?: readonly string[];
    env?: Readonly<Record<string, string>>;
    workingDir?: string;
    labels?: Readonly<Record<string, string>>;
  };
  architecture?: "amd64" | "arm64";
}

export interface BuiltImage {
  /** Digest of the manifest, `sha256:` + 64 hex. */
  digest: string;
  /** What a pod names: `name@digest`. */
  reference: string;
  /** Bytes of all layers, uncompressed. */
  bytes: number;
  archive: string;
}

interface Blob {
  digest: string;
  size: number;
}

const TYPE = {
  layer: "application/vnd.oci.image.layer.v1.tar",
  config: "application/vnd.oci.image.config.v1+json",
  manifest: "application/vnd.oci.image.manifest.v1+json",
};

/**
 * Writes an OCI archive for `ctr images import`; the same layers and config give the same bytes on any machine.
 * The index names the image twice, as `name:latest` and as `name@digest`, so that a pod can ask for it by digest
 * without a registry. The archive is `<folder>/<64 hex of the digest>.tar`; one that is there already is left as it is.
 */
export async function buildImage(spec: ImageSpec, folder: string): Promise<BuiltImage> {
  const layers: Blob[] = [];
  for (const entries of spec.layers) layers.push(await measure(tarOfLayer(entries)));
  const config = json(configOf(spec, layers));
  const manifest = json({
    schemaVersion: 2,
    mediaType: TYPE.manifest,
    config: { mediaType: TYPE.config, ...blobOf(config) },
    layers: layers.map((layer) => ({ mediaType: TYPE.layer, ...layer })),
  });
  const { digest, size } = blobOf(manifest);
  const reference = `${spec.name}@${digest}`;
  const index = json({
    schemaVersion: 2,
    mediaType: "application/vnd.oci.image.index.v1+json",
    manifests: [`${spec.name}:latest`, reference].map((name) => ({
      mediaType: TYPE.manifest,
      digest,
      size,
      annotations: {
        "io.containerd.image.name": name,
        "org.opencontainers.image.ref.name": name,
      },
    })),
  });

  const archive = join(folder, `${digest.replace("sha256:", "")}.tar`);
  const built = { digest, reference, bytes: layers.reduce((sum, layer) => sum + layer.size, 0), archive };
  if (existsSync(archive)) return built;
  await writeWhole(archive, async (tar) => {
    tar.entry(header("oci-layout"), json({ imageLayoutVersion: "1.0.0" }));
    tar.entry(header("index.json"), index);
    for (const blob of [config, manifest]) tar.entry(header(blobPath(blobOf(blob).digest)), blob);
    // The same layer may be listed twice in a manifest, but is one blob.
    const written = new Set<string>();
    for (const [i, layer] of layers.entries()) {
      if (written.has(layer.digest)) continue;
      written.add(layer.digest);
      await copyLayer(spec.layers[i]!, layer, tar);
    }
  });
  return {
    digest,
    reference,
    bytes: layers.reduce((sum, layer) => sum + layer.size, 0),
    archive,
  };
}

const json = (value: Json): Buffer => Buffer.from(canonicalJson(value));
const blobOf = (bytes: Buffer): Blob => ({
  digest: `sha256:${sha256Hex(bytes)}`,
  size: bytes.length,
});
const blobPath = (digest: string): string => `blobs/${digest.replace(":", "/")}`;
const header = (name: string, size?: number) => ({
  name,
  size,
  mode: 0o644,
  mtime: new Date(0),
  uid: 0,
  gid: 0,
});

const configOf = (spec: ImageSpec, layers: readonly Blob[]): Json => ({
  architecture: spec.architecture ?? "amd64",
  os: "linux",
  created: "1970-01-01T00:00:00Z",
  config: {
    ...(spec.config.user && { User: spec.config.user }),
    ...(spec.config.entrypoint && { Entrypoint: spec.config.entrypoint }),
    ...(spec.config.cmd && { Cmd: spec.config.cmd }),
    ...(spec.config.workingDir && { WorkingDir: spec.config.workingDir }),
    ...(spec.config.labels && { Labels: spec.config.labels }),
    Env: Object.entries(spec.config.env ?? {})
      .map(([name, value]) => `${name}=${value}`)
      .sort(),
  },
  rootfs: { type: "layers", diff_ids: layers.map((layer) => layer.digest) },
  history: layers.map(() => ({
    created: "1970-01-01T00:00:00Z",
    created_by: "homeport",
  })),
});

/** Digest and size without keeping the bytes: layers hold binaries of hundreds of MB. */
async function measure(tar: Pack): Promise<Blob> {
  const hash = createHash("sha256");
  let size = 0;
  for await (const chunk of tar as AsyncIterable<Buffer>) {
    hash.update(chunk);
    size += chunk.length;
  }
  return { digest: `sha256:${hash.digest("hex")}`, size };
}

/** Second pass over a layer; a source that changed since the first would give an archive that lies about itself. */
async function copyLayer(entries: readonly LayerEntry[], expected: Blob, tar: Pack): Promise<void> {
  const hash = createHash("sha256");
  const hashing = new Transform({
    transform(chunk, _encoding, done) {
      hash.update(chunk);
      done(null, chunk);
    },
  });
  await pipeline(tarOfLayer(entries), hashing, tar.entry(header(blobPath(expected.digest), expected.size)));
  if (`sha256:${hash.digest("hex")}` !== expected.digest)
    throw new Error(`a source file of layer ${expected.digest} changed while the image was built`);
}

async function writeWhole(file: string, fill: (tar: Pack) => Promise<void>): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const partial = `${file}.${randomUUID()}.part`;
  const tar = pack();
  try {
    const filling = fill(tar).then(
      () => tar.finalize(),
      (error: Error) => tar.destroy(error),
    );
    await pipeline(tar, createWriteStream(partial));
    await filling;
    await rename(partial, file);
  } finally {
    await rm(partial, { force: true });
  }
}

import { Readable } from "node:stream";
import type { ReadableStream } from "node:stream/web";
import { sha256Hex } from "../../../infra/core/canonical-json";
import { OperationError } from "../../../infra/core/errors";
import { registryClient } from "../sources/oci-client";

export interface Blob {
  digest: string;
  size: number;
}

export interface Manifest {
  digest: string;
  mediaType: string;
  body: Buffer;
  /** Config and layers of one platform's image. */
  blobs: Blob[];
  /** Digests of the manifests of an image for several platforms. */
  children: string[];
}

/** Where an image comes from, by OCI's distribution spec. */
export interface ImageSource {
  manifest(digest: string): Promise<Manifest>;
  blob(digest: string): Promise<Readable>;
}

const ACCEPT = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.docker.distribution.manifest.v2+json",
].join(", ");

/** `docker.io` is a name; its registry answers elsewhere, and its official images have a folder of their own. */
export function addressOf(image: string): { registry: string; name: string; digest: string } {
  const [reference = "", digest = ""] = image.split("@");
  const slash = reference.indexOf("/");
  const [host, path] = [reference.slice(0, slash), reference.slice(slash + 1)];
  if (host !== "docker.io") return { registry: host, name: path, digest };
  return { registry: "registry-1.docker.io", name: path.includes("/") ? path : `library/${path}`, digest };
}

/** Bytes to a manifest; throws when they are not what the digest says. */
export function parsedManifest(body: Buffer, digest: string, where: string): Manifest {
  const found = `sha256:${sha256Hex(body)}`;
  if (found !== digest)
    throw new OperationError(`${where}: asked for ${digest}, ${found} arrived`, "do not use this source");
  const { mediaType, config, layers, manifests } = JSON.parse(body.toString("utf8")) as {
    mediaType?: string;
    config?: Blob;
    layers?: Blob[];
    manifests?: Blob[];
  };
  const blobs = [...(config ? [config] : []), ...(layers ?? [])];
  return {
    digest,
    // OCI's own formats may leave the field out.
    mediaType: mediaType ?? `application/vnd.oci.image.${manifests ? "index" : "manifest"}.v1+json`,
    body,
    blobs: blobs.map(({ digest, size }) => ({ digest, size })),
    children: (manifests ?? []).map((child) => child.digest),
  };
}

/** A registry somewhere; nothing of it is believed before its digest is right. */
export function registrySource(registry: string, name: string): ImageSource {
  const get = registryClient(registry, name);
  return {
    async manifest(digest) {
      const answer = await get(`manifests/${digest}`, ACCEPT);
      return parsedManifest(Buffer.from(await answer.arrayBuffer()), digest, `${registry}/${name}`);
    },
    async blob(digest) {
      const { body } = await get(`blobs/${digest}`);
      return body ? Readable.fromWeb(body as ReadableStream<Uint8Array>) : Readable.from([]);
    },
  };
}

import { Readable } from "node:stream";
import type { ReadableStream } from "node:stream/web";
import { z } from "zod";
import { sha256Hex } from "../../../infra/core/canonical-json";
import { OperationError } from "../../../infra/core/errors";
import type { Listing } from "./listing";
import { registryClient } from "./oci-client";

const MANIFEST = "application/vnd.oci.image.manifest.v1+json";
const TITLE = "org.opencontainers.image.title";

const Manifest = z.object({
  config: z.object({ mediaType: z.string() }).optional(),
  annotations: z.record(z.string(), z.string()).optional(),
  layers: z.array(
    z.object({
      mediaType: z.string(),
      digest: z.string().regex(/^sha256:[0-9a-f]{64}$/),
      size: z.int().nonnegative(),
      annotations: z.record(z.string(), z.string()).optional(),
    }),
  ),
});

/** An OCI artifact with one file per layer, as `oras push` makes it: a layer's digest is its file's, so nothing large is read. */
export async function ociListing(registry: string, name: string, reference: string): Promise<Listing> {
  const get = registryClient(registry, name);
  const answer = await get(`manifests/${reference}`, MANIFEST);
  const body = Buffer.from(await answer.arrayBuffer());
  const digest = `sha256:${sha256Hex(body)}`;
  const where = `oci://${registry}/${name}`;
  if (reference.startsWith("sha256:") && digest !== reference)
    throw new OperationError(
      `${where}: asked for ${reference}, the registry sent ${digest}`,
      "do not use this registry",
    );
  const manifest = Manifest.safeParse(jsonOf(body));
  if (!manifest.success)
    throw new OperationError(
      `${where}@${digest} is an index or no artifact`,
      "name the digest of one manifest with one file per layer",
    );
  const { layers, annotations } = manifest.data;
  const bad = layers.find((l) => l.annotations?.[TITLE] === undefined || /\btar\b|\+gzip|\+zstd/.test(l.mediaType));
  if (bad)
    throw new OperationError(
      `${where}@${digest} has a layer that is an archive or has no file name (${bad.mediaType})`,
      `push one file per layer with the annotation ${TITLE}, as 'oras push' does`,
    );
  return {
    entries: layers.map(({ digest, size, annotations }) => ({
      path: annotations![TITLE]!,
      bytes: size,
      sha256: digest.slice("sha256:".length),
      open: async () => {
        const blob = await get(`blobs/${digest}`);
        return blob.body ? Readable.fromWeb(blob.body as ReadableStream<Uint8Array>) : Readable.from([]);
      },
    })),
    licence: annotations?.["org.opencontainers.image.licenses"],
    address: () => `${where}@${digest}`,
  };
}

function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString("utf8")) as unknown;
  } catch {
    return undefined;
  }
}

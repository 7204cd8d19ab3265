import { createHash } from "node:crypto";
import { type Loopback, loopback } from "./loopback";

const digestOf = (text: string): string => `sha256:${createHash("sha256").update(text).digest("hex")}`;

/** A registry that holds one artifact under one tag and wants an anonymous token first, as most do. */
export async function fakeRegistry(
  name: string,
  tag: string,
  files: Record<string, string>,
  mediaType = "application/octet-stream",
): Promise<Loopback & { digest: string }> {
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: "application/vnd.oci.image.manifest.v1+json",
    config: { mediaType: "application/vnd.oci.empty.v1+json", digest: digestOf("{}"), size: 2 },
    annotations: { "org.opencontainers.image.licenses": "Apache-2.0" },
    layers: Object.entries(files).map(([title, text]) => ({
      mediaType,
      digest: digestOf(text),
      size: text.length,
      annotations: { "org.opencontainers.image.title": title },
    })),
  });
  const digest = digestOf(manifest);
  const blobs: Record<string, string> = Object.fromEntries(Object.values(files).map((text) => [digestOf(text), text]));
  const server = await loopback((request, response) => {
    const url = new URL(request.url ?? "/", "http://registry");
    if (url.pathname === "/token")
      return void response.end(JSON.stringify({ token: `anonymous for ${url.searchParams.get("scope")}` }));
    if (request.headers.authorization !== `Bearer anonymous for repository:${name}:pull`) {
      const realm = `http://${request.headers.host}/token`;
      response.setHeader("www-authenticate", `Bearer realm="${realm}",service="fake",scope="repository:${name}:pull"`);
      return void response.writeHead(401).end();
    }
    const [, kind, reference] = new RegExp(`^/v2/${name}/(manifests|blobs)/(.+)$`).exec(url.pathname) ?? [];
    const body =
      kind === "manifests" && [tag, digest].includes(reference!)
        ? manifest
        : kind === "blobs"
          ? blobs[reference!]
          : undefined;
    response.writeHead(body === undefined ? 404 : 200).end(body);
  });
  return { ...server, digest };
}

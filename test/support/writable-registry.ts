import { createHash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { type Loopback, loopback } from "./loopback";

export const digestOf = (bytes: Buffer | string): string =>
  `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

export interface WritableRegistry extends Loopback {
  /** `<repository>@<digest>` -> bytes. */
  blobs: Map<string, Buffer>;
  /** `<repository>@<digest>` and `<repository>:<tag>` -> manifest. */
  manifests: Map<string, Buffer>;
  /** Answers with a status instead, before anything is looked at. */
  fault: (request: { method: string; path: string; nth: number }) => number | undefined;
}

/**
 * A registry that takes images, as ECR does: verified blobs, manifests only when everything they name is there, tags that
 * never move. With `authorization` it wants that login.
 */
export async function writableRegistry(authorization?: string): Promise<WritableRegistry> {
  const blobs = new Map<string, Buffer>();
  const manifests = new Map<string, Buffer>();
  const uploads = new Map<string, Buffer[]>();
  const state = { fault: (() => undefined) as WritableRegistry["fault"], counts: new Map<string, number>() };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://registry");
    const method = request.method ?? "";
    const seen = `${method} ${url.pathname}`;
    const nth = (state.counts.get(seen) ?? 0) + 1;
    state.counts.set(seen, nth);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const end = (status: number, headers: Record<string, string> = {}, content?: Buffer) =>
      void response.writeHead(status, headers).end(method === "HEAD" ? undefined : content);
    const status = state.fault({ method, path: url.pathname, nth });
    if (status !== undefined) return end(status);
    if (request.headers.authorization !== authorization) return end(401);
    const [, repository = "", kind, reference = ""] =
      /^\/v2\/(.+?)\/(manifests|blobs\/uploads|blobs)\/(.*)$/.exec(url.pathname) ?? [];

    if (kind === "blobs/uploads") {
      if (method === "POST") {
        const id = `${uploads.size + 1}`;
        uploads.set(id, []);
        return end(202, { location: `/v2/${repository}/blobs/uploads/${id}` });
      }
      uploads.get(reference)?.push(body);
      if (method === "PATCH") return end(202, { location: url.pathname });
      const whole = Buffer.concat(uploads.get(reference) ?? []);
      const digest = url.searchParams.get("digest") ?? "";
      if (digestOf(whole) !== digest) return end(400, {}, Buffer.from("DIGEST_INVALID"));
      blobs.set(`${repository}@${digest}`, whole);
      return end(201);
    }
    const held = kind === "blobs" ? blobs : manifests;
    if (method !== "PUT") {
      const found = held.get(`${repository}@${reference}`) ?? held.get(`${repository}:${reference}`);
      return found ? end(200, {}, found) : end(404);
    }
    const parsed = JSON.parse(body.toString()) as Record<string, { digest: string }[]> & {
      config?: { digest: string };
    };
    const named = [...(parsed.config ? [parsed.config] : []), ...(parsed.layers ?? [])];
    const missing =
      named.some(({ digest }) => !blobs.has(`${repository}@${digest}`)) ||
      (parsed.manifests ?? []).some(({ digest }) => !manifests.has(`${repository}@${digest}`));
    if (missing) return end(400, {}, Buffer.from("MANIFEST_BLOB_UNKNOWN"));
    const tag = `${repository}:${reference}`;
    if (!reference.startsWith("sha256:")) {
      if (manifests.has(tag)) return end(400, {}, Buffer.from("TAG_INVALID: tags do not move here"));
      manifests.set(tag, body);
    }
    manifests.set(`${repository}@${digestOf(body)}`, body);
    end(201);
  }

  const server = await loopback((request, response) => void answer(request, response));
  return {
    ...server,
    blobs,
    manifests,
    get fault() {
      return state.fault;
    },
    set fault(next) {
      state.fault = next;
    },
  };
}

/** An image for two platforms that share a layer, put into a registry as another client would. */
export function putImage({ blobs, manifests }: WritableRegistry, repository: string): string {
  const put = (text: string) => {
    const digest = digestOf(text);
    blobs.set(`${repository}@${digest}`, Buffer.from(text));
    return { digest, size: text.length };
  };
  const manifest = (content: object) => {
    const text = JSON.stringify({ schemaVersion: 2, ...content });
    manifests.set(`${repository}@${digestOf(text)}`, Buffer.from(text));
    return { digest: digestOf(text), size: text.length };
  };
  const shared = put("a layer that both have");
  const platform = (architecture: string) =>
    manifest({
      mediaType: "application/vnd.oci.image.manifest.v1+json",
      config: put(JSON.stringify({ architecture })),
      layers: [shared, put(`binaries for ${architecture}`)],
    });
  const manifestList = [platform("amd64"), platform("arm64")];
  return manifest({ mediaType: "application/vnd.oci.image.index.v1+json", manifests: manifestList }).digest;
}

import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What a request meets instead of a plain answer; decided per request, so that a test can count what was felt. */
export type Fault =
  /** The connection breaks after so many bytes of the body. */
  | { kind: "reset"; afterBytes: number }
  | { kind: "status"; code: number }
  /** So many bytes of the body, then nothing more, with the connection open. */
  | { kind: "stall"; afterBytes: number };

interface Seen {
  method: string;
  key: string;
  range?: string;
  fault?: Fault["kind"];
}

/**
 * An S3-shaped server in this process: GET (with Range), HEAD, PUT and ListObjectsV2 on one bucket, path style.
 * It has no opinion on signatures.
 */
export class FakeS3 {
  readonly objects = new Map<string, { body: Buffer; metadata?: string }>();
  readonly seen: Seen[] = [];
  /** Object bytes that really left, also those of answers that were broken off. */
  bytesSent = 0;
  fault: (request: { method: string; key: string; nth: number }) => Fault | undefined = () => undefined;
  /** Holds a request back before it is answered. */
  delay: (key: string) => Promise<void> = async () => undefined;
  private readonly uploads = new Map<string, { parts: Buffer[]; metadata?: string }>();
  private readonly server: Server = createServer((request, response) => void this.answer(request, response));

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  felt = (kind: Fault["kind"]): number => this.seen.filter(({ fault }) => fault === kind).length;
  count = (method: string, key: string): number =>
    this.seen.filter((seen) => seen.method === method && seen.key === key).length;

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://fake");
    const key = decodeURIComponent(url.pathname).split("/").slice(2).join("/");
    const method = request.method ?? "";
    const nth = this.count(method, key) + 1;
    const fault = this.fault({ method, key, nth });
    this.seen.push({ method, key, range: request.headers.range, fault: fault?.kind });
    await this.delay(key);
    if (fault?.kind === "status") {
      request.resume();
      return void response
        .writeHead(fault.code, { "content-type": "application/xml" })
        .end(errorXml(fault.code < 500 ? "AccessDenied" : "SlowDown"));
    }
    if (method === "PUT") return this.put(key, url.searchParams, request, response);
    if (method === "POST") return this.multipart(key, url.searchParams, request, response);
    if (url.searchParams.has("list-type")) return this.list(url.searchParams.get("prefix") ?? "", response);
    const object = this.objects.get(key);
    if (object === undefined) return void response.writeHead(404).end(method === "HEAD" ? "" : errorXml("NoSuchKey"));
    if (method === "HEAD")
      return void response
        .writeHead(200, {
          "content-length": object.body.length,
          ...(object.metadata && { "x-amz-meta-sha256": object.metadata }),
        })
        .end();
    await this.get(object.body, request.headers.range, fault, response);
  }

  private async get(body: Buffer, range: string | undefined, fault: Fault | undefined, response: ServerResponse) {
    const start = range ? Number(/bytes=(\d+)-/.exec(range)?.[1]) : 0;
    if (range && start >= body.length) return void response.writeHead(416).end(errorXml("InvalidRange"));
    const part = body.subarray(start);
    response.writeHead(range ? 206 : 200, {
      "content-length": part.length,
      ...(range && { "content-range": `bytes ${start}-${body.length - 1}/${body.length}` }),
    });
    const sent = fault && "afterBytes" in fault ? part.subarray(0, fault.afterBytes) : part;
    this.bytesSent += sent.length;
    if (fault === undefined) return void response.end(sent);
    // Flushed before the connection breaks: the client has really got these bytes.
    await new Promise((resolve) => response.write(sent, resolve));
    if (fault.kind === "reset") setTimeout(() => response.destroy(), 20);
  }

  private list(prefix: string, response: ServerResponse): void {
    const entries = [...this.objects]
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, { body }]) => `<Contents><Key>${key}</Key><Size>${body.length}</Size></Contents>`);
    response
      .writeHead(200, { "content-type": "application/xml" })
      .end(`<ListBucketResult><IsTruncated>false</IsTruncated>${entries.join("")}</ListBucketResult>`);
  }

  private async put(key: string, query: URLSearchParams, request: IncomingMessage, response: ServerResponse) {
    const body = await bodyOf(request);
    const sha256 = createHash("sha256").update(body).digest("base64");
    const claimed = request.headers["x-amz-checksum-sha256"];
    if (claimed !== undefined && claimed !== sha256) return void response.writeHead(400).end(errorXml("BadDigest"));
    const upload = this.uploads.get(query.get("uploadId") ?? "");
    if (upload) upload.parts[Number(query.get("partNumber")) - 1] = body;
    else this.objects.set(key, { body, metadata: metadataOf(request) });
    response.writeHead(200, { etag: `"${sha256}"` }).end();
  }

  /** `?uploads` begins, `?uploadId` completes. */
  private async multipart(key: string, query: URLSearchParams, request: IncomingMessage, response: ServerResponse) {
    await bodyOf(request);
    const id = query.get("uploadId") ?? String(this.uploads.size + 1);
    const upload = this.uploads.get(id);
    response.writeHead(200, { "content-type": "application/xml" });
    if (upload === undefined) {
      this.uploads.set(id, { parts: [], metadata: metadataOf(request) });
      return void response.end(
        `<InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`,
      );
    }
    this.objects.set(key, { body: Buffer.concat(upload.parts), metadata: upload.metadata });
    response.end("<CompleteMultipartUploadResult><ETag>x</ETag></CompleteMultipartUploadResult>");
  }
}

const metadataOf = (request: IncomingMessage) => request.headers["x-amz-meta-sha256"] as string | undefined;

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

const errorXml = (code: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`;

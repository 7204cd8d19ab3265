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
  readonly objects = new Map<string, { body: Buffer; sha256?: string }>();
  readonly seen: Seen[] = [];
  /** Object bytes that really left, also those of answers that were broken off. */
  bytesSent = 0;
  fault: (request: { method: string; key: string; nth: number }) => Fault | undefined = () => undefined;
  /** Holds a request back before it is answered. */
  delay: (key: string) => Promise<void> = async () => undefined;
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
      return void response.writeHead(fault.code, { "content-type": "application/xml" }).end(errorXml("SlowDown"));
    }
    if (method === "PUT") return this.put(key, request, response);
    if (url.searchParams.has("list-type")) return this.list(url.searchParams.get("prefix") ?? "", response);
    const object = this.objects.get(key);
    if (object === undefined) return void response.writeHead(404).end(method === "HEAD" ? "" : errorXml("NoSuchKey"));
    const checksum = object.sha256 && { "x-amz-checksum-sha256": object.sha256 };
    if (method === "HEAD")
      return void response.writeHead(200, { "content-length": object.body.length, ...checksum }).end();
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

  private async put(key: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const sha256 = createHash("sha256").update(body).digest("base64");
    const claimed = request.headers["x-amz-checksum-sha256"];
    if (claimed !== undefined && claimed !== sha256) return void response.writeHead(400).end(errorXml("BadDigest"));
    this.objects.set(key, { body, sha256 });
    response.writeHead(200, { etag: `"${sha256}"` }).end();
  }
}

const errorXml = (code: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`;

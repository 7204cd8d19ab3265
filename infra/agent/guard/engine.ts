import http, { type IncomingMessage } from "node:http";

/** The engine could not be reached, or hung up before it answered. */
export class EngineUnreachable extends Error {
  constructor(
    readonly refused: boolean,
    options?: ErrorOptions,
  ) {
    super(refused ? "the engine is not listening" : "the engine hung up", options);
  }
}

/** Below the 5 s after which the engine's web server (uvicorn) closes an idle connection, so that we close first. */
const IDLE_SOCKET_MS = 4000;
const LARGEST_REPLY = 64 * 2 ** 20;

/** Talks HTTP to the one engine in this pod over kept-alive loopback connections. */
export class EngineClient {
  readonly #agent = new http.Agent({ keepAlive: true, timeout: IDLE_SOCKET_MS, maxFreeSockets: 256 });
  readonly #host: string;
  readonly #port: string;

  constructor(url: string) {
    const { hostname, port } = new URL(url);
    this.#host = hostname;
    this.#port = port;
  }

  /** Sends a JSON body under our own headers only. Resolves at the reply's head; aborting ends the engine's work. */
  async post(path: string, bytes: Buffer, id: string, signal: AbortSignal): Promise<IncomingMessage> {
    const headers = { "content-type": "application/json", "content-length": bytes.length, "x-request-id": id };
    try {
      return await this.#send("POST", path, headers, bytes, signal);
    } catch (error) {
      // The engine may close a kept-alive connection just as we use it: that request was never read.
      if (error instanceof ReusedSocketReset) return this.#send("POST", path, headers, bytes, signal, false);
      throw error;
    }
  }

  /** One small exchange with a time limit, for probes: status and text. */
  async ask(path: string, timeoutMs: number, body?: object): Promise<{ status: number; text: string }> {
    const bytes = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
    const headers = bytes ? { "content-type": "application/json", "content-length": bytes.length } : {};
    const signal = AbortSignal.timeout(timeoutMs);
    // A fresh connection each time: a probe must not fail because of an old one.
    const reply = await this.#send(bytes ? "POST" : "GET", path, headers, bytes, signal, false);
    return { status: reply.statusCode ?? 0, text: (await collect(reply)).toString("utf8") };
  }

  close(): void {
    this.#agent.destroy();
  }

  #send(
    method: string,
    path: string,
    headers: http.OutgoingHttpHeaders,
    body: Buffer | undefined,
    signal: AbortSignal,
    keepAlive = true,
  ): Promise<IncomingMessage> {
    const agent = keepAlive ? this.#agent : false;
    const request = http.request({ host: this.#host, port: this.#port, method, path, headers, agent });
    const reply = replyOf(request, signal);
    request.end(body);
    return reply;
  }
}

class ReusedSocketReset extends Error {}

/** Knows nothing of the body: its listeners live as long as the answer, and would keep it in memory for as long. */
function replyOf(request: http.ClientRequest, signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    // By hand: the option `signal` also watches every stream of the exchange for its end, a tenth of the guard's time.
    const abort = () => request.destroy(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    request.on("close", () => signal.removeEventListener("abort", abort));
    request.on("response", resolve);
    request.on("error", (error: NodeJS.ErrnoException) => {
      if (signal.aborted) reject(signal.reason);
      else if (request.reusedSocket && error.code === "ECONNRESET") reject(new ReusedSocketReset());
      else reject(new EngineUnreachable(error.code === "ECONNREFUSED", { cause: error }));
    });
  });
}

/** The whole reply; throws `EngineUnreachable` where it ends early. */
export function collect(reply: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const fail = (cause: unknown) => reject(new EngineUnreachable(false, { cause }));
    reply.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      chunks.push(chunk);
      if (bytes > LARGEST_REPLY) reply.destroy(new Error("reply too large"));
    });
    reply.on("end", () => resolve(Buffer.concat(chunks)));
    reply.on("error", fail);
    reply.on("close", () => {
      if (!reply.complete) fail(new Error("the reply ended early"));
    });
  });
}

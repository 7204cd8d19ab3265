import { once } from "node:events";
import http, { type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** How the fake answers the next completions. */
export type Behaviour =
  | "answers"
  /** Takes the request and never answers; `/health` stays 200. */
  | "hangs"
  /** Sends three events, then resets the connection. */
  | "dies mid-stream"
  /** Sends three events and half a fourth, then ends in good order, as a truncating proxy would. */
  | "truncates"
  /** Ends after two tokens with `finish_reason: abort`. */
  | "aborts"
  /** Status 200, then an error event at once, as vLLM does when its core has died. */
  | "fails at once"
  /** Two tokens, an error event, `[DONE]`. */
  | "fails mid-stream"
  /** Status 500 with text that must not leave the pod. */
  | "answers 500"
  | "answers 503"
  /** One event per 20 ms until the client leaves. */
  | "streams forever";

export interface SeenRequest {
  method: string;
  path: string;
  headers: http.IncomingHttpHeaders;
  rawHeaders: string[];
  body: Record<string, unknown>;
}

/** A real HTTP server that speaks as much of vLLM's protocol as the guard uses, with faults to order. */
export class FakeEngine {
  behaviour: Behaviour = "answers";
  healthy = true;
  /** Grows with every engine step, as `vllm:iteration_tokens_total_count` does. */
  steps = 0;
  tokens = 4;
  tokenDelayMs = 0;
  /** Bytes of each streamed token. */
  tokenBytes = 6;
  /** Longest prompt + max_tokens; above it vLLM answers 400. */
  contextBytes = Number.POSITIVE_INFINITY;
  /** Completions that came from clients, not from the guard's own probes. */
  readonly seen: SeenRequest[] = [];
  probes = 0;
  firstProbe: Record<string, unknown> | undefined;
  metricsAsked = 0;
  /** Requests in work, and those that ended because the other side hung up. */
  running = 0;
  hungUp = 0;
  /** Resets a kept-alive connection when a second completion comes over it, as a server does that was about to close it. */
  resetsReused = false;
  resets = 0;
  readonly #used = new WeakSet<object>();
  #server: http.Server | undefined;
  #port = 0;
  #stepping: NodeJS.Timeout | undefined;

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  async start(): Promise<this> {
    this.#server = http.createServer((request, response) => void this.#answer(request, response));
    this.#server.listen(this.#port, "127.0.0.1");
    await once(this.#server, "listening");
    this.#port = (this.#server.address() as AddressInfo).port;
    return this;
  }

  /** The engine works, whether or not an answer comes out. */
  stepEvery(ms: number): void {
    clearInterval(this.#stepping);
    this.#stepping = setInterval(() => this.steps++, ms);
  }

  stopStepping(): void {
    clearInterval(this.#stepping);
  }

  /** Ends as a killed process does: every connection reset, then refused. */
  async kill(): Promise<void> {
    this.stopStepping();
    const server = this.#server;
    this.#server = undefined;
    if (!server?.listening) return;
    server.close();
    server.closeAllConnections();
    await once(server, "close");
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? "";
    if (path === "/health") return void response.writeHead(this.healthy ? 200 : 503).end();
    if (path === "/metrics") {
      this.metricsAsked++;
      return void response.end(`vllm:iteration_tokens_total_count{engine="0"} ${this.steps}\n`);
    }
    if (path !== "/v1/chat/completions" && path !== "/v1/completions") {
      this.seen.push({
        method: request.method ?? "",
        path,
        headers: request.headers,
        rawHeaders: request.rawHeaders,
        body: {},
      });
      return void response.end("an open path of the engine");
    }
    if (this.resetsReused && this.#used.has(request.socket)) {
      this.resets++;
      return void request.socket.destroy();
    }
    this.#used.add(request.socket);
    const body = JSON.parse(await textOf(request)) as Record<string, unknown>;
    const isProbe = body.cache_salt === "homeport-watch";
    if (isProbe) {
      this.probes++;
      this.firstProbe ??= body;
    } else {
      const { method = "", headers, rawHeaders } = request;
      this.seen.push({ method, path, headers, rawHeaders, body });
    }
    if (isProbe && this.behaviour !== "hangs") return this.#sendJson(response, 200, this.#whole(body, 1, "length"));
    this.running++;
    response.once("close", () => {
      this.running--;
      if (!response.writableEnded) this.hungUp++;
    });
    await this.#complete(body, response);
  }

  async #complete(body: Record<string, unknown>, response: ServerResponse): Promise<void> {
    const asked = Number(body.max_tokens ?? body.max_completion_tokens ?? 0);
    if (JSON.stringify(body.messages ?? "").length + asked > this.contextBytes) {
      return this.#sendJson(response, 400, { error: { message: "maximum context length", type: "BadRequestError" } });
    }
    switch (this.behaviour) {
      case "hangs":
        return;
      case "answers 500":
        return this.#sendJson(response, 500, { error: { message: "secret engine internals /weights" } });
      case "answers 503":
        return this.#sendJson(response, 503, { error: { message: "queue full" } });
    }
    if (body.stream === true) return this.#stream(body, response);
    if (this.behaviour === "dies mid-stream") {
      response.writeHead(200, { "content-type": "application/json", "content-length": 1000 });
      response.write('{"choices":');
      return void setTimeout(() => response.destroy(), 5);
    }
    const reason = this.behaviour === "aborts" ? "abort" : "stop";
    await sleep(this.tokenDelayMs * this.tokens);
    this.#sendJson(response, 200, this.#whole(body, this.tokens, reason));
  }

  async #stream(body: Record<string, unknown>, response: ServerResponse): Promise<void> {
    response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8" });
    const send = (event: unknown) =>
      response.write(`data: ${typeof event === "string" ? event : JSON.stringify(event)}\n\n`);
    const token = (i: number, finish_reason: string | null = null) =>
      send({ choices: [{ index: 0, delta: { content: `word${i} `.padEnd(this.tokenBytes) }, finish_reason }] });
    const engineError = {
      error: { message: "EngineCore encountered an issue", type: "InternalServerError", code: 500 },
    };
    const failsAfter = { "dies mid-stream": 3, truncates: 3, aborts: 1, "fails mid-stream": 2, "fails at once": 0 };
    const faultAt = failsAfter[this.behaviour as keyof typeof failsAfter] ?? Number.POSITIVE_INFINITY;
    const count = this.behaviour === "streams forever" ? Number.POSITIVE_INFINITY : this.tokens;
    for (let i = 0; i < Math.min(count, faultAt) && !response.destroyed; i++) {
      const roomLeft = token(i, i === count - 1 ? "stop" : null);
      this.steps++;
      if (!roomLeft) await roomIn(response);
      await sleep(this.behaviour === "streams forever" ? 20 : this.tokenDelayMs);
    }
    switch (this.behaviour) {
      case "dies mid-stream":
        await sleep(5);
        return void response.destroy();
      case "truncates":
        return void response.end('data: {"choices":[{"index":0,"delta":{"con');
      case "aborts":
        token(1, "abort");
        break;
      case "fails at once":
      case "fails mid-stream":
        send(engineError);
        break;
    }
    const options = body.stream_options as { include_usage?: boolean } | undefined;
    if (options?.include_usage) send({ choices: [], usage: usageOf(this.tokens) });
    send("[DONE]");
    response.end();
  }

  #whole(body: Record<string, unknown>, tokens: number, finish_reason: string): object {
    const text = "word ".repeat(tokens);
    const choice = body.messages ? { index: 0, message: { role: "assistant", content: text } } : { index: 0, text };
    return { choices: [{ ...choice, finish_reason }], usage: usageOf(tokens) };
  }

  #sendJson(response: ServerResponse, status: number, body: object): void {
    response.writeHead(status, { "content-type": "application/json", server: "uvicorn" });
    response.end(JSON.stringify(body));
  }
}

/** As vLLM counts with `--enable-prompt-tokens-details`. */
const usageOf = (tokens: number) => ({
  prompt_tokens: 7,
  prompt_tokens_details: { cached_tokens: 3 },
  completion_tokens: tokens,
});

const sleep = (ms: number): Promise<void> =>
  ms > 0 ? new Promise((resolve) => setTimeout(resolve, ms)) : Promise.resolve();

/** Resolves when the response can take more, or never will. */
const roomIn = (response: ServerResponse): Promise<void> =>
  new Promise((resolve) => {
    const over = () => {
      response.off("drain", over).off("close", over);
      resolve();
    };
    response.on("drain", over).on("close", over);
  });

async function textOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request) text += String(chunk);
  return text;
}

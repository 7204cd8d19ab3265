import http, { type IncomingMessage, type OutgoingHttpHeaders, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { GuardConfig } from "../../core/agent-config";
import { shortId } from "../../core/release";
import type { Admission } from "./admission";
import { type AuditEntry, callerOf, type Outcome, requestIdOf } from "./audit";
import { type Caller, chatCall, completionCall } from "./call";
import type { Drain } from "./drain";
import type { EngineClient } from "./engine";
import { exchange } from "./exchange";
import { ClientGone, RequestProblem, unavailable } from "./problem";
import { readBody } from "./read-body";
import { matchRoute, type Route } from "./routes";
import type { EngineWatch } from "./watch";

const MAX_HEADER_BYTES = 64 * 1024;

export interface ServeParts {
  config: GuardConfig;
  engine: EngineClient;
  watch: EngineWatch;
  admission: Admission;
  drain: Drain;
  /** Called once per request, whatever became of it. */
  done: (entry: AuditEntry) => void;
}

/** The server on the pod's port: everything a client may reach. */
export function serveServer(parts: ServeParts): http.Server {
  const { headerSeconds = 10, requestSeconds = 60 } = parts.config.limits;
  const stamps = {
    "x-homeport-release": shortId(parts.config.releaseId),
    "x-homeport-release-name": parts.config.releaseName,
    "x-homeport-variant": parts.config.variant,
  };
  const known = new WeakSet<Duplex>();
  let count = 0;
  const server = http.createServer(
    {
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout: headerSeconds * 1000,
      requestTimeout: requestSeconds * 1000,
      connectionsCheckingInterval: Math.min(1000, headerSeconds * 500),
      // The proxy in front closes idle connections; if we did, it would now and then write into one just closed.
      keepAliveTimeout: 0,
    },
    (request, response) => {
      known.add(request.socket);
      response.once("close", () => known.delete(request.socket));
      const headers = parts.drain.phase === "serving" ? stamps : { ...stamps, connection: "close" };
      void answer(request, response, parts, headers, ++count);
    },
  );
  server.on("clientError", (error: NodeJS.ErrnoException, socket) => {
    if (isSilent(error, socket)) return;
    const problem = protocolProblem(error);
    if (!known.has(socket) && problem) {
      parts.done({ id: "-", caller: {}, status: problem.status, outcome: "denied", reason: problem.code, totalMs: 0 });
    }
    if (problem && socket.writable) socket.end(rawAnswer(problem));
    else socket.destroy();
  });
  return server;
}

/**
 * A connection that was opened and not used yet, as a proxy keeps some: too slow is only who has begun to speak. An answer
 * to nobody would be read as the answer to the request that the proxy sends in that very moment.
 */
const isSilent = ({ code }: NodeJS.ErrnoException, socket: Duplex): boolean =>
  code === "ERR_HTTP_REQUEST_TIMEOUT" && (socket as Socket).bytesRead === 0;

/** What the end of one request looks like, before its times are added. */
type Ending = Pick<AuditEntry, "status" | "outcome"> & Partial<AuditEntry>;

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  parts: ServeParts,
  headers: OutgoingHttpHeaders,
  count: number,
): Promise<void> {
  const start = performance.now();
  const caller = callerOf(request);
  const id = requestIdOf(request);
  let route: Route | undefined;
  let ending: Ending;
  try {
    route = matchRoute(request.method ?? "", request.url ?? "");
    refuseUnlessServing(parts);
    ending =
      route === "/v1/models"
        ? listModels(response, parts.config, headers)
        : await complete(route, request, response, parts, { headers, id: `${id}-${count}`, caller, start });
  } catch (error) {
    ending = sendProblem(response, error, headers);
  }
  const known = route === undefined ? {} : { route };
  parts.done({ id, caller, ...known, totalMs: performance.now() - start, ...ending });
}

function refuseUnlessServing({ watch, drain }: ServeParts): void {
  if (drain.phase === "closed") throw unavailable("stopping", "this server is stopping; ask again", 1);
  if (!watch.started) throw unavailable("starting", "the model is not loaded yet", 5);
  if (!watch.responsive) throw unavailable("engine_stalled", "the engine makes no progress", 5);
}

/** Answered here: the engine's own list also tells the path of the weights. */
function listModels(response: ServerResponse, config: GuardConfig, headers: OutgoingHttpHeaders): Ending {
  const model = {
    id: config.model,
    object: "model",
    created: 0,
    owned_by: "homeport",
    max_model_len: config.limits.maxModelLen,
  };
  sendJson(response, 200, { object: "list", data: [model] }, headers);
  return { status: 200, outcome: "ok" };
}

async function complete(
  route: Exclude<Route, "/v1/models">,
  request: IncomingMessage,
  response: ServerResponse,
  { config, engine, watch, admission }: ServeParts,
  at: { headers: OutgoingHttpHeaders; id: string; caller: Partial<Caller>; start: number },
): Promise<Ending> {
  const toCall = route === "/v1/completions" ? completionCall : chatCall;
  const caller = { client: at.caller.client ?? "", policy: at.caller.policy ?? "" };
  // Before the body: hundreds that are read at once and refused afterwards would have filled the memory by then.
  const ticket = admission.enter();
  const hungUp = () => {
    if (!response.writableEnded) ticket.cut(new ClientGone());
  };
  response.once("close", hungUp);
  try {
    const call = toCall(await readBody(request, config.limits.bodyBytes, ticket), caller, {
      model: config.model,
      ...config.limits,
    });
    ticket.hold(call.body.length);
    ticket.ask(call.sequences);
    const end = await exchange(call, response, {
      engine,
      watch,
      id: at.id,
      signal: ticket.signal,
      onTaken: () => ticket.hold(0),
      headers: at.headers,
    });
    const { firstEventAt, ...rest } = end;
    const firstToken = firstEventAt === undefined ? {} : { firstTokenMs: firstEventAt - at.start };
    return { ...rest, ...firstToken, status: response.statusCode };
  } finally {
    response.off("close", hungUp);
    ticket.leave();
  }
}

function sendProblem(response: ServerResponse, error: unknown, headers: OutgoingHttpHeaders): Ending {
  if (error instanceof ClientGone || response.destroyed) return { status: 499, outcome: "cancelled" };
  const problem = error instanceof RequestProblem ? error : new RequestProblem(500, "internal", "internal error");
  const retry: OutgoingHttpHeaders = problem.facts.retryAfter ? { "retry-after": `${problem.facts.retryAfter}` } : {};
  sendJson(response, problem.status, problem, { ...headers, ...retry });
  return { status: problem.status, outcome: outcomeOf(problem), reason: problem.code };
}

function outcomeOf({ status, code }: RequestProblem): Outcome {
  if (code === "engine_aborted") return "aborted";
  if (code === "engine_lost" || code === "stream_cut" || code === "engine_hung") return "failed";
  if (status === 429) return "shed";
  return status === 503 ? "unavailable" : status >= 500 ? "failed" : "denied";
}

function sendJson(response: ServerResponse, status: number, body: object, headers: OutgoingHttpHeaders): void {
  const bytes = Buffer.from(JSON.stringify(body));
  response.writeHead(status, { ...headers, "content-type": "application/json", "content-length": bytes.length });
  response.end(bytes);
}

/** Answers to what is not even a request; undefined where the peer just went away. */
function protocolProblem({ code }: NodeJS.ErrnoException): RequestProblem | undefined {
  if (code === "ECONNRESET" || code === "EPIPE") return undefined;
  if (code === "HPE_HEADER_OVERFLOW") return new RequestProblem(431, "headers_too_large", "the headers are too large");
  if (code === "ERR_HTTP_REQUEST_TIMEOUT") return new RequestProblem(408, "too_slow", "the request took too long");
  return new RequestProblem(400, "invalid_http", "this is not a valid HTTP request");
}

function rawAnswer(problem: RequestProblem): string {
  const body = JSON.stringify(problem);
  const head = `HTTP/1.1 ${problem.status} ${http.STATUS_CODES[problem.status]}`;
  const length = Buffer.byteLength(body);
  return `${head}\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n\r\n${body}`;
}

import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from "node:http";
import { type Call, uncapped } from "./call";
import { collect, type EngineClient, EngineUnreachable } from "./engine";
import { RequestProblem, unavailable } from "./problem";
import { type Payload, type Usage, usageOf, wasAborted } from "./sse";
import { engineAborted, engineFailed, engineLost, passStream, type StreamEnd } from "./stream";
import type { EngineWatch } from "./watch";

/** Statuses of the engine that say "your mistake" and are passed on with the engine's words. */
const CLIENT_MISTAKES = new Set([400, 404, 413, 422]);

const NOTHING = Buffer.alloc(0);

export interface Exchange {
  engine: EngineClient;
  watch: EngineWatch;
  /** Unique in this pod: two requests under one id would end in each other's answers. */
  id: string;
  signal: AbortSignal;
  /** The engine has the body, nobody keeps it any more. */
  onTaken: () => void;
  headers: OutgoingHttpHeaders;
}

export interface ExchangeEnd extends Omit<StreamEnd, "outcome"> {
  outcome: StreamEnd["outcome"] | "refused";
}

/** Asks the engine and passes its answer on. Throws a `RequestProblem` while nothing has been sent. */
export async function exchange(call: Call, response: ServerResponse, to: Exchange): Promise<ExchangeEnd> {
  try {
    const reply = await ask(call, to);
    call.body = NOTHING;
    to.onTaken();
    if (reply.statusCode !== 200) return await passRefusal(reply, response, to);
    if (!call.stream) return await passWhole(reply, response, to);
    const headers = { ...to.headers, "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache" };
    return await passStream(reply, response, {
      headers,
      wantsUsage: call.wantsUsage,
      signal: to.signal,
      onProgress: () => to.watch.progress(),
    });
  } catch (error) {
    throw await asProblem(error, to);
  }
}

/** In a function of its own, so that no body outlives it in a variable. */
async function ask(call: Call, { engine, id, signal }: Exchange): Promise<IncomingMessage> {
  const reply = await engine.post(call.path, call.body, id, signal);
  const second = reply.statusCode === 400 ? uncapped(call) : undefined;
  if (second === undefined) return reply;
  reply.resume();
  return engine.post(call.path, second, `${id}b`, signal);
}

/** A whole answer is read before any of it is sent, so whatever is wrong with it can still be a retryable error. */
async function passWhole(reply: IncomingMessage, response: ServerResponse, to: Exchange): Promise<ExchangeEnd> {
  const bytes = await collect(reply);
  to.watch.progress();
  const payload = parseAnswer(bytes);
  if (wasAborted(payload)) throw engineAborted();
  response.writeHead(200, { ...to.headers, "content-type": "application/json", "content-length": bytes.length });
  response.end(bytes);
  const usage: Usage | undefined = usageOf(payload);
  return { outcome: "ok", ...(usage ? { usage } : {}) };
}

async function passRefusal(reply: IncomingMessage, response: ServerResponse, to: Exchange): Promise<ExchangeEnd> {
  const status = reply.statusCode ?? 500;
  const bytes = await collect(reply);
  if (status === 429 || status === 503) throw unavailable("engine_busy", "the model is busy; try again later", 1);
  if (!CLIENT_MISTAKES.has(status)) throw engineFailed();
  to.watch.progress();
  response.writeHead(status, { ...to.headers, "content-type": "application/json", "content-length": bytes.length });
  response.end(bytes);
  return { outcome: "refused", reason: `engine_${status}` };
}

function parseAnswer(bytes: Buffer): Payload {
  try {
    return JSON.parse(bytes.toString("utf8")) as Payload;
  } catch {
    throw engineLost();
  }
}

/**
 * What to tell the client. A 500 of an engine that says it is not well is the engine's end, not the request's fault:
 * then another replica may be asked. Otherwise it stays 500, so that a request that kills engines is not passed around.
 */
async function asProblem(error: unknown, { signal, watch }: Exchange): Promise<Error> {
  if (signal.aborted) return signal.reason as Error;
  if (error instanceof EngineUnreachable) {
    void watch.suspect();
    return engineLost();
  }
  if (error instanceof RequestProblem && error.status === 500 && !(await watch.suspect())) return engineLost();
  return error as Error;
}

import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from "node:http";
import { ClientGone, RequestProblem, unavailable } from "./problem";
import { EventSplitter, errorEvent, meaningOf, type Usage } from "./sse";

export interface StreamOptions {
  headers: OutgoingHttpHeaders;
  wantsUsage: boolean;
  /** Aborted with a `RequestProblem` to cut the stream, or with `ClientGone`. */
  signal: AbortSignal;
  onProgress: () => void;
}

export interface StreamEnd {
  outcome: "ok" | "cut" | "aborted" | "cancelled";
  /** From the usage event; a stream that was cut has none, and then the events are counted. */
  usage?: Usage;
  firstEventAt?: number;
  reason?: string;
}

/**
 * Passes the engine's event stream on, event by event, without waiting for more than one. The status is held back until
 * the first event, so that an engine that fails before it (under status 200) still gives a retryable error; that is the
 * case in which this throws. A stream that has begun always ends with `[DONE]` or with an error event, never silently.
 */
export function passStream(
  reply: IncomingMessage,
  response: ServerResponse,
  options: StreamOptions,
): Promise<StreamEnd> {
  return new Promise((resolve, reject) => {
    const splitter = new EventSplitter();
    let over = false;
    let firstEventAt: number | undefined;
    let events = 0;
    let usage: Usage | undefined;

    const finish = (outcome: StreamEnd["outcome"], reason?: string) => {
      over = true;
      response.off("drain", resume);
      const counted = usage ?? (events > 0 ? { prompt: 0, completion: events } : undefined);
      resolve({
        outcome,
        ...(counted ? { usage: counted } : {}),
        ...(firstEventAt === undefined ? {} : { firstEventAt }),
        ...(reason ? { reason } : {}),
      });
    };
    const fail = (problem: RequestProblem, outcome: "cut" | "aborted" = "cut") => {
      if (over) return;
      over = true;
      reply.destroy();
      if (!response.headersSent) return reject(problem);
      response.end(errorEvent(problem));
      finish(outcome, problem.code);
    };
    const pass = (event: Buffer) => {
      if (!response.headersSent) {
        firstEventAt = performance.now();
        response.writeHead(200, options.headers);
      }
      if (!response.write(event)) reply.pause();
    };
    const handle = (event: Buffer) => {
      const meaning = meaningOf(event);
      switch (meaning.kind) {
        case "done":
          if (!response.headersSent) return fail(engineLost());
          response.end(event);
          return finish("ok");
        case "error":
          return fail(engineFailed());
        case "usage":
          usage = meaning.usage;
          if (options.wantsUsage) pass(event);
          return;
        case "data":
          if (meaning.aborted) return fail(engineAborted(), "aborted");
          events++;
          pass(event);
      }
    };
    const resume = () => reply.resume();

    response.on("drain", resume);
    reply.on("data", (chunk: Buffer) => {
      if (over) return;
      options.onProgress();
      try {
        for (const event of splitter.push(chunk)) if (!over) handle(event);
      } catch {
        fail(engineLost());
      }
    });
    reply.on("end", () => fail(engineLost()));
    reply.on("close", () => fail(engineLost()));
    reply.on("error", () => {
      if (over) return;
      const reason = options.signal.aborted ? options.signal.reason : undefined;
      if (reason instanceof ClientGone) return finish("cancelled");
      fail(reason instanceof RequestProblem ? reason : engineLost());
    });
  });
}

export const engineLost = (): RequestProblem =>
  unavailable("engine_lost", "the engine stopped before the answer was complete; ask again", 1);

/** The engine reported an error of its own; its text may hold the prompt or paths, so it is not passed on. */
export const engineFailed = (): RequestProblem =>
  new RequestProblem(500, "engine_error", "the engine failed on this request");

export const engineAborted = (): RequestProblem =>
  unavailable("engine_aborted", "the engine gave up on this request; ask again", 1);

import type { IncomingMessage } from "node:http";
import type { Ticket } from "./admission";
import { ClientGone, RequestProblem } from "./problem";

/**
 * The request's body, at most `limit` bytes however it is framed, held by its ticket from the first byte. Throws 413, 415
 * or 429, `ClientGone`, or what the ticket was cut with.
 */
export function readBody(request: IncomingMessage, limit: number, ticket: Ticket): Promise<Buffer> {
  const { "content-type": type, "content-encoding": encoding, "content-length": length } = request.headers;
  if (!/^application\/json\s*(;|$)/i.test(type ?? "")) {
    throw new RequestProblem(415, "content_type", "content-type must be application/json");
  }
  if (encoding !== undefined && encoding !== "identity") {
    throw new RequestProblem(415, "content_encoding", "send the body without content-encoding");
  }
  const announced = Number(length ?? 0);
  if (announced > limit) throw tooLarge(limit);
  ticket.hold(announced);
  return new Promise((resolve, reject) => {
    // The request lives as long as its answer, and its listeners with it; neither the pieces nor the whole (which the
    // promise holds, and its two functions the promise) may.
    let waiting: { resolve: typeof resolve; reject: typeof reject } | undefined = { resolve, reject };
    let chunks: Buffer[] = [];
    let bytes = 0;
    const end = () => {
      const was = waiting;
      waiting = undefined;
      ticket.signal.removeEventListener("abort", cut);
      const pieces = chunks;
      chunks = [];
      return { was, pieces };
    };
    const fail = (error: Error) => end().was?.reject(error);
    const cut = () => fail(ticket.signal.reason as Error);
    ticket.signal.addEventListener("abort", cut, { once: true });
    request.on("data", (chunk: Buffer) => {
      // After a failure the rest is read and dropped, so that the client gets to read the answer.
      if (!waiting) return;
      bytes += chunk.length;
      try {
        if (bytes > limit) throw tooLarge(limit);
        if (bytes > announced) ticket.hold(bytes);
        chunks.push(chunk);
      } catch (error) {
        fail(error as Error);
      }
    });
    request.on("end", () => {
      const { was, pieces } = end();
      was?.resolve(Buffer.concat(pieces));
    });
    request.on("error", () => fail(new ClientGone()));
    // Every request closes; an error and its stack trace are made only for one that was not whole.
    request.on("close", () => {
      if (!request.complete) fail(new ClientGone());
    });
  });
}

const tooLarge = (limit: number): RequestProblem =>
  new RequestProblem(413, "body_too_large", `the body may have at most ${limit} bytes`);

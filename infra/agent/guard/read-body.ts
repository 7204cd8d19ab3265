import type { IncomingMessage } from "node:http";
import { ClientGone, RequestProblem } from "./problem";

/** The request's body, at most `limit` bytes however it is framed. Throws 413 or 415, or `ClientGone`. */
export function readBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  const { "content-type": type, "content-encoding": encoding, "content-length": length } = request.headers;
  if (!/^application\/json\s*(;|$)/i.test(type ?? "")) {
    throw new RequestProblem(415, "content_type", "content-type must be application/json");
  }
  if (encoding !== undefined && encoding !== "identity") {
    throw new RequestProblem(415, "content_encoding", "send the body without content-encoding");
  }
  if (Number(length ?? 0) > limit) throw tooLarge(limit);
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      // What follows is read and dropped, so that the client gets to read the answer.
      if (bytes > limit) reject(tooLarge(limit));
      else chunks.push(chunk);
    });
    request.on("end", () => {
      resolve(Buffer.concat(chunks));
      // The request lives as long as its answer, and its listeners with it; the pieces must not.
      chunks.length = 0;
    });
    request.on("error", () => reject(new ClientGone()));
    // Every request closes; an error and its stack trace are made only for one that was not whole.
    request.on("close", () => {
      if (!request.complete) reject(new ClientGone());
    });
  });
}

const tooLarge = (limit: number): RequestProblem =>
  new RequestProblem(413, "body_too_large", `the body may have at most ${limit} bytes`);

import { request as ask, type IncomingMessage } from "node:http";
import { type Loopback, loopback } from "./loopback";

/** Stands before another server on loopback: adds headers to its answers, and refuses what `refuses` says. */
export const forwarded = (
  endpoint: string,
  headersFor: (request: IncomingMessage) => Record<string, string | undefined>,
  refuses: (request: IncomingMessage) => boolean = () => false,
): Promise<Loopback> =>
  loopback((request, response) => {
    if (refuses(request)) {
      request.resume();
      return void response.writeHead(403).end();
    }
    const { method, url, headers } = request;
    const onward = ask(`${endpoint}${url}`, { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, { ...answer.headers, ...headersFor(request) });
      answer.pipe(response);
    });
    onward.on("error", () => response.destroy());
    request.pipe(onward);
  });

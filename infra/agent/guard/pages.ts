import http from "node:http";

type Answer = [status: number, text: string];
/** What stands at each path; anything else is 404. */
export type Pages = Record<string, () => Promise<Answer> | Answer>;

/** A server of a few plain text pages. */
export function pageServer(pages: Pages): http.Server {
  return http.createServer(async (request, response) => {
    const path = (request.url ?? "").split("?", 1)[0] ?? "";
    const page = Object.hasOwn(pages, path) ? pages[path] : undefined;
    const [status, text] = page ? await page() : [404, "not found\n"];
    response.writeHead(status, { "content-type": "text/plain; charset=utf-8" }).end(text);
  });
}

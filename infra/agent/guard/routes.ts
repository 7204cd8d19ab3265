import { RequestProblem } from "./problem";

/** The whole surface of the pod's port. vLLM serves about forty paths more, most of them without any access check. */
const ROUTES = {
  "/v1/chat/completions": "POST",
  "/v1/completions": "POST",
  "/v1/models": "GET",
} as const;

export type Route = keyof typeof ROUTES;

const isRoute = (path: string): path is Route => Object.hasOwn(ROUTES, path);

/** The route of a request line. Paths are compared byte by byte: nothing is decoded, merged or case-folded. */
export function matchRoute(method: string, url: string): Route {
  const query = url.indexOf("?");
  const path = query < 0 ? url : url.slice(0, query);
  if (!isRoute(path)) throw new RequestProblem(404, "unknown_path", "unknown path");
  if (method !== ROUTES[path]) {
    throw new RequestProblem(405, "wrong_method", `this path answers ${ROUTES[path]} only`);
  }
  return path;
}

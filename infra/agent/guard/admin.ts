import type http from "node:http";
import type { Drain } from "./drain";
import { pageServer } from "./pages";
import type { EngineWatch } from "./watch";

export interface AdminParts {
  watch: EngineWatch;
  drain: Drain;
  isReady: () => boolean;
}

/**
 * The port of the kubelet alone: probes and the stop hook. Who reaches it can take the pod out of service, so no
 * NetworkPolicy opens it.
 */
export function adminServer({ watch, drain, isReady }: AdminParts): http.Server {
  return pageServer({
    // The guard itself, whatever its engine does.
    "/guard": () => verdict(true),
    "/started": () => verdict(watch.started),
    "/ready": () => verdict(isReady()),
    "/live": () => verdict(watch.alive),
    "/drain": async () => [200, `${JSON.stringify(await drain.begin())}\n`],
  });
}

const verdict = (good: boolean): [number, string] => (good ? [200, "ok\n"] : [503, "no\n"]);

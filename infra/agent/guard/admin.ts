import http from "node:http";
import type { Admission } from "./admission";
import type { Drain } from "./drain";
import type { EngineClient } from "./engine";
import type { Metrics } from "./metrics";
import type { EngineWatch } from "./watch";

export interface AdminParts {
  engine: EngineClient;
  watch: EngineWatch;
  admission: Admission;
  drain: Drain;
  metrics: Metrics;
}

const ENGINE_METRICS_MS = 5000;

/** The second port: probes and the stop hook for the kubelet, metrics for Prometheus. Not for clients. */
export function adminServer({ engine, watch, admission, drain, metrics }: AdminParts): http.Server {
  const isReady = () => watch.started && watch.responsive && drain.phase === "serving";
  const pages: Record<string, () => Promise<[number, string]> | [number, string]> = {
    "/started": () => verdict(watch.started),
    "/ready": () => verdict(isReady()),
    "/live": () => verdict(watch.alive),
    "/drain": async () => [200, `${JSON.stringify(await drain.begin())}\n`],
    // The engine listens on loopback only, so its own metrics leave the pod here.
    "/engine-metrics": () =>
      engine.ask("/metrics", ENGINE_METRICS_MS).then(
        ({ status, text }) => [status, text],
        () => [503, "the engine does not answer\n"],
      ),
    "/metrics": () => [
      200,
      metrics.render({ inFlight: admission.inFlight, ready: isReady(), stalledSeconds: watch.stalledSeconds }),
    ],
  };
  return http.createServer(async (request, response) => {
    const path = (request.url ?? "").split("?", 1)[0] ?? "";
    const page = Object.hasOwn(pages, path) ? pages[path] : undefined;
    const [status, text] = page ? await page() : [404, "not found\n"];
    response.writeHead(status, { "content-type": "text/plain; charset=utf-8" }).end(text);
  });
}

const verdict = (good: boolean): [number, string] => (good ? [200, "ok\n"] : [503, "no\n"]);

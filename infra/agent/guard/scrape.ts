import type http from "node:http";
import type { Admission } from "./admission";
import type { EngineClient } from "./engine";
import type { Metrics } from "./metrics";
import { pageServer } from "./pages";
import type { EngineWatch } from "./watch";

export interface ScrapeParts {
  engine: EngineClient;
  watch: EngineWatch;
  admission: Admission;
  metrics: Metrics;
  isReady: () => boolean;
}

const ENGINE_METRICS_MS = 5000;

/** The port for Prometheus: what can be read, and nothing that does anything. */
export function scrapeServer({ engine, watch, admission, metrics, isReady }: ScrapeParts): http.Server {
  return pageServer({
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
  });
}

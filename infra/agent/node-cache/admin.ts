import { createServer, type Server } from "node:http";
import { shortId } from "../../core/release";

/** `syncing`: under way or to be tried again; `failed`: refused, with the facts in the failed marker. */
type ReleaseState = "syncing" | "verified" | "failed";

export interface CacheStatus {
  states: Map<string, ReleaseState>;
  count: { fetchedBytes: number; hashedBytes: number; retries: number; evictedReleases: number; evictedBytes: number };
  /** When the loop last went round, ms since 1970. */
  lastRound: number;
}

/** Ready when each wanted release is either here or reported as unusable: nothing is still on its way. */
const isReady = ({ states }: CacheStatus): boolean => [...states.values()].every((state) => state !== "syncing");

/** `/live`, `/ready` and `/metrics` for the kubelet and Prometheus. */
export function adminServer(status: CacheStatus): Server {
  return createServer((request, response) => {
    const answer = (code: number, body: string) =>
      response.writeHead(code, { "content-type": "text/plain; charset=utf-8" }).end(body);
    if (request.url === "/live") return answer(200, "ok\n");
    if (request.url === "/metrics") return answer(200, metrics(status));
    if (request.url !== "/ready") return answer(404, "not found\n");
    const lines = [...status.states].map(([id, state]) => `${shortId(id)} ${state}\n`);
    return answer(isReady(status) ? 200 : 503, lines.join(""));
  });
}

function metrics({ states, count, lastRound }: CacheStatus): string {
  const counter = (name: string, help: string, value: number) =>
    `# HELP homeport_node_cache_${name} ${help}\n# TYPE homeport_node_cache_${name} counter\nhomeport_node_cache_${name} ${value}\n`;
  const rows = [...states].flatMap(([id, now]) =>
    (["syncing", "verified", "failed"] as const).map(
      (state) => `homeport_node_cache_release{release="${shortId(id)}",state="${state}"} ${state === now ? 1 : 0}\n`,
    ),
  );
  return [
    "# HELP homeport_node_cache_release 1 for the state a wanted release is in on this node.\n",
    "# TYPE homeport_node_cache_release gauge\n",
    ...rows,
    counter("fetched_bytes_total", "Bytes read from the bucket.", count.fetchedBytes),
    counter("hashed_bytes_total", "Bytes on the disk that had to be read again to be verified.", count.hashedBytes),
    counter("retries_total", "Requests to the bucket that were tried again.", count.retries),
    counter("evicted_releases_total", "Unwanted releases removed to make room.", count.evictedReleases),
    counter("evicted_bytes_total", "Their bytes.", count.evictedBytes),
    "# HELP homeport_node_cache_last_round_seconds When the cache last looked at all releases, Unix time.\n",
    "# TYPE homeport_node_cache_last_round_seconds gauge\n",
    `homeport_node_cache_last_round_seconds ${lastRound / 1000}\n`,
  ].join("");
}

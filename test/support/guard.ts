import { startGuard } from "../../infra/agent/guard/run";
import type { GuardConfig } from "../../infra/core/agent-config";
import { FakeEngine } from "./fake-engine";

export const RELEASE_ID = `sha256:${"ab12cd34ef".padEnd(64, "0")}`;

type Overrides = { [K in "limits" | "drain" | "watch"]?: Partial<GuardConfig[K]> };

/** A guard's settings with times short enough for a test. */
export function guardConfig(engineUrl: string, { limits, drain, watch }: Overrides = {}): GuardConfig {
  return {
    model: "chat",
    releaseName: "r42",
    releaseId: RELEASE_ID,
    variant: "cpu",
    ports: { serve: 0, admin: 0, metrics: 0 },
    engineUrl,
    limits: { bodyBytes: 262_144, maxModelLen: 1024, maxTokens: 512, maxInFlight: 8, bufferBytes: 8 << 20, ...limits },
    drain: { propagationSeconds: 0.2, streamSeconds: 1, ...drain },
    watch: { intervalSeconds: 0.1, unreadyAfterSeconds: 0.5, restartAfterSeconds: 1.5, ...watch },
  };
}

/** A running guard in front of a fake engine, with what it wrote. */
export interface Harness {
  engine: FakeEngine;
  url: string;
  admin: string;
  metrics: string;
  notes: string[];
  audit: () => Record<string, unknown>[];
  /** POST to the serve port; `headers` replace the usual ones. */
  post: (path: string, body: unknown, headers?: Record<string, string>) => Promise<Response>;
  probe: (page: string) => Promise<number>;
  stop: () => Promise<void>;
  guard: Awaited<ReturnType<typeof startGuard>>;
}

export async function startHarness(overrides: Overrides = {}, { waitReady = true } = {}): Promise<Harness> {
  const engine = await new FakeEngine().start();
  const lines: string[] = [];
  const notes: string[] = [];
  const guard = await startGuard(guardConfig(engine.url, overrides), {
    audit: (line) => lines.push(line),
    note: (text) => notes.push(text),
  });
  const url = `http://127.0.0.1:${guard.ports.serve}`;
  const admin = `http://127.0.0.1:${guard.ports.admin}`;
  const metrics = `http://127.0.0.1:${guard.ports.metrics}`;
  const harness: Harness = {
    engine,
    url,
    admin,
    metrics,
    notes,
    guard,
    audit: () => lines.map((line) => JSON.parse(line)),
    post: (path, body, headers = {}) =>
      fetch(`${url}${path}`, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          "x-homeport-client": "alice",
          "x-homeport-policy": "app",
          ...headers,
        },
        body: typeof body === "string" ? body : JSON.stringify(body),
      }),
    probe: async (page) => (await fetch(`${admin}/${page}`)).status,
    stop: async () => {
      await engine.kill();
      await guard.stop();
    },
  };
  if (waitReady) await until(async () => (await harness.probe("ready")) === 200, 3000);
  return harness;
}

/** A test with a guard and an engine of its own, so that many can wait for their times at once. */
export const withGuard =
  (overrides: Overrides, test: (at: Harness) => Promise<void>, options = { waitReady: true }) =>
  async (): Promise<void> => {
    const at = await startHarness(overrides, options);
    try {
      await test(at);
    } finally {
      await at.stop();
    }
  };

/** Polls until true; throws after `ms`. Answers how long it took. */
export async function until(condition: () => boolean | Promise<boolean>, ms: number): Promise<number> {
  const start = performance.now();
  while (!(await condition())) {
    if (performance.now() - start > ms) throw new Error(`still not so after ${ms} ms: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return performance.now() - start;
}

/** A small valid chat request. */
export const chat = (extra: object = {}): object => ({
  model: "chat",
  messages: [{ role: "user", content: "hi" }],
  ...extra,
});

/** The data of each event of a finished stream. */
export const eventsOf = (text: string): string[] =>
  text
    .split("\n\n")
    .filter((event) => event.startsWith("data: "))
    .map((event) => event.slice(6));

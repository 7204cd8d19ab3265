import { setTimeout as sleep } from "node:timers/promises";
import { type Guard, startGuard } from "../../infra/agent/guard/run";
import type { GuardConfig } from "../../infra/core/agent-config";
import { chat, eventsOf, guardConfig, until } from "../support/guard";
import { RealEngine } from "../support/real-engine";

/** Requests that vLLM runs at once; the saturation run offers four times as many. */
const SEQUENCES = 4;
/** As a pod has them. */
const POD_WATCH = { intervalSeconds: 5, unreadyAfterSeconds: 15, restartAfterSeconds: 80 };
/** The saturation run's watch is this much stricter, so that minutes weigh like an hour. */
const STRICTER = 5;
const SATURATION_SECONDS = Number(process.env.SATURATION_SECONDS ?? 120);
const CHAT = "/v1/chat/completions";

jest.setTimeout(900_000);

let engine: RealEngine;
beforeAll(async () => {
  engine = await RealEngine.start(SEQUENCES);
});
afterAll(() => engine.stop());

interface Running {
  guard: Guard;
  audit: Record<string, unknown>[];
  post: (body: object) => Promise<Response>;
  probe: (page: string) => Promise<number>;
  metric: (name: string) => Promise<number>;
}

async function startFor(watch: GuardConfig["watch"]): Promise<Running> {
  const audit: Record<string, unknown>[] = [];
  const limits = { maxInFlight: 4 * SEQUENCES, maxModelLen: 4096, maxTokens: 2048 };
  const guard = await startGuard(guardConfig(engine.url, { watch, limits, drain: { propagationSeconds: 0.1 } }), {
    audit: (line) => audit.push(JSON.parse(line)),
    note: () => {},
  });
  const admin = `http://127.0.0.1:${guard.ports.admin}`;
  const running: Running = {
    guard,
    audit,
    post: (body) =>
      fetch(`http://127.0.0.1:${guard.ports.serve}${"prompt" in body ? "/v1/completions" : CHAT}`, {
        method: "POST",
        headers: { "content-type": "application/json", "x-homeport-client": "alice", "x-homeport-policy": "app" },
        body: JSON.stringify(body),
      }),
    probe: async (page) => (await fetch(`${admin}/${page}`)).status,
    metric: async (name) => {
      const text = await (await fetch(`http://127.0.0.1:${guard.ports.metrics}/metrics`)).text();
      return Number(new RegExp(`^homeport_guard_${name}\\{.*\\} (.*)$`, "m").exec(text)?.[1]);
    },
  };
  await until(async () => (await running.probe("ready")) === 200, 300_000).catch((error: unknown) => {
    throw new Error(`${error}\n${engine.log.join("").slice(-4000)}`);
  });
  return running;
}

describe("the guard in front of a real vLLM", () => {
  let at: Running;
  beforeAll(async () => {
    at = await startFor(POD_WATCH);
  });
  afterAll(() => at.guard.stop());
  beforeEach(() => until(async () => (await at.probe("ready")) === 200, 60_000));

  it("every field that it lets pass is one that vLLM takes, alone and all together", async () => {
    const fields: Record<string, unknown>[] = [
      { n: 2 },
      { max_completion_tokens: 4 },
      { min_tokens: 2, max_tokens: 4 },
      { temperature: 0 },
      { top_p: 0.5 },
      { top_k: 5 },
      { min_p: 0.1 },
      { presence_penalty: 1 },
      { frequency_penalty: -1 },
      { repetition_penalty: 1.1 },
      { seed: 7 },
      { stop: "x" },
      { stop: ["x", "y"] },
      { ignore_eos: true },
      { logprobs: true, top_logprobs: 2 },
      { user: "u" },
      { tool_choice: "none" },
      { parallel_tool_calls: true },
      { response_format: { type: "text" } },
      { reasoning_effort: "low" },
    ];
    const statuses: [string, number][] = [];
    for (const field of [...fields, Object.assign({}, ...fields, { temperature: 0.7 })]) {
      const response = await at.post(chat({ max_tokens: 4, ...field }));
      const text = await response.text();
      statuses.push([response.status === 200 ? "" : `${JSON.stringify(field)} ${text}`, response.status]);
    }
    expect(statuses.filter(([, status]) => status !== 200)).toEqual([]);
    const completion = await at.post({ prompt: ["a", "b"], n: 2, max_tokens: 3, logprobs: 1 });
    expect(((await completion.json()) as { choices: object[] }).choices).toHaveLength(4);
  });

  it("of all the paths in vLLM's own OpenAPI only the three of the list are more than 404", async () => {
    const { paths } = (await (await fetch(`${engine.url}/openapi.json`)).json()) as { paths: Record<string, object> };
    const operations = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => ({ path: path.replace(/\{.*?\}/g, "x"), method: method.toUpperCase() })),
    );
    expect(operations.length).toBeGreaterThan(15);
    const open: string[] = [];
    for (const { path, method } of operations) {
      const { status } = await fetch(`http://127.0.0.1:${at.guard.ports.serve}${path}`, { method });
      if (status !== 404) open.push(`${method} ${path}`);
    }
    expect(open.sort()).toEqual(["GET /v1/models", "POST /v1/chat/completions", "POST /v1/completions"]);
    process.stdout.write(`paths: ${operations.length} of vLLM's operations tried\n`);
  });

  it("counts the tokens of a stream as vLLM does, and passes no usage event that was not asked for", async () => {
    const text = await (await at.post(chat({ stream: true, max_tokens: 20, ignore_eos: true }))).text();
    expect(eventsOf(text).at(-1)).toBe("[DONE]");
    expect(text).not.toContain('"usage":{');
    expect(at.audit.at(-1)).toMatchObject({ outcome: "ok", completionTokens: 20 });
  });

  it("a chat without a cap whose prompt leaves little room is answered, not refused", async () => {
    const response = await at.post(chat({ messages: [{ role: "user", content: "a b ".repeat(700) }], temperature: 0 }));
    expect(response.status).toBe(200);
    const { usage } = (await response.json()) as { usage: { prompt_tokens: number; completion_tokens: number } };
    expect(usage.prompt_tokens).toBeGreaterThan(2048);
    expect(usage.completion_tokens).toBeLessThanOrEqual(2048);
  });

  it("stopped engine core while /health is 200: out of rotation within 30 s, restart asked for within 120 s, then well again", async () => {
    const core = await engine.corePid();
    const open = at.post(chat({ stream: true, max_tokens: 2000, ignore_eos: true }));
    const response = await open;
    process.kill(core, "SIGSTOP");
    const start = performance.now();
    try {
      await until(async () => (await at.probe("ready")) === 503, 30_000);
      const unready = performance.now() - start;
      expect((await fetch(`${engine.url}/health`)).status).toBe(200);
      expect(await at.probe("live")).toBe(200);
      expect((await at.post(chat())).status).toBe(503);
      await until(async () => (await at.probe("live")) === 503, 120_000 - unready);
      const dead = performance.now() - start;
      expect((await fetch(`${engine.url}/health`)).status).toBe(200);
      process.stdout.write(
        `hang: not ready after ${(unready / 1000).toFixed(1)} s, not alive after ${(dead / 1000).toFixed(1)} s\n`,
      );
    } finally {
      process.kill(core, "SIGCONT");
    }
    const events = eventsOf(await response.text());
    expect(JSON.parse(events.at(-1) ?? "").error.code).toBe("engine_hung");
    await until(async () => (await at.probe("ready")) === 200, 60_000);
    expect(await at.probe("live")).toBe(200);
    expect((await at.post(chat({ max_tokens: 4 }))).status).toBe(200);
  });
});

it(`${SATURATION_SECONDS} s at four times its capacity, watched ${STRICTER} times as strictly: never out of rotation, never restarted`, async () => {
  const strict = Object.fromEntries(Object.entries(POD_WATCH).map(([key, value]) => [key, value / STRICTER]));
  const at = await startFor(strict as GuardConfig["watch"]);
  const end = performance.now() + SATURATION_SECONDS * 1000;
  const counts = { answered: 0, shed: 0, other: 0 };
  const client = async (i: number) => {
    while (performance.now() < end) {
      // Whole answers, so that no token passes by: only the engine's own counter shows that it works.
      const response = await at.post(chat({ stream: i % 4 === 0, max_tokens: 400, ignore_eos: true }));
      await response.text();
      if (response.status === 200) counts.answered++;
      else if (response.status === 429) counts.shed++;
      else counts.other++;
      if (response.status === 429) await sleep(500);
    }
  };
  const clients = Array.from({ length: 5 * SEQUENCES }, (_, i) => client(i));
  let inFlight = 0;
  let longestStall = 0;
  const bad: string[] = [];
  while (performance.now() < end) {
    await sleep(200);
    for (const page of ["ready", "live"]) if ((await at.probe(page)) !== 200) bad.push(page);
    inFlight = Math.max(inFlight, await at.metric("in_flight"));
    longestStall = Math.max(longestStall, await at.metric("engine_stall_seconds"));
  }
  await Promise.all(clients);
  await at.guard.stop();
  process.stdout.write(`saturation: ${JSON.stringify(counts)}, longest stall ${longestStall.toFixed(1)} s\n`);
  expect(inFlight).toBe(4 * SEQUENCES); // it was felt
  expect(counts.shed).toBeGreaterThan(0);
  expect(counts.answered).toBeGreaterThan(20);
  expect({ bad, other: counts.other }).toEqual({ bad: [], other: 0 });
});

it("killed engine core: the stream under way ends with an error event within 2 s, new requests get 503, nothing is ready", async () => {
  const at = await startFor(POD_WATCH);
  const response = await at.post(chat({ stream: true, max_tokens: 2000, ignore_eos: true }));
  process.kill(await engine.corePid(), "SIGKILL");
  const start = performance.now();
  const events = eventsOf(await response.text());
  expect(performance.now() - start).toBeLessThan(2000);
  expect(JSON.parse(events.at(-1) ?? "").error.type).toBe("server_error");
  expect(events).not.toContain("[DONE]");
  const refused = await at.post(chat());
  expect([refused.status, refused.headers.get("retry-after") !== null]).toEqual([503, true]);
  await until(async () => (await at.probe("ready")) === 503, 30_000);
  await at.guard.stop();
});

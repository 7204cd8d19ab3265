import { chat, eventsOf, type Harness, until, withGuard } from "../../support/guard";

const CHAT = "/v1/chat/completions";
const drain = async (at: Harness) =>
  (await (await fetch(`${at.admin}/drain`)).json()) as { inFlight: number; cut: number };
const stream = async (at: Harness): Promise<string> => (await at.post(CHAT, chat({ stream: true }))).text();
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

it.concurrent(
  "not ready at once, serving while endpoints propagate, then 503; the running stream finishes and the hook waits for it",
  withGuard({ drain: { propagationSeconds: 0.4, streamSeconds: 5 } }, async (at) => {
    Object.assign(at.engine, { tokens: 30, tokenDelayMs: 40 }); // 1.2 s
    const running = stream(at);
    await until(() => at.engine.running === 1, 1000);
    const start = performance.now();
    const drained = drain(at);
    await until(async () => (await at.probe("ready")) === 503, 200);
    expect(performance.now() - start).toBeLessThan(200);
    expect([await at.probe("live"), await at.probe("started")]).toEqual([200, 200]);

    at.engine.tokens = 1;
    const late = await at.post(CHAT, chat());
    expect([late.status, late.headers.get("connection")]).toEqual([200, "close"]);
    await late.text();

    let refused = 0;
    await until(async () => {
      refused = (await at.post(CHAT, chat())).status;
      return refused === 503;
    }, 1000);
    expect(refused).toBe(503);
    expect((await at.post(CHAT, chat())).headers.get("retry-after")).toBe("1");
    expect(at.engine.running).toBe(1);

    expect(await drained).toEqual({ inFlight: 1, cut: 0 });
    expect(at.engine.running).toBe(0);
    expect(eventsOf(await running).at(-1)).toBe("[DONE]");
    const metrics = await (await fetch(`${at.metrics}/metrics`)).text();
    expect(metrics).toMatch(/homeport_guard_drained_total\{.*\} [1-9]/);
  }),
);

it.concurrent(
  "a stream that runs past its time is ended with an error event and counted",
  withGuard({ drain: { propagationSeconds: 0.1, streamSeconds: 0.3 } }, async (at) => {
    at.engine.behaviour = "streams forever";
    const running = stream(at);
    await until(() => at.engine.running === 1, 1000);
    expect(await drain(at)).toEqual({ inFlight: 1, cut: 1 });
    const events = eventsOf(await running);
    expect(JSON.parse(events.at(-1) ?? "").error).toMatchObject({ code: "stream_cut", type: "server_error" });
    expect(events).not.toContain("[DONE]");
    await until(() => at.engine.running === 0, 1000);
    expect(at.audit().at(-1)).toMatchObject({ outcome: "cut", reason: "stream_cut" });
  }),
);

it.concurrent(
  "asked twice it drains once, and both callers wait for the same end",
  withGuard({ drain: { propagationSeconds: 0.3 } }, async (at) => {
    const first = drain(at);
    await sleep(150);
    const start = performance.now();
    expect(await drain(at)).toEqual(await first);
    expect(performance.now() - start).toBeLessThan(280);
  }),
);

it.concurrent(
  "nobody waits for an engine that hangs: what is open is cut and the hook returns",
  withGuard(
    {
      drain: { propagationSeconds: 20, streamSeconds: 60 },
      watch: { intervalSeconds: 0.05, unreadyAfterSeconds: 0.2, restartAfterSeconds: 0.4 },
    },
    async (at) => {
      at.engine.behaviour = "hangs";
      const hanging = at.post(CHAT, chat());
      await until(async () => (await at.probe("live")) === 503, 3000);
      const start = performance.now();
      await drain(at);
      expect(performance.now() - start).toBeLessThan(1500);
      expect((await hanging).status).toBe(503);
    },
  ),
);

it.concurrent(
  "after the drained engine is gone, the next one in the same pod is served again",
  withGuard({ drain: { propagationSeconds: 0.1 } }, async (at) => {
    await drain(at);
    expect((await at.post(CHAT, chat())).status).toBe(503);
    await at.engine.kill();
    await until(async () => (await at.probe("started")) === 503, 2000);
    await at.engine.start();
    await until(async () => (await at.probe("ready")) === 200, 3000);
    expect((await at.post(CHAT, chat())).status).toBe(200);
  }),
);

it.concurrent(
  "an engine that was stopped before it ever started does not keep its successor from serving",
  withGuard(
    {},
    async (at) => {
      at.engine.healthy = false;
      await at.engine.kill();
      await until(async () => (await at.probe("started")) === 503, 2000);
      await drain(at);
      at.engine.healthy = true;
      await at.engine.start();
      await until(async () => (await at.probe("ready")) === 200, 3000);
      expect((await at.post(CHAT, chat())).status).toBe(200);
    },
    { waitReady: false },
  ),
);

it.concurrent(
  "stopping without the hook drains too",
  withGuard({ drain: { propagationSeconds: 0.2, streamSeconds: 5 } }, async (at) => {
    Object.assign(at.engine, { tokens: 10, tokenDelayMs: 50 });
    const running = stream(at);
    await until(() => at.engine.running === 1, 1000);
    await at.guard.stop();
    expect(eventsOf(await running).at(-1)).toBe("[DONE]");
    await expect(fetch(`${at.url}/v1/models`)).rejects.toThrow();
  }),
);

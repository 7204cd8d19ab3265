import { chat, type Harness, until, withGuard } from "../../support/guard";

const CHAT = "/v1/chat/completions";
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
/** Times of a pod divided by 50: interval 5 s, not ready after 20 s, restart after 60 s. */
const SCALE = 50;
const watch = { intervalSeconds: 5 / SCALE, unreadyAfterSeconds: 20 / SCALE, restartAfterSeconds: 60 / SCALE };

const stallOf = async (at: Harness): Promise<number> => {
  const metrics = await (await fetch(`${at.metrics}/metrics`)).text();
  return Number(/engine_stall_seconds\{.*\} ([\d.]+)/.exec(metrics)?.[1]);
};
const health = async (at: Harness) => (await fetch(`${at.engine.url}/health`)).status;

it.concurrent(
  "before the first real completion nothing is started or ready, and requests get 503 with Retry-After",
  withGuard(
    { watch },
    async (at) => {
      await at.engine.kill();
      await until(async () => (await at.probe("started")) === 503, 1000);
      expect([await at.probe("ready"), await at.probe("live")]).toEqual([503, 200]);
      const refused = await at.post(CHAT, chat());
      expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "5"]);
      expect(at.audit().at(-1)).toMatchObject({ outcome: "unavailable", reason: "starting" });
    },
    { waitReady: false },
  ),
);

it.concurrent(
  "the first completion uses the parts of the sampler that are compiled late",
  withGuard({ watch }, async (at) => {
    expect(at.engine.firstProbe).toMatchObject({ logprobs: 1, top_k: 10, top_p: 0.9 });
  }),
);

it.concurrent(
  "an engine whose /health is 200 but whose completions hang is not started",
  withGuard(
    { watch },
    async (at) => {
      at.engine.behaviour = "hangs";
      await at.engine.kill();
      await until(async () => (await at.probe("started")) === 503, 1000);
      await at.engine.start();
      await until(() => at.engine.running > 0, 2000); // its first completion hangs
      expect(await health(at)).toBe(200);
      await sleep(300);
      expect(await at.probe("started")).toBe(503);
    },
    { waitReady: false },
  ),
);

it.concurrent.each([true, false])(
  "a hang (busy: %s) while /health is 200 takes it out of rotation, then asks for a restart",
  (busy) =>
    withGuard({ watch }, async (at) => {
      at.engine.behaviour = "hangs";
      const open = busy ? [at.post(CHAT, chat()), at.post(CHAT, chat({ stream: true }))] : [];
      const unreadyAfter = await until(async () => (await at.probe("ready")) === 503, 2000);
      expect([await health(at), await at.probe("live")]).toEqual([200, 200]);
      expect(unreadyAfter).toBeLessThan(30_000 / SCALE + 200);
      expect((await at.post(CHAT, chat())).status).toBe(503);
      const dead = await until(async () => (await at.probe("live")) === 503, 3000);
      expect(unreadyAfter + dead).toBeLessThan(120_000 / SCALE);
      expect(await health(at)).toBe(200);
      for (const response of await Promise.all(open)) expect(response.status).toBe(503);
      const metrics = await (await fetch(`${at.metrics}/metrics`)).text();
      expect(Number(/engine_stall_seconds\{.*\} ([\d.]+)/.exec(metrics)?.[1])).toBeGreaterThan(0.9);
    })(),
);

it.concurrent(
  "an engine that works again is ready again, but only after steady progress",
  withGuard({ watch: { ...watch, restartAfterSeconds: 30 } }, async (at) => {
    at.engine.behaviour = "hangs";
    const hanging = at.post(CHAT, chat());
    await until(async () => (await at.probe("ready")) === 503, 2000);
    at.engine.steps++; // one step is progress, not yet health
    await until(() => stallOf(at).then((s) => s < 0.2), 1000);
    await sleep(350);
    expect(await at.probe("ready")).toBe(503);
    at.engine.behaviour = "answers";
    at.engine.stepEvery(10);
    await until(async () => (await at.probe("ready")) === 200, 2000);
    at.engine.stopStepping();
    expect((await at.post(CHAT, chat())).status).toBe(200);
    await at.engine.kill();
    expect((await hanging).status).toBe(503);
  }),
);

it.concurrent(
  "a saturated engine that answers nothing for long but steps is never taken out",
  withGuard({ watch }, async (at) => {
    at.engine.behaviour = "hangs"; // every answer, the probe's too, waits in the queue
    at.engine.stepEvery(50);
    const open = [1, 2, 3].map(() => at.post(CHAT, chat()));
    const asked = at.engine.metricsAsked;
    for (let i = 0; i < 25; i++) {
      await sleep(50);
      expect([await at.probe("ready"), await at.probe("live")]).toEqual([200, 200]);
    }
    expect(at.engine.metricsAsked).toBeGreaterThan(asked + 3);
    at.engine.stopStepping(); // the same load without steps is a hang
    await until(async () => (await at.probe("ready")) === 503, 2000);
    await at.engine.kill();
    await Promise.all(open);
  }),
);

it.concurrent(
  "tokens passing through are progress enough: no probe and no scrape is made beside them",
  withGuard({ watch }, async (at) => {
    at.engine.behaviour = "streams forever";
    const leave = new AbortController();
    const response = await fetch(`${at.url}${CHAT}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(chat({ stream: true })),
      signal: leave.signal,
    });
    await sleep(150);
    const { probes, metricsAsked } = at.engine;
    await sleep(600);
    expect([at.engine.probes, at.engine.metricsAsked]).toEqual([probes, metricsAsked]);
    expect(await at.probe("ready")).toBe(200);
    leave.abort();
    await response.text().catch(() => "");
  }),
);

it.concurrent(
  "a request that finds no engine makes it look at once, not at the next tick",
  withGuard(
    {
      watch: { ...watch, intervalSeconds: 30, unreadyAfterSeconds: 60, restartAfterSeconds: 90 },
    },
    async (at) => {
      await at.engine.kill();
      expect((await at.post(CHAT, chat())).status).toBe(503);
      await until(async () => (await at.probe("started")) === 503, 1000);
    },
  ),
);

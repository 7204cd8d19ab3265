import http from "node:http";
import type { Behaviour } from "../../support/fake-engine";
import { chat, eventsOf, type Harness, startHarness, until } from "../../support/guard";

const CANARY = "zebra-canary-5f2c";
const CHAT = "/v1/chat/completions";

let at: Harness;
beforeAll(async () => {
  at = await startHarness({ limits: { maxInFlight: 4 } });
});
afterAll(() => at.stop());
beforeEach(() => {
  Object.assign(at.engine, {
    behaviour: "answers",
    healthy: true,
    tokens: 4,
    tokenDelayMs: 0,
    contextBytes: Number.POSITIVE_INFINITY,
  });
  at.engine.seen.length = 0;
});

const lastLine = () => at.audit().at(-1) ?? {};
const ask = async (behaviour: Behaviour, body: object) => {
  at.engine.behaviour = behaviour;
  const response = await at.post(CHAT, body);
  const text = await response.text();
  await until(() => at.engine.running === 0, 2000);
  return { response, text, events: eventsOf(text) };
};

describe("streams", () => {
  it("pass unchanged to the last byte, without the usage event that only the guard asked for", async () => {
    const { text, response } = await ask("answers", chat({ stream: true, max_tokens: 4 }));
    const direct = await fetch(`${at.engine.url}${CHAT}`, {
      method: "POST",
      body: JSON.stringify(chat({ stream: true, max_tokens: 4 })),
    });
    expect(text).toBe(await direct.text());
    expect(response.headers.get("content-type")).toContain("text/event-stream");
    expect(lastLine()).toMatchObject({
      ...{ status: 200, outcome: "ok" },
      ...{ promptTokens: 7, cachedPromptTokens: 3, completionTokens: 4 },
    });
    expect(lastLine().firstTokenMs).toBeGreaterThan(0);
  });

  it("keep the usage event for a client that asked for it", async () => {
    const { events } = await ask("answers", chat({ stream: true, stream_options: { include_usage: true } }));
    expect(JSON.parse(events.at(-2) ?? "")).toMatchObject({ choices: [], usage: { completion_tokens: 4 } });
  });

  it.each<[Behaviour, string, string]>([
    ["dies mid-stream", "cut", "engine_lost"],
    ["truncates", "cut", "engine_lost"],
    ["fails mid-stream", "cut", "engine_error"],
    ["aborts", "aborted", "engine_aborted"],
  ])("of an engine that %s end with an error event and no [DONE], within 2 s", async (behaviour, outcome, code) => {
    const start = performance.now();
    const { response, events, text } = await ask(behaviour, chat({ stream: true }));
    expect(performance.now() - start).toBeLessThan(2000);
    expect(response.status).toBe(200);
    expect(events[0]).toContain("word0"); // the fault came after the start
    expect(JSON.parse(events.at(-1) ?? "").error).toMatchObject({ type: "server_error", code });
    expect(text).not.toContain("[DONE]");
    expect(text).not.toContain("EngineCore");
    expect(events.every((event) => JSON.parse(event))).toBe(true); // no half event
    expect(lastLine()).toMatchObject({ status: 200, outcome, reason: code });
  });

  it("arrive token by token, not at the end", async () => {
    at.engine.tokenDelayMs = 60;
    const response = await at.post(CHAT, chat({ stream: true }));
    const arrivals: number[] = [];
    for await (const _ of response.body as ReadableStream<Uint8Array>) arrivals.push(performance.now());
    expect((arrivals.at(-1) ?? 0) - (arrivals[0] ?? 0)).toBeGreaterThan(100);
  });

  it("wait for a slow client instead of filling memory", async () => {
    Object.assign(at.engine, { tokens: 100_000, tokenBytes: 10_000 }); // 1 GB
    const stepsBefore = at.engine.steps;
    const { port } = new URL(at.url);
    const body = JSON.stringify(chat({ stream: true }));
    const response = await new Promise<http.IncomingMessage>((resolve) => {
      http
        .request({ port, path: CHAT, method: "POST", headers: { "content-type": "application/json" } }, resolve)
        .end(body);
    });
    response.pause();
    let before = -1;
    await until(async () => {
      await new Promise((resolve) => setTimeout(resolve, 100));
      const stopped = at.engine.steps > 0 && at.engine.steps === before;
      before = at.engine.steps;
      return stopped;
    }, 3000);
    expect(at.engine.running).toBe(1);
    expect(before - stepsBefore).toBeLessThan(at.engine.tokens);
    response.destroy();
    await until(() => at.engine.running === 0, 1000);
  });
});

describe("failures before the first byte", () => {
  it.each<[Behaviour, boolean]>([
    ["dies mid-stream", false],
    ["aborts", false],
    ["answers 503", false],
    ["answers 503", true],
  ])("an engine that %s (stream: %s) is a 503 with Retry-After", async (behaviour, stream) => {
    const { response, text } = await ask(behaviour, chat({ stream }));
    expect(at.engine.seen).toHaveLength(1); // it did get there
    expect(response.status).toBe(503);
    expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(JSON.parse(text).error.type).toBe("server_error");
  });

  it.each<Behaviour>(["answers 500", "fails at once"])(
    "an engine that %s and is well stays a 500, in our words",
    async (behaviour) => {
      const { response, text } = await ask(behaviour, chat({ stream: true }));
      expect(response.status).toBe(500);
      expect(text).not.toMatch(/internals|EngineCore/);
      expect(lastLine()).toMatchObject({ status: 500, outcome: "failed" });
    },
  );

  it.each<Behaviour>(["answers 500", "fails at once"])(
    "an engine that %s and says it is dead is a 503: another may answer",
    async (behaviour) => {
      at.engine.healthy = false;
      const { response } = await ask(behaviour, chat({ stream: true }));
      expect([response.status, response.headers.get("retry-after")]).toEqual([503, "1"]);
    },
  );

  it("the engine's own 4xx passes with its words", async () => {
    at.engine.contextBytes = 10;
    const { response, text } = await ask("answers", chat({ max_tokens: 500 }));
    expect(response.status).toBe(400);
    expect(text).toContain("maximum context length");
    expect(lastLine()).toMatchObject({ outcome: "refused", reason: "engine_400" });
  });

  it("a chat without a cap whose prompt leaves less room than the cap is asked again without it", async () => {
    at.engine.contextBytes = 200;
    const { response } = await ask("answers", chat());
    expect(response.status).toBe(200);
    expect(at.engine.seen.map((r) => r.body.max_tokens)).toEqual([512, undefined]);
  });
});

describe("a full engine", () => {
  it("sheds with 429 and Retry-After at once, and serves again when there is room", async () => {
    at.engine.behaviour = "streams forever";
    const leave = new AbortController();
    const running = [1, 2, 3, 4].map(() =>
      fetch(`${at.url}${CHAT}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(chat({ stream: true })),
        signal: leave.signal,
      }),
    );
    await until(() => at.engine.running === 4, 1000);
    const start = performance.now();
    const shed = await at.post(CHAT, chat());
    expect(performance.now() - start).toBeLessThan(500);
    expect([shed.status, shed.headers.get("retry-after")]).toEqual([429, "1"]);
    expect((await shed.json()) as object).toMatchObject({ error: { type: "rate_limit_error" } });
    expect(at.engine.seen).toHaveLength(4);
    leave.abort();
    await Promise.allSettled(running.map(async (response) => (await response).text()));
    await until(() => at.engine.running === 0, 1000);
    expect((await ask("answers", chat())).response.status).toBe(200);
  });

  it("L6: of a burst of ten times its room every request is answered, or told when to ask again", async () => {
    at.engine.tokenDelayMs = 20;
    const burst = await Promise.all(Array.from({ length: 40 }, () => at.post(CHAT, chat())));
    const answered = burst.filter(({ status }) => status === 200);
    const told = burst.filter(({ status, headers }) => status === 429 && headers.get("retry-after") === "1");
    expect(answered.length).toBeGreaterThanOrEqual(4);
    expect(told.length).toBeGreaterThan(0);
    expect(answered.length + told.length).toBe(40);
    expect(at.audit().filter(({ outcome }) => outcome === "shed").length).toBeGreaterThanOrEqual(told.length);
  });

  it("counts every sequence of a request", async () => {
    at.engine.tokenDelayMs = 100;
    const wide = at.post(CHAT, chat({ n: 4 }));
    await until(() => at.engine.running === 1, 1000);
    expect((await at.post(CHAT, chat())).status).toBe(429);
    expect((await wide).status).toBe(200);
    expect((await at.post(CHAT, chat({ n: 5 }))).status).toBe(400);
  });
});

describe("an engine that goes away", () => {
  it("is 503 at once, then served again after it is back and has answered a completion", async () => {
    await at.engine.kill();
    const start = performance.now();
    const response = await at.post(CHAT, chat());
    expect(performance.now() - start).toBeLessThan(1000);
    expect([response.status, response.headers.get("retry-after") !== null]).toEqual([503, true]);
    await until(async () => (await at.probe("started")) === 503, 1000);
    expect([await at.probe("ready"), await at.probe("live")]).toEqual([503, 200]);
    const probes = at.engine.probes;
    await at.engine.start();
    await until(async () => (await at.probe("ready")) === 200, 3000);
    expect(at.engine.probes).toBeGreaterThan(probes);
    expect((await ask("answers", chat())).response.status).toBe(200);
  });

  it("that resets a kept-alive connection just as it is used again is asked over a new one", async () => {
    await ask("answers", chat());
    at.engine.resetsReused = true;
    expect((await ask("answers", chat())).response.status).toBe(200);
    expect(at.engine.resets).toBe(1);
    at.engine.resetsReused = false;
  });
});

describe("the audit line", () => {
  it("is one per request, whatever became of it, and says who, what and how", async () => {
    const before = at.audit().length;
    const id = { "x-request-id": "req-1" };
    await (await at.post(CHAT, chat(), id)).text();
    await at.post(CHAT, chat({ n: 99 }), id);
    await fetch(`${at.url}/metrics`);
    await fetch(`${at.url}/v1/models`);
    const lines = at.audit().slice(before);
    expect(lines.map((l) => [l.route, l.status, l.outcome, l.reason])).toEqual([
      [CHAT, 200, "ok", null],
      [CHAT, 400, "denied", "invalid_field"],
      [null, 404, "denied", "unknown_path"],
      ["/v1/models", 200, "ok", null],
    ]);
    expect(lines[0]).toMatchObject({
      audit: "request",
      id: "req-1",
      client: "alice",
      policy: "app",
      model: "chat",
      releaseName: "r42",
      variant: "cpu",
      promptTokens: 7,
      cachedPromptTokens: 3,
      completionTokens: 4,
    });
    expect(lines[0]?.releaseId).toMatch(/^sha256:ab12cd34ef/);
    expect(lines[0]?.totalMs).toBeGreaterThan(0);
  });

  it("never holds text of the client or the engine, nor do notes and metrics", async () => {
    const body = chat({ messages: [{ role: "user", content: CANARY }] });
    for (const behaviour of [
      "answers",
      "dies mid-stream",
      "aborts",
      "answers 500",
      "answers 503",
      "truncates",
    ] as const) {
      for (const stream of [true, false])
        if (behaviour !== "truncates" || stream) await ask(behaviour, { ...body, stream });
    }
    expect(JSON.stringify(at.engine.seen)).toContain(CANARY);
    at.engine.behaviour = "answers";
    await at.post(CHAT, { ...body, [CANARY]: CANARY });
    await at.post(CHAT, { ...body, model: CANARY });
    await at.post(CHAT, `{"${CANARY}`);
    await fetch(`${at.url}/${CANARY}?${CANARY}`, {
      headers: { "x-request-id": `${CANARY} with a space`, "x-homeport-client": `${CANARY}!` },
    });
    const metrics = await (await fetch(`${at.metrics}/metrics`)).text();
    const written = JSON.stringify([at.audit(), at.notes, metrics]);
    expect(written).not.toContain(CANARY);
    expect(written).not.toContain("word");
  });

  it("agrees with the metrics", async () => {
    const text = await (await fetch(`${at.metrics}/metrics`)).text();
    const count = (outcome: string) => at.audit().filter((line) => line.outcome === outcome).length;
    for (const outcome of ["ok", "denied", "cut", "shed", "failed", "aborted"]) {
      const labels = `outcome="${outcome}",model="chat",release="r-ab12cd34ef",variant="cpu"`;
      expect(text).toContain(`homeport_guard_requests_total{${labels}} ${count(outcome)}\n`);
      expect(count(outcome)).toBeGreaterThan(0);
    }
    const tokens = at.audit().reduce((sum, line) => sum + Number(line.completionTokens ?? 0), 0);
    expect(text).toContain(
      `homeport_guard_completion_tokens_total{model="chat",release="r-ab12cd34ef",variant="cpu"} ${tokens}\n`,
    );
    expect(text).toMatch(/homeport_guard_first_token_seconds_bucket\{le="\+Inf",.*\} [1-9]/);
  });
});

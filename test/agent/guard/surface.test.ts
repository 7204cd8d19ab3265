import { request } from "node:http";
import net from "node:net";
import { chat, eventsOf, type Harness, startHarness, until } from "../../support/guard";

let at: Harness;
beforeAll(async () => {
  at = await startHarness({ limits: { headerSeconds: 0.3, requestSeconds: 0.6 } });
});
afterAll(() => at.stop());
beforeEach(() => {
  at.engine.seen.length = 0;
  at.engine.behaviour = "answers";
});

const errorOf = async (response: Response) =>
  (await response.json()) as { error: { type: string; code: string; param: string | null } };

/** Sends the path as it is; `fetch` would normalise it. */
const rawGet = (path: string, method = "GET"): Promise<number> =>
  new Promise((resolve, reject) => {
    const { port } = new URL(at.url);
    request({ host: "127.0.0.1", port, path, method, agent: false }, (r) => {
      r.resume();
      resolve(r.statusCode ?? 0);
    })
      .on("error", reject)
      .end();
  });

describe("what the pod's port answers", () => {
  // vLLM's own routes (its OpenAPI and route list, 0.32), and ways around a path check.
  const closed = [
    "/",
    "/health",
    "/ping",
    "/metrics",
    "/metrics/",
    "/version",
    "/load",
    "/docs",
    "/redoc",
    "/openapi.json",
    "/tokenize",
    "/detokenize",
    "/invocations",
    "/pooling",
    "/score",
    "/v1/score",
    "/rerank",
    "/v1/rerank",
    "/v2/rerank",
    "/classify",
    "/v1/embeddings",
    "/v1/responses",
    "/v1/messages",
    "/v1/audio/transcriptions",
    "/v1/load_lora_adapter",
    "/v1/unload_lora_adapter",
    "/pause",
    "/resume",
    "/is_paused",
    "/sleep",
    "/wake_up",
    "/is_sleeping",
    "/scale_elastic_ep",
    "/is_scaling_elastic_ep",
    "/collective_rpc",
    "/server_info",
    "/reset_prefix_cache",
    "/update_weights",
    "/abort_requests",
    "/kv_event_sources",
    "/tokenizer_info",
    "/start_profile",
    "/started",
    "/ready",
    "/live",
    "/drain",
    "/v1/models/",
    "/v1/models/chat",
    "//v1/models",
    "/V1/models",
    "/v1/%6dodels",
    "/v1/./models",
    "/v1/x/../models",
    "/v1/models;x",
    "/p/app/m/chat/v1/models",
    "http://127.0.0.1:8000/metrics",
    "*",
    "/__proto__",
    "/constructor",
  ];

  it.each(closed)("%s is 404 for GET and POST, and the engine sees nothing", async (path) => {
    expect([await rawGet(path), await rawGet(path, "POST")]).toEqual([404, 404]);
    expect(at.engine.seen).toEqual([]);
  });

  it("the fake engine does answer such a path, so the 404s are the guard's", async () => {
    expect((await fetch(`${at.engine.url}/tokenize`)).status).toBe(200);
  });

  it.each([
    ["GET", "/v1/chat/completions"],
    ["DELETE", "/v1/completions"],
    ["OPTIONS", "/v1/chat/completions"],
    ["POST", "/v1/models"],
  ])("%s %s is 405 in OpenAI's shape", async (method, path) => {
    const response = await fetch(`${at.url}${path}`, { method });
    expect(response.status).toBe(405);
    expect((await errorOf(response)).error).toMatchObject({
      type: "invalid_request_error",
      code: "wrong_method",
      param: null,
    });
  });

  it("lists the one model without asking the engine", async () => {
    const response = await fetch(`${at.url}/v1/models?api-version=1`);
    expect(await response.json()).toMatchObject({ object: "list", data: [{ id: "chat", object: "model" }] });
    expect(at.engine.seen).toEqual([]);
  });

  it("the metrics port gives the guard's and the engine's metrics, and nothing that does anything", async () => {
    const statusOf = async (path: string) => (await fetch(`${at.metrics}/${path}`)).status;
    expect(await (await fetch(`${at.metrics}/engine-metrics`)).text()).toContain("vllm:iteration_tokens_total_count");
    expect(await statusOf("metrics")).toBe(200);
    for (const path of ["drain", "ready", "guard", "health", "v1/models", "tokenize", "__proto__", ""])
      expect([path, await statusOf(path)]).toEqual([path, 404]);
    expect(await at.probe("ready")).toBe(200); // nobody was drained
  });

  it("the admin port is the kubelet's alone: it has a page for the guard itself, and no metrics", async () => {
    expect(await at.probe("guard")).toBe(200);
    for (const path of ["metrics", "engine-metrics", "health", "v1/models", "__proto__", ""])
      expect([path, await at.probe(path)]).toEqual([path, 404]);
  });

  it("stamps the release on answers, streams and errors alike", async () => {
    const answers = [
      await at.post("/v1/chat/completions", chat()),
      await at.post("/v1/chat/completions", chat({ stream: true })),
      await at.post("/v1/chat/completions", chat({ n: 1e6 })),
    ];
    expect(answers.map((r) => r.status)).toEqual([200, 200, 400]);
    for (const { headers } of answers) {
      expect(headers.get("x-homeport-release")).toBe("r-ab12cd34ef");
      expect(headers.get("x-homeport-release-name")).toBe("r42");
      expect(headers.get("x-homeport-variant")).toBe("cpu");
      expect(headers.get("server")).toBeNull();
    }
    await Promise.all(answers.map((r) => r.text()));
  });

  it("sends the engine its own headers only: no key, no cookie, nothing of the client's", async () => {
    const hostile = {
      authorization: "Bearer canary",
      cookie: "a=canary",
      "x-api-key": "canary",
      "x-forwarded-for": "canary",
      accept: "canary/x",
    };
    await (await at.post("/v1/completions", { prompt: "x" }, hostile)).text();
    const [seen] = at.engine.seen;
    expect(Object.keys(seen?.headers ?? {}).sort()).toEqual([
      "connection",
      "content-length",
      "content-type",
      "host",
      "x-request-id",
    ]);
    expect(JSON.stringify(seen?.rawHeaders)).not.toContain("canary");
  });

  it("never gives two requests the same id in the engine, even where the client does", async () => {
    const id = { "x-request-id": "same-id" };
    await Promise.all([1, 2].map(async () => (await at.post("/v1/chat/completions", chat(), id)).text()));
    const ids = at.engine.seen.map((r) => String(r.headers["x-request-id"]));
    expect(new Set(ids).size).toBe(2);
    expect(ids.every((i) => i.startsWith("same-id-"))).toBe(true);
  });
});

describe("bodies that are refused before the engine", () => {
  const deep = `{"messages":${"[".repeat(10_000)}${"]".repeat(10_000)}}`;
  it.each<[string, number, string, Record<string, string>]>([
    ["{", 400, "invalid_json", {}],
    ["", 400, "invalid_json", {}],
    ['{"temperature": NaN}', 400, "invalid_json", {}],
    ['{"messages":[],"temperature":1e999}', 400, "invalid_number", {}],
    [deep, 400, "too_deep", {}],
    ['{"prompt":"\\ud800"}', 400, "invalid_text", {}],
    ["[]", 400, "invalid_field", {}],
    ['"text"', 400, "invalid_field", {}],
    ["{}", 415, "content_type", { "content-type": "text/plain" }],
    ["{}", 415, "content_type", { "content-type": "application/jsonx" }],
    ["{}", 415, "content_encoding", { "content-encoding": "gzip" }],
    [JSON.stringify(chat({ user: "x".repeat(300_000) })), 413, "body_too_large", {}],
  ])("%j gives %s %s", async (body, status, code, headers) => {
    const response = await at.post("/v1/chat/completions", body, headers);
    expect(response.status).toBe(status);
    expect((await errorOf(response)).error.code).toBe(code);
    expect(at.engine.seen).toEqual([]);
  });

  it("a chunked body over the limit is 413 as well", async () => {
    const chunks = async function* () {
      for (let i = 0; i < 40; i++) yield Buffer.alloc(16_384, 32);
    };
    const response = await fetch(`${at.url}/v1/completions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: ReadableStream.from(chunks()),
      duplex: "half",
    } as RequestInit);
    expect(response.status).toBe(413);
  });

  it("a valid body just under the limit passes", async () => {
    const response = await at.post("/v1/completions", { prompt: "x".repeat(262_000) });
    expect(response.status).toBe(200);
    await response.text();
  });

  it("of a repeated key the last value is checked and is what the engine gets", async () => {
    const twice = (a: string, b: string) => `{"prompt":"x","n":${a},"n":${b}}`;
    expect((await at.post("/v1/completions", twice("1", "1000000"))).status).toBe(400);
    await (await at.post("/v1/completions", twice("1000000", "2"))).text();
    expect(at.engine.seen.map((r) => r.body.n)).toEqual([2]);
  });
});

describe("broken and slow clients", () => {
  const exchangeRaw = (text: string, ms = 3000): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = net.connect(Number(new URL(at.url).port), "127.0.0.1", () => socket.write(text));
      let answer = "";
      socket.setTimeout(ms, () => socket.destroy(new Error("the guard kept a slow client")));
      socket.on("data", (data) => {
        answer += data;
      });
      socket.on("error", reject);
      socket.on("close", () => resolve(answer));
    });

  it("a 1 MB header is 431", async () => {
    expect(await exchangeRaw(`GET /v1/models HTTP/1.1\r\nx: ${"a".repeat(1 << 20)}\r\n\r\n`)).toMatch(
      /^HTTP\/1.1 431 .*headers_too_large/s,
    );
  });

  it("what is not a whole request has its audit line too", async () => {
    const before = at.audit().length;
    await exchangeRaw("hello\r\n\r\n");
    expect(at.audit().slice(before)).toMatchObject([{ status: 400, outcome: "denied", reason: "invalid_http" }]);
  });

  it("something that is not HTTP is 400", async () => {
    expect(await exchangeRaw("hello\r\n\r\n")).toMatch(/^HTTP\/1.1 400 .*invalid_http/s);
  });

  it("headers that never end and a body that never comes are 408", async () => {
    const [slowHead, slowBody] = await Promise.all([
      exchangeRaw("POST /v1/completions HTTP/1.1\r\nhost: x\r\nx: "),
      exchangeRaw(
        "POST /v1/completions HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{",
      ),
    ]);
    expect(slowHead).toMatch(/^HTTP\/1.1 408 /);
    expect(slowBody).toMatch(/^HTTP\/1.1 408 /);
  });

  it("a connection that a proxy opened in advance is not answered before it asks, and then serves", async () => {
    const { port } = new URL(at.url);
    const socket = net.connect(Number(port), "127.0.0.1");
    let answer = "";
    socket.on("data", (bytes) => {
      answer += bytes;
    });
    // Several times the limits that hold for who has begun to speak.
    await new Promise((done) => setTimeout(done, 2500));
    expect([answer, socket.destroyed]).toEqual(["", false]);
    socket.write("GET /v1/models HTTP/1.1\r\nhost: x\r\n\r\n");
    await until(() => answer.includes("}"), 2000);
    expect(answer).toMatch(/^HTTP\/1.1 200 /);
    // What it begins to ask afterwards must not take for ever either.
    answer = "";
    socket.write("GET /v1/models HTTP/1.1\r\nx: ");
    await until(() => answer !== "", 3000);
    expect(answer).toMatch(/^HTTP\/1.1 408 /);
    socket.destroy();
  });

  it("100 slow clients do not keep others from being served", async () => {
    const slow = Promise.all(Array.from({ length: 100 }, () => exchangeRaw("POST /v1/completions HTTP/1.1\r\nx: ")));
    const response = await at.post("/v1/chat/completions", chat({ stream: true }));
    expect(eventsOf(await response.text()).at(-1)).toBe("[DONE]");
    await slow;
  });

  it("96 streams whose clients leave free every slot and stop the engine's work", async () => {
    at.engine.behaviour = "streams forever";
    const before = at.engine.hungUp;
    for (let round = 0; round < 12; round++) {
      await Promise.all(
        Array.from({ length: 8 }, async () => {
          const leave = new AbortController();
          const response = await fetch(`${at.url}/v1/completions`, {
            method: "POST",
            headers: { "content-type": "application/json" },
            body: '{"prompt":"x","stream":true}',
            signal: leave.signal,
          });
          expect(response.status).toBe(200);
          await response.body?.getReader().read();
          leave.abort();
        }),
      );
      await until(() => at.engine.running === 0, 1000);
    }
    expect(at.engine.hungUp - before).toBe(96);
    await until(
      () => at.audit().filter((line) => line.outcome === "cancelled" && line.status === 200).length === 96,
      1000,
    );
  });
});

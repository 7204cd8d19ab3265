import { Agent, createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { evenArrivals, poissonArrivals } from "../../scripts/bench/arrivals";
import { EventStream } from "../../scripts/bench/event-stream";
import { Load, type LoadPlan } from "../../scripts/bench/load";
import { startLoad } from "../../scripts/bench/load-client";
import { streamOnce } from "../../scripts/bench/streamed-request";

type Answer = (request: IncomingMessage, response: ServerResponse) => void;
let server: Server | undefined;
const agent = new Agent({ keepAlive: true });

async function serve(answer: Answer): Promise<string> {
  server = createServer((request, response) => {
    request.resume().on("end", () => answer(request, response));
  });
  await new Promise<void>((resolve) => server!.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
}

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});
afterAll(() => agent.destroy());

const event = (content: string, finish: string | null = null): string =>
  `data: ${JSON.stringify({ choices: [{ delta: { content }, finish_reason: finish }] })}\n\n`;
const DONE = "data: [DONE]\n\n";
const stream = (response: ServerResponse, release = "r-1"): ServerResponse =>
  response.writeHead(200, { "content-type": "text/event-stream", "x-homeport-release": release });
const whole: Answer = (_, response) => void stream(response).end(event("to") + event("ka", "length") + DONE);

const ask = (url: string, idleMs = 2000) =>
  streamOnce({ url, model: "chat", prompt: "Hi", tokens: 2, kind: "short", idleMs }, Date.now(), agent);

test("a whole stream is an answer, with its release, its text and its first-token time", async () => {
  const outcome = await ask(await serve(whole));
  expect(outcome).toMatchObject({ ending: "ok", status: 200, release: "r-1" });
  expect(outcome.firstText).toBeGreaterThanOrEqual(outcome.started);
  expect(outcome.text).toMatch(/^[0-9a-f]{16}$/);
});

test.each<[string, Answer]>([
  ["truncated", (_, r) => void stream(r).end(event("to") + event("ka"))],
  ["truncated", (_, r) => void stream(r).end(event("to") + event("ka", "length"))],
  ["truncated", (_, r) => void stream(r).end(event("to") + DONE)],
  ["truncated", (_, r) => void stream(r).end(`${event("ka", "length") + DONE}data: {"cho`)],
  ["cut", (_, r) => void stream(r).write(event("to"), () => r.destroy())],
  ["stream-error", (_, r) => void stream(r).end(`${event("to")}data: {"error":{"message":"engine died"}}\n\n${DONE}`)],
  ["stream-error", (_, r) => void stream(r).end(`data: oops\n\n${event("to", "length")}${DONE}`)],
  ["abort", (_, r) => void stream(r).end(event("to", "abort") + DONE)],
  ["status", (_, r) => void r.writeHead(503).end("draining")],
  ["connect", (_, r) => r.destroy()],
  ["timeout", (_, r) => void stream(r).write(event("to"))],
])("a lost request is told apart, also under status 200: %s", async (ending, answer) => {
  expect(await ask(await serve(answer), 150)).toMatchObject({ ending });
});

test("a stream is read the same in whatever pieces its bytes arrive", () => {
  const text = `: hello\n\n${event("to")}${event("ka", "length")}${DONE}`;
  for (const size of [1, 3, 7, 1000]) {
    const seen: string[] = [];
    const events = new EventStream((data) => seen.push(data));
    for (let at = 0; at < text.length; at += size) events.push(text.slice(at, at + size));
    expect(seen).toHaveLength(3);
    expect(seen[2]).toBe("[DONE]");
    expect(events.unfinished).toBe(false);
  }
});

const plan = (url: string, more: Partial<LoadPlan> = {}): LoadPlan => ({
  url,
  model: "chat",
  rate: 100,
  arrivals: "even",
  prompt: "Hi",
  tokens: 2,
  longEvery: 0,
  longSeconds: 20,
  longTokens: 2,
  maxTokens: 1000,
  idleMs: 2000,
  ...more,
});
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

test("slow answers do not slow the arrivals, and waiting counts from the intended time", async () => {
  let most = 0;
  let now = 0;
  const url = await serve((request, response) => {
    now += 1;
    most = Math.max(most, now);
    setTimeout(() => {
      now -= 1;
      whole(request, response);
    }, 400);
  });
  const load = new Load(plan(url));
  load.start();
  await wait(500);
  const { outcomes, planned } = await load.stop();
  expect(planned).toBeGreaterThanOrEqual(40);
  expect(outcomes).toHaveLength(planned);
  expect(most).toBeGreaterThan(25);
  for (const o of outcomes) expect(o.firstText! - o.intended).toBeGreaterThanOrEqual(395);
});

test("one in so many requests is long, and keeps its seconds when the engine's speed changes", async () => {
  const asked: number[] = [];
  server = createServer((request, response) => {
    let body = "";
    request.on("data", (part) => (body += part));
    request.on("end", () => {
      const tokens = (JSON.parse(body) as { max_tokens: number }).max_tokens;
      asked.push(tokens);
      // One token per ms.
      setTimeout(() => whole(request, response), tokens > 2 ? tokens : 0);
    });
  });
  await new Promise<void>((resolve) => server!.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  const load = new Load(plan(url, { longEvery: 10, longTokens: 40, longSeconds: 0.1 }));
  load.start();
  await wait(600);
  const { outcomes } = await load.stop();
  const long = outcomes.filter((o) => o.kind === "long");
  expect(long.length).toBe(Math.floor(outcomes.length / 10));
  expect(asked.filter((tokens) => tokens > 2)[0]).toBe(40);
  expect(asked.filter((tokens) => tokens > 2).at(-1)).toBeGreaterThan(60);
});

test("load in a process of its own hands its outcomes over", async () => {
  const load = startLoad(plan(await serve(whole)));
  await wait(1500);
  const { outcomes, planned } = await load.stop();
  expect(outcomes.length).toBe(planned);
  expect(outcomes.length).toBeGreaterThan(10);
  expect(new Set(outcomes.map((o) => o.ending))).toEqual(new Set(["ok"]));
});

test("arrivals have the rate that was asked for", () => {
  expect(evenArrivals(50)()).toBe(20);
  let state = 1;
  const random = () => {
    state = (state * 16807) % 2147483647;
    return state / 2147483647;
  };
  const gap = poissonArrivals(50, random);
  const mean = Array.from({ length: 20_000 }, gap).reduce((a, b) => a + b) / 20_000;
  expect(mean).toBeGreaterThan(19.5);
  expect(mean).toBeLessThan(20.5);
});

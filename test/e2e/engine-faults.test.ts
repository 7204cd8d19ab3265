import { Agent, request } from "node:http";
import { PORTS } from "../../infra/core/names";
import { streamOnce } from "../../scripts/bench/streamed-request";
import { policyKey, policyUrl } from "../../scripts/local/client-access";
import {
  CHECKOUT,
  engineLog,
  enginePids,
  inGuard,
  isReady,
  loadOn,
  MODEL,
  type Pod,
  podsOf,
  releases,
  scraped,
  until,
} from "../support/local-platform";

/** What happens to the real engines of the running platform, and who can reach them. */
jest.setTimeout(600_000);

const { live } = releases();
const engineOf = ({ status }: Pod) => status.containerStatuses?.find(({ name }) => name === "engine");
const restarts = (name: string): number =>
  engineOf(podsOf(live).find(({ metadata }) => metadata.name === name) as Pod)?.restartCount ?? 0;
/** Requests that this pod's guard has under way. */
const inFlight = (pod: Pod): number => Number(/guard_in_flight\{.*\} (\d+)/.exec(scraped(pod, "/metrics"))?.[1]);
const allReady = (): boolean => podsOf(live).length === 2 && podsOf(live).every(isReady);

beforeAll(() => until("two live replicas are ready", 300, allReady));

describe.each([
  ["the process that computes", (pids: ReturnType<typeof enginePids>) => pids.at(-1)],
  ["the process that answers HTTP", (pids: ReturnType<typeof enginePids>) => pids[0]],
])("kill -9 of %s, under load, with two replicas", (_, choose) => {
  it("costs no request before its first byte; streams under way end with an explicit error", async () => {
    const [pod] = podsOf(live);
    if (!pod) throw new Error("no pod");
    const before = restarts(pod.metadata.name);
    const load = await loadOn({ rate: 8, longEvery: 4, longTokens: 800 });
    await new Promise((done) => setTimeout(done, 5000));
    // A stream is over within seconds: the fault must come while this engine has some.
    await until("streams of this engine are under way", 60, () => inFlight(pod) >= 2);
    const victim = choose(enginePids(pod));
    if (!victim) throw new Error("no engine process");
    process.kill(victim.pid, "SIGKILL");
    await until("the engine is restarted", 60, () => restarts(pod.metadata.name) > before);
    await until("both replicas are ready again", 300, allReady);
    const { outcomes } = await load.stop();

    const lost = outcomes.filter(({ ending }) => ending !== "ok");
    const summary = lost.map(({ ending, status, firstText, detail }) => ({
      ending,
      status,
      detail,
      begun: firstText !== undefined,
    }));
    // The fault was felt: streams of this engine were under way.
    expect(summary.length).toBeGreaterThan(0);
    expect(summary.filter(({ ending, begun }) => ending !== "stream-error" || !begun)).toEqual([]);
    expect(outcomes.length - lost.length).toBeGreaterThan(50);
  });
});

it("a stream of 60 s is not cut", async () => {
  const agent = new Agent();
  const ask = {
    url: await policyUrl(CHECKOUT, undefined),
    key: await policyKey(CHECKOUT, undefined),
    model: MODEL,
    prompt: "Who answers?",
    kind: "long",
    idleMs: 60_000,
  };
  // Several at once, so that a fast machine needs a minute, too. How many tokens that is here, the rounds find out.
  const endings = new Set<string>();
  const longestOf = async (tokens: number): Promise<number> => {
    const asked = Array.from({ length: 16 }, () => streamOnce({ ...ask, tokens }, Date.now(), agent));
    const outcomes = await Promise.all(asked);
    for (const { ending } of outcomes) endings.add(ending);
    return Math.max(...outcomes.map(({ started, ended }) => ended - started));
  };
  let tokens = Math.ceil((1000 * 40_000) / (await longestOf(1000)));
  let longest = 0;
  for (; longest < 60_000 && tokens <= 30_000; tokens = Math.ceil(tokens * 1.8)) longest = await longestOf(tokens);
  agent.destroy();
  expect([...endings]).toEqual(["ok"]);
  expect(longest).toBeGreaterThan(60_000);
});

describe("what can be reached", () => {
  const ALLOWED = new Set(["POST /v1/chat/completions", "POST /v1/completions", "GET /v1/models"]);

  /** The engine's own list, which it logs when it starts: `Route: /tokenize, Methods: POST`. */
  const routes = (pod: Pod): [string, string][] =>
    [...engineLog(pod).matchAll(/Route: (\S+), Methods: ([A-Z, ]+)/g)]
      .flatMap(([, path = "", methods = ""]): [string, string][] =>
        methods.split(", ").map((method) => [method.trim(), path.replace(/\{[^}]+\}/g, "x")]),
      )
      .filter(([method, path]) => !ALLOWED.has(`${method} ${path}`));

  const statusOf = (url: string, method: string, headers: Record<string, string>): Promise<number> =>
    new Promise((answer, fail) => {
      const sent = request(url, { method, headers: { "content-type": "application/json", ...headers } }, (response) => {
        response.resume();
        answer(response.statusCode ?? 0);
      });
      sent.on("error", fail);
      sent.end(method === "POST" ? "{}" : undefined);
    });

  it("every route of vLLM that is not on the allow-list is a 404, through the gateway and on the pod's port", async () => {
    const [pod] = podsOf(live);
    if (!pod) throw new Error("no pod");
    const key = { authorization: `Bearer ${await policyKey(CHECKOUT, undefined)}` };
    const base = await policyUrl(CHECKOUT, undefined);
    const others = routes(pod);
    expect(others.length).toBeGreaterThan(15);
    for (const [method, path] of others) {
      const urls = [
        `${base.replace(/\/v1$/, "")}${path}`,
        `${base}${path}`,
        `${new URL(base).origin}${path}`,
        `http://${pod.status.podIP}:${PORTS.serve}${path}`,
      ];
      for (const url of urls) expect([method, url, await statusOf(url, method, key)]).toEqual([method, url, 404]);
    }
  });

  it("the engine's own port answers its guard and no other pod", () => {
    const [one, other] = podsOf(live);
    if (!one || !other) throw new Error("no two pods");
    const ask = (host: string) =>
      `require("http").get("http://${host}:${PORTS.engine}/health", (r) => said(r.statusCode)).on("error", (e) => said(e.code)); function said(text) { console.log(text); process.exit(); }`;
    expect(inGuard(one, ask("127.0.0.1")).trim()).toBe("200");
    expect(inGuard(other, ask(one.status.podIP)).trim()).toBe("ECONNREFUSED");
    // The pods do reach each other: the guard's port answers.
    const guards = ask(one.status.podIP).replace(`:${PORTS.engine}/health`, `:${PORTS.serve}/v1/models`);
    expect(inGuard(other, guards).trim()).toBe("200");
  });
});

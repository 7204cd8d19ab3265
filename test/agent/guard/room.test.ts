import { once } from "node:events";
import net from "node:net";
import { chat, type Harness, until, withGuard } from "../../support/guard";

const CHAT = "/v1/chat/completions";
const KIB = 1024;
const small = JSON.stringify(chat());
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** A request of which all but the last byte is sent. */
async function halfway(at: Harness, body: string, framing: "length" | "chunked" = "length") {
  const socket = net.connect(Number(new URL(at.url).port), "127.0.0.1");
  await once(socket, "connect");
  let answer = "";
  socket.on("data", (data) => {
    answer += data;
  });
  socket.on("error", () => {});
  const length = framing === "length" ? `content-length: ${body.length}` : "transfer-encoding: chunked";
  const head = `POST ${CHAT} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\nconnection: close\r\n${length}\r\n\r\n`;
  const sent = body.slice(0, -1);
  socket.write(head + (framing === "length" ? sent : `${sent.length.toString(16)}\r\n${sent}\r\n`));
  return {
    answer: () => answer,
    status: () => Number(/^HTTP\/1.1 (\d+)/.exec(answer)?.[1]),
    finish: () => void socket.write(framing === "length" ? "}" : "1\r\n}\r\n0\r\n\r\n"),
    leave: () => socket.destroy(),
  };
}
const halves = (at: Harness, count: number, body: string, framing?: "chunked") =>
  Promise.all(Array.from({ length: count }, () => halfway(at, body, framing)));
/** A valid request of so many bytes. */
const bodyOf = (bytes: number): string => `${small.slice(0, -1).padEnd(bytes - 1)}}`;
const inFlight = async (at: Harness): Promise<number> =>
  Number(/guard_in_flight\{.*\} (\d+)/.exec(await (await fetch(`${at.metrics}/metrics`)).text())?.[1]);

it.concurrent(
  "a request has its seat before its body is read, and gives it back when its client leaves",
  withGuard({ limits: { maxInFlight: 4 } }, async (at) => {
    const held = await halves(at, 4, small);
    await until(async () => (await at.post(CHAT, chat())).status === 429, 1000);
    expect(await inFlight(at)).toBe(0); // the engine knows of none
    for (const { leave } of held) leave();
    await until(async () => (await at.post(CHAT, chat())).status === 200, 1000);
  }),
);

it.concurrent(
  "what does not fit once its sequences are known is 429, and every seat comes back",
  withGuard({ limits: { maxInFlight: 4 } }, async (at) => {
    const one = await halfway(at, small);
    await until(async () => (await at.post(CHAT, chat({ n: 4 }))).status === 429, 1000);
    expect(at.engine.running).toBe(0);
    one.finish();
    await until(() => one.status() === 200, 1000);
    expect((await at.post(CHAT, chat({ n: 99 }))).status).toBe(400);
    expect((await at.post(CHAT, chat({ n: 4 }))).status).toBe(200);
  }),
);

it.concurrent.each(["length", "chunked"] as const)(
  "bodies that come together (framing: %s) are kept up to the budget, the others are 429 with Retry-After",
  (framing) =>
    withGuard({ limits: { maxInFlight: 100, bufferBytes: 200 * KIB, bodyBytes: 64 * KIB } }, async (at) => {
      const asked = await halves(at, 10, bodyOf(60 * KIB), framing === "chunked" ? framing : undefined);
      await until(() => asked.filter(({ status }) => status() === 429).length >= 7, 2000);
      for (const one of asked) one.finish();
      await until(() => asked.every(({ status }) => status() > 0), 2000);
      const refused = asked.filter(({ status }) => status() === 429);
      expect(asked.filter(({ status }) => status() === 200)).toHaveLength(3);
      for (const one of refused) expect(one.answer()).toMatch(/retry-after: 1\r\n/);
      expect(at.audit()).toContainEqual(expect.objectContaining({ outcome: "shed", reason: "too_many_bytes" }));
      expect((await at.post(CHAT, bodyOf(60 * KIB))).status).toBe(200); // all of it came back
    })(),
);

it.concurrent(
  "a body that the engine has counts no more, however long its answer takes; one alone is always taken",
  withGuard({ limits: { bufferBytes: 60 * KIB, bodyBytes: 64 * KIB } }, async (at) => {
    Object.assign(at.engine, { tokens: 50, tokenDelayMs: 20 });
    const long = { messages: [{ role: "user", content: "x".repeat(62 * KIB) }], stream: true };
    const first = await at.post(CHAT, long);
    const second = await at.post(CHAT, long);
    expect([first.status, second.status, at.engine.running]).toEqual([200, 200, 2]);
    await Promise.all([first.text(), second.text()]);
  }),
);

it.concurrent(
  "a body that does not come is no stall of the engine",
  withGuard({ watch: { intervalSeconds: 0.05, unreadyAfterSeconds: 0.3, restartAfterSeconds: 0.6 } }, async (at) => {
    const slow = await halfway(at, small);
    const end = performance.now() + 1200;
    while (performance.now() < end) {
      expect([await at.probe("ready"), await at.probe("live"), await inFlight(at)]).toEqual([200, 200, 0]);
      await sleep(50);
    }
    slow.finish();
    await until(() => slow.status() === 200, 1000);
  }),
);

it.concurrent(
  "a drain waits for a body that is still coming and for its answer",
  withGuard({ drain: { propagationSeconds: 0.1, streamSeconds: 5 } }, async (at) => {
    const slow = await halfway(at, small);
    await sleep(100);
    const drained = fetch(`${at.admin}/drain`).then((r) => r.json());
    await until(async () => (await fetch(`${at.url}/v1/models`)).status === 503, 2000);
    await sleep(200); // longer than the drain needs to see that the engine owes nothing
    slow.finish();
    await until(() => slow.status() === 200, 1000);
    expect(await drained).toEqual({ inFlight: 0, cut: 0 });
  }),
);

it.concurrent(
  "a body that is not there when the drain's time is up is cut with 503 and Retry-After",
  withGuard({ drain: { propagationSeconds: 0.1, streamSeconds: 0.3 } }, async (at) => {
    const slow = await halfway(at, small);
    await sleep(100);
    expect(await (await fetch(`${at.admin}/drain`)).json()).toEqual({ inFlight: 0, cut: 1 });
    expect(slow.answer()).toMatch(/^HTTP\/1.1 503 .*retry-after: 1\r\n/s);
  }),
);

import { policyKey, policyUrl } from "../../scripts/local/client-access";
import { CHECKOUT, isReady, loadOn, podsOf, releases, scraped, until } from "../support/local-platform";

/** Where a request's time goes on the way to one's own models: real engines' counters beside what a client waits. */

jest.setTimeout(300_000);

const { live } = releases();
const LOAD_MS = 30_000;
const TOKENS = 150;
const ROUND_TRIPS = 50;

/** Milliseconds that the live release's engines have counted in one part of their requests. */
function counted(part: "queue" | "prefill" | "decode"): number {
  const sum = new RegExp(`^vllm:request_${part}_time_seconds_sum\\{[^}]*\\} (\\S+)$`, "gm");
  const pages = podsOf(live).map((pod) => scraped(pod, "/engine-metrics"));
  const values = pages.flatMap((page) => [...page.matchAll(sum)].map(([, seconds]) => 1000 * Number(seconds)));
  if (values.length !== pages.length) throw new Error(`an engine does not tell ${part}`);
  return values.reduce((total, value) => total + value, 0);
}

/** Through gateway and guard and back: the guard answers itself, so no engine has anything to work out. */
async function networkMs(): Promise<number> {
  const [url, key] = [await policyUrl(CHECKOUT, undefined), await policyKey(CHECKOUT, undefined)];
  let total = 0;
  for (let i = 0; i < ROUND_TRIPS; i++) {
    const start = performance.now();
    const answer = await fetch(`${url}/models`, { headers: { authorization: `Bearer ${key}` } });
    await answer.text();
    expect(answer.status).toBe(200);
    total += performance.now() - start;
  }
  return total / ROUND_TRIPS;
}

it("L2: network, queue, prefill and decode are told apart and add up to what the client waits, within 5 %", async () => {
  await until("two live replicas are ready", 300, () => podsOf(live).length === 2 && podsOf(live).every(isReady));
  const parts = ["queue", "prefill", "decode"] as const;
  const before = parts.map(counted);
  const load = await loadOn({ rate: 1, tokens: TOKENS });
  await new Promise((done) => setTimeout(done, LOAD_MS));
  const { outcomes } = await load.stop();
  expect(outcomes.map(({ ending }) => ending).filter((ending) => ending !== "ok")).toEqual([]);
  expect(outcomes.length).toBeGreaterThan(20);
  const each = (total: number) => total / outcomes.length;
  const engine = parts.map((part, i) => each(counted(part) - before[i]!));
  const waited = each(outcomes.reduce((total, { started, ended }) => total + ended - started, 0));
  const network = await networkMs();
  const told = [network, ...engine].map((ms) => `${ms.toFixed(1)} ms`);
  process.stderr.write(
    `network, queue, prefill, decode: ${told.join(", ")}; the client waited ${waited.toFixed(1)} ms\n`,
  );
  expect(Math.abs((network + engine.reduce((total, ms) => total + ms, 0)) / waited - 1)).toBeLessThan(0.05);
  // The article's budget of the route to one's own models.
  expect(network).toBeLessThan(50);
  expect(engine[0]).toBeLessThan(500);
});

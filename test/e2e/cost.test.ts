import { readStack } from "../../infra/config/read-stack";
import { cost } from "../../scripts/commands/cost";
import type { LiveCost } from "../../scripts/lib/cost/live/live-cost";
import { renderStack } from "../../scripts/lib/render/render";
import { LOCAL_STACK } from "../../scripts/local/layout";
import { CHECKOUT, inModels, isReady, loadOn, podsOf, releases, scraped, until } from "../support/local-platform";

/** Dollars per million tokens from the counters of the running platform's real engines, against node hours × a given price. */
jest.setTimeout(600_000);

const { live } = releases();
const NODE_USD = 3.6;
const LOAD_MS = 60_000;

/** What `homeport cost --live` says; each call is a reading that the next one is compared with. */
async function asked(): Promise<LiveCost> {
  const [pool = ""] = Object.keys(readStack(CHECKOUT, LOCAL_STACK).config.pools);
  let out = "";
  const write = jest.spyOn(process.stdout, "write").mockImplementation((text) => {
    out += text;
    return true;
  });
  const options = { stack: LOCAL_STACK, live: true, nodeUsd: [`${pool}=${NODE_USD}`], json: true };
  const today = new Date().toISOString().slice(0, 10);
  await cost({ ...options, firstTokenMs: "2000", tokenMs: "50" }, { root: CHECKOUT, today, render: renderStack });
  write.mockRestore();
  return JSON.parse(out) as LiveCost;
}

/** Tokens in and out of the live release's engines, read and added up here, not by what is tested. */
function tokens(): number {
  const counted = podsOf(live).map((pod) => {
    const lines = scraped(pod, "/engine-metrics").matchAll(
      /^vllm:(?:prompt|generation)_tokens_total\{[^}]*\} (\S+)$/gm,
    );
    return [...lines].reduce((sum, [, value]) => sum + Number(value), 0);
  });
  return counted.reduce((sum, count) => sum + count, 0);
}

const allPods = (): number =>
  inModels("get", "pods", "--selector", "app.kubernetes.io/name=vllm", "--output=name").split("\n").filter(Boolean)
    .length;

it("reconciles with node hours × price within 1 %, for the tokens that the engines counted", async () => {
  await until("two live replicas are ready", 300, () => podsOf(live).length === 2 && podsOf(live).every(isReady));
  await asked();
  const [before, start] = [tokens(), Date.now()];
  const load = await loadOn({ rate: 5 });
  await new Promise((done) => setTimeout(done, LOAD_MS));
  const { outcomes } = await load.stop();
  expect(outcomes.filter(({ ending }) => ending === "ok").length).toBeGreaterThan(100);
  const found = await asked();
  const [served, hours] = [tokens() - before, (Date.now() - start) / 3_600_000];

  const usd = NODE_USD * found.hours;
  expect(Math.abs(found.hours / hours - 1)).toBeLessThan(0.05); // two readings, each a second or two beside our clock
  expect(Math.abs(found.allocation.totalUsd / usd - 1)).toBeLessThan(0.01);
  expect(Math.abs(found.reconciledPercent)).toBeLessThan(1);
  const own = found.releases.find(({ release }) => release === live);
  if (own?.usdPerMillion === undefined) throw new Error(`no dollars per million of ${live}`);
  expect(own.inputTokens + own.outputTokens).toBe(served);
  const share = podsOf(live).length / allPods();
  const expected = (usd * share * 1e6) / served;
  process.stderr.write(`cost: $${own.usdPerMillion.toFixed(4)} per million, by hand $${expected.toFixed(4)}\n`);
  expect(Math.abs(own.usdPerMillion / expected - 1)).toBeLessThan(0.01);
});

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { releaseId, shortId } from "../../infra/core/release";
import { knowledgeWith, type MeasuredDay } from "../../infra/core/throughput/own-days";
import { throughputOf } from "../../infra/core/throughput/predict";
import { LABELS } from "../../infra/values/aws/nodes/node-labels";
import { cost } from "../../scripts/commands/cost";
import { historyBefore, keep } from "../../scripts/lib/cost/live/history";
import type { Kubectl, StoredObject } from "../../scripts/lib/kubectl";
import { tinyRelease } from "../support/fixture-root";
import { catchPrinted } from "../support/printed";
import { Stacks } from "../support/stacks";

const HOUR = 3_600_000;
const START = Date.parse("2026-11-21T06:00:00Z");
const TODAY = "2026-11-22";
const { root } = new Stacks();
const FILE = join(root, "stacks/measured/day.json");
const STATE = join(root, ".homeport/day");

/** A 70B in FP8 on two H100, of which a table is known. */
const CONTENT = {
  ...tinyRelease("1"),
  weights: { ...tinyRelease("1").weights, source: `hf://meta-llama/Llama-3.1-70B-Instruct@${"a".repeat(40)}` },
  quantization: "fp8",
  variants: {
    h100x2: {
      gpuClass: "h100-80gb",
      tensorParallel: 2,
      image: `registry.example.com/vllm@sha256:${"f".repeat(64)}`,
      arguments: {},
    },
  },
};
const ID = releaseId(CONTENT);
const prod = readFileSync(join(root, "stacks/Pulumi.prod.yaml"), "utf8");
writeFileSync(
  join(root, "stacks/Pulumi.day.yaml"),
  prod
    .replace("[us-east-1, us-west-2]", "[us-east-1]")
    .replace("a100: { instanceType: p4de.24xlarge, max: 2 }", "h100: { instanceType: p5.48xlarge, max: 2 }")
    .replace(/live: r42\n +previous: \[r41\]/, "live: d1")
    .replace(/ {8}#[\s\S]*?r42: sha256:[0-9a-f]+/, `        d1: ${ID}`),
);
writeFileSync(
  join(root, "stacks/releases/chat/d1.json"),
  JSON.stringify({
    id: ID,
    content: CONTENT,
    pinned: { at: "2026-11-20T00:00:00Z", by: "homeport pin" },
    mirrored: { "day/us-east-1": "2026-11-20" },
  }),
);

const printed = catchPrinted();
let hours = 0;
let engine: Engine;
beforeEach(() => {
  [hours, engine] = [0, new Engine()];
  for (const path of [FILE, STATE]) rmSync(path, { recursive: true, force: true });
});

/** One engine that counts requests of 1024/1024, 0.5 s to the first token, 35 ms a token: 36.3 s each. */
class Engine implements Partial<Kubectl> {
  release = shortId(ID);
  /** Releases that serve as much at the same time. */
  others: string[] = [];
  requests = 0;
  async list(kinds: string): Promise<StoredObject[]> {
    const creationTimestamp = new Date(START).toISOString();
    const node = { name: "n1", creationTimestamp, labels: { [LABELS.pool]: "h100" } };
    if (kinds === "nodes")
      return [{ apiVersion: "v1", kind: "Node", metadata: node, status: { capacity: { "nvidia.com/gpu": "8" } } }];
    return [this.release, ...this.others].map((release) => {
      const labels = {
        "homeport.dev/model": "chat",
        "homeport.dev/release": release,
        "homeport.dev/variant": "h100x2",
      };
      const uid = { uid: release };
      return {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { ...uid, name: release, labels },
        spec: { nodeName: "n1", containers: [{ resources: { requests: { "nvidia.com/gpu": "2" } } }] },
        status: { phase: "Running", startTime: creationTimestamp },
      };
    });
  }
  async podGet(): Promise<string> {
    const { requests } = this;
    const counters = {
      prompt_tokens_total: requests * 1024,
      generation_tokens_total: requests * 1024,
      request_success_total: requests,
      time_to_first_token_seconds_sum: requests * 0.5,
      time_to_first_token_seconds_count: requests,
      inter_token_latency_seconds_sum: requests * 1023 * 0.035,
      inter_token_latency_seconds_count: requests * 1023,
      e2e_request_latency_seconds_sum: requests * (0.5 + 1023 * 0.035),
    };
    return Object.entries(counters)
      .map(([name, count]) => `vllm:${name}{engine="0"} ${count}`)
      .join("\n");
  }
}

async function asked(more: object): Promise<string> {
  printed.out = "";
  await cost(
    { stack: "day", firstTokenMs: "2000", tokenMs: "50", json: true, ...more },
    {
      root,
      today: TODAY,
      render: async () => ({ plan: [] }) as never,
      clusters: { "us-east-1": engine as unknown as Kubectl },
      now: () => new Date(START + hours * HOUR),
    },
  );
  return printed.out.replace(/\s+/g, " ");
}

/** What `--live` says when that much time and that many requests are over. */
async function passed(more: number, requests: number): Promise<{ release: string; found: Record<string, unknown> }[]> {
  hours += more;
  engine.requests += requests;
  return JSON.parse(await asked({ live: true })).measured.days;
}

const used = async () => JSON.parse(await asked({})).releases[0].throughput;

const replica = { model: "x/Mixtral-8x7B-v0.1", gpuClass: "a100-80gb", tensorParallel: 2 };
const load = { inputTokens: 1024, outputTokens: 256, concurrency: 20 };
const DAY: MeasuredDay = {
  ...{ ...replica, ...load, quantisation: "bf16", source: "counters of prod" },
  ...{ release: "r-1", engine: "vLLM 0.32.0", from: "2024-01-01T00:00:00Z", to: "2024-01-02T00:00:00Z" },
  ...{ hours: 24, requests: 5000, timeToFirstTokenMs: 300, timePerOutputTokenMs: 25 },
};

describe("a day of homeport cost --live", () => {
  it("is kept with date and source, and the stack's cost stands on it in place of the table", async () => {
    const table = await used();
    expect(table.here).toBeUndefined();
    await passed(0, 0);
    expect(await passed(23.9, 19_917)).toEqual([
      { model: "chat", release: "d1", found: { refused: "23.9 of 24 h between readings yet" } },
    ]);
    expect([existsSync(FILE), await used()]).toEqual([false, table]);
    await passed(0.1, 83);
    const { days } = JSON.parse(readFileSync(FILE, "utf8"));
    expect(days).toEqual([
      {
        model: "meta-llama/Llama-3.1-70B-Instruct",
        release: shortId(ID),
        gpuClass: "h100-80gb",
        tensorParallel: 2,
        quantisation: "fp8",
        engine: "vLLM 0.32.0",
        from: "2026-11-21T06:00:00.000Z",
        to: "2026-11-22T06:00:00.000Z",
        hours: 24,
        requests: 20_000,
        inputTokens: 1024,
        outputTokens: 1024,
        concurrency: 8.4,
        timeToFirstTokenMs: 500,
        timePerOutputTokenMs: 35,
        source: "counters of day",
      },
    ]);
    const here = await used();
    expect(here).toMatchObject({ asOf: TODAY, source: "counters of day", engine: "vLLM 0.32.0" });
    // The table says 18.3 ms at this load, so 50 ms are reached much earlier than it says.
    expect(here.here.tableErrorPercent).toBeCloseTo(100 * (18.3 / 35 - 1), 0);
    expect(here.outputTokensPerSecond.expected).toBeLessThan(0.7 * table.outputTokensPerSecond.expected);
    expect(here.timePerOutputTokenMs.expected).toBeLessThanOrEqual(50);
    expect(here.basis).toBe("interpolated");
    const width = ({ outputTokensPerSecond: { low, high, expected } }: typeof here) => (high - low) / expected;
    expect(width(here)).toBeGreaterThan(1.5 * width(table));
    const text = await asked({ json: false });
    expect(text).toMatch(/vLLM 0\.32\.0, measured here on 2026-11-22, \d+ requests at once/);
    expect(text).toMatch(/35\.00 ms a token at 8\.4 requests in flight; the table said 18\.\d\d ms, error -47\.\d %/);
  });

  it("says how much of its replica was used, beside what the API of the same weights asks and from which share on it is dearer", async () => {
    await passed(0, 0);
    [hours, engine.requests] = [24, 20_000];
    const { releases, models } = JSON.parse(await asked({ live: true }));
    const [{ utilisation, api, usdPerMillion }] = releases;
    expect(utilisation).toMatchObject({ sure: true });
    expect(api).toMatchObject({ provider: "bedrock", usdPerMillion: expect.closeTo(0.72, 6) });
    expect(api.breakEvenUtilisation).toBeCloseTo((usdPerMillion * utilisation.used) / api.usdPerMillion, 9);
    expect(models[0].apiUsd).toBeCloseTo(api.usd, 9);
    const text = await asked({ live: true, json: false, hours: "24" });
    expect(text).toMatch(/chat: \$[\d,.]+, and \$29\.49 for the same tokens of the same weights on an API: lost \$/);
  });

  it("is renewed by the next whole day only, in one step, and says so in one line", async () => {
    await passed(0, 0);
    await passed(24, 20_000);
    const first = readFileSync(FILE, "utf8");
    expect(await passed(12, 10_000)).toEqual([]);
    expect(readFileSync(FILE, "utf8")).toBe(first);
    [hours, engine.requests] = [hours + 12, engine.requests + 20_000];
    expect(await asked({ live: true, json: false })).toMatch(
      /chat d1: measured here on 2026-11-23, kept in stacks\/measured\/day\.json: 35\.00 ms a token/,
    );
    expect(JSON.parse(readFileSync(FILE, "utf8")).days).toMatchObject([{ requests: 30_000 }]);
    expect(readdirSync(join(root, "stacks/measured"))).toEqual(["day.json"]);
  });

  it("is none when idle, and none of another release, whose days change nothing here", async () => {
    await passed(0, 0);
    expect(await passed(24, 500)).toMatchObject([{ found: { refused: "500 requests in the time, fewer than 1000" } }]);
    expect(await passed(24, 1500)).toMatchObject([
      { found: { refused: expect.stringMatching(/^idle: 0\.63 requests in flight/) } },
    ]);
    expect(await passed(24, 5000)).toMatchObject([
      { found: { refused: "2.1 requests in flight, which no table of these GPUs reaches" } },
    ]);
    engine.release = "r-0123456789";
    expect(await passed(24, 20_000)).toEqual([]);
    expect(existsSync(FILE)).toBe(false);
    engine.release = shortId(ID);
    expect(await passed(12, 20_000)).toMatchObject([
      { found: { refused: "2.1 requests in flight, which no table of these GPUs reaches" } },
    ]);
  });

  it("counts the load that tokens saw: nights in which nobody asks make it no lighter", async () => {
    await passed(0, 0);
    await passed(12, 0);
    await passed(12, 10_000);
    const [{ concurrency }] = JSON.parse(readFileSync(FILE, "utf8")).days;
    expect(concurrency).toBeCloseTo(8.4, 1);
  });

  it("does not count what another release serves beside it", async () => {
    engine.others = ["r-0123456789"];
    await passed(0, 0);
    await passed(24, 20_000);
    expect(JSON.parse(readFileSync(FILE, "utf8")).days).toMatchObject([{ release: shortId(ID), requests: 20_000 }]);
  });

  it("comes to be also by reading every minute, which is thinned to what fits half a month", async () => {
    await passed(0, 0);
    const [first] = historyBefore(STATE, new Date(START + 1)).readings;
    if (first === undefined) throw new Error("no reading");
    const counted = (minute: number, counters: (typeof first.pods)[0]["counters"]) =>
      Object.fromEntries(Object.keys(counters).map((key) => [key, minute * perMinute[key as keyof typeof counters]]));
    const requests = 20_160 / (24 * 60);
    const perMinute: (typeof first.pods)[0]["counters"] = {
      ...{ promptTokens: requests * 1024, generationTokens: requests * 1024, requests },
      ...{ firstTokenSeconds: requests * 0.5, firstTokens: requests },
      ...{ betweenTokensSeconds: requests * 1023 * 0.035, betweenTokens: requests * 1023 },
      requestSeconds: requests * (0.5 + 1023 * 0.035),
    };
    const minutes = (from: number, to: number) =>
      Array.from({ length: to - from }, (_, i) => ({
        ...first,
        at: new Date(START + (from + i) * 60_000).toISOString(),
        pods: first.pods.map((pod) => ({ ...pod, counters: counted(from + i, pod.counters) as typeof pod.counters })),
      }));
    // A minute after the other, as the command does it, for what matters: the last minutes of a day.
    let kept = minutes(0, 24 * 60 - 20);
    for (const one of minutes(24 * 60 - 20, 24 * 60)) {
      keep(STATE, kept, one);
      kept = historyBefore(STATE, new Date(Date.parse(one.at) + 1)).readings;
    }
    expect(kept.length).toBeLessThan(24 * 12 + 2);
    expect(kept.at(-2)?.at).not.toBe(kept.at(-1)?.at);
    expect(await passed(24, 20_160)).toMatchObject([{ found: { hours: 24, requests: 20_160, concurrency: 8.47 } }]);
    keep(STATE, minutes(-30 * 24 * 60, 0), first);
    const old = historyBefore(STATE, new Date(START + 1)).readings;
    expect(Date.parse(first.at) - Date.parse(old[0]?.at ?? "")).toBe(15 * 24 * HOUR);
    expect(old.length).toBeLessThan(1000);
  });

  it("leaves out an engine that began anew", async () => {
    await passed(0, 0);
    await passed(20, 20_000);
    engine.requests = 0;
    expect(await passed(4, 3000)).toMatchObject([{ found: { refused: "20.0 of 24 h between readings yet" } }]);
  });

  it.each([
    ["{", /^stacks\/measured\/day\.json: .*; measured days in JSON; take the file back from git/],
    [
      '{"days":[{"hours":3}]}',
      /stacks\/measured\/day\.json#days\[0\]\.hours: 3; hours, 24 or more; take the file back/,
    ],
    [
      JSON.stringify({ days: [{ ...DAY, concurrency: 1e300 }] }),
      /#days\[0\]\.concurrency: 1e\+300; a number from 0\.001 to 1e9/,
    ],
    [
      JSON.stringify({ days: [{ ...DAY, from: DAY.to, to: DAY.from }] }),
      /#days\[0\]\.hours: 24; at most the -24\.00 h from 2024-01-02T00:00:00Z to 2024-01-01T00:00:00Z/,
    ],
  ])("in a broken file %s is one clear error of both commands, and nothing is read or written", async (text, why) => {
    mkdirSync(join(root, "stacks/measured"), { recursive: true });
    writeFileSync(FILE, text);
    for (const live of [false, true]) {
      const error = await asked({ live }).catch(({ problems }) =>
        problems
          .map(({ path, given, allowed, fix }: Record<string, string>) =>
            [`${path}: ${given}`, allowed, fix].join("; "),
          )
          .filter((line: string) => !line.includes("undefined"))
          .join("\n"),
      );
      expect(error).toMatch(why);
    }
    expect([readFileSync(FILE, "utf8"), existsSync(STATE)]).toEqual([text, false]);
  });

  it("changes nothing of other GPUs; where no sound table is known it stands alone, as a hint, however old", () => {
    const found = throughputOf({ ...replica, ...load }, knowledgeWith([DAY]));
    expect(found).toMatchObject({ basis: "outside", asOf: "2024-01-02", timePerOutputTokenMs: { expected: 25 } });
    expect(found?.doubts).toEqual(["known here at 20.0 requests in flight only; with more it may give more"]);
    const other = { ...replica, tensorParallel: 4, ...load };
    expect(throughputOf(other, knowledgeWith([DAY]))).toEqual(throughputOf(other));
    expect(throughputOf({ ...replica, ...load })?.asOf).not.toBe("2024-01-02");
  });
});

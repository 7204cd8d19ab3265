import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CostExplorerClient } from "@aws-sdk/client-cost-explorer";
import { instancePrice } from "../../infra/core/aws/prices";
import { inventoryOf, paymentOf } from "../../infra/core/aws/resource-prices";
import { splitPrice, usdPerMillion } from "../../infra/core/economics/token-price";
import { shortId } from "../../infra/core/release";
import { throughputOf } from "../../infra/core/throughput/predict";
import { type CostOptions, cost } from "../../scripts/commands/cost";
import { cheapestApi } from "../../scripts/lib/cost/same-weights";
import type { Kubectl, StoredObject } from "../../scripts/lib/kubectl";
import { fixtureRoot, tinyId } from "../support/fixture-root";
import { type Loopback, loopback } from "../support/loopback";
import { catchPrinted } from "../support/printed";
import { ROOT, Stacks } from "../support/stacks";

const stacks = new Stacks();
const TODAY = "2026-11-22";
const options = { stack: "prod", firstTokenMs: "2000", tokenMs: "50" };
const world = { root: stacks.root, today: TODAY, render: (name: string) => stacks.render(name) };

const printed = catchPrinted();

async function said(
  more: Partial<CostOptions> = {},
  at: Partial<typeof world> = {},
): Promise<{ code: number; text: string }> {
  printed.out = "";
  const code = await cost({ ...options, ...more }, { ...world, ...at });
  return { code, text: printed.out };
}

/** A copy of a stack file with something else in it. */
function changed(name: string, change: (text: string) => string): string {
  const text = readFileSync(join(stacks.root, `stacks/Pulumi.${name}.yaml`), "utf8");
  if (change(text) === text) throw new Error("nothing was changed");
  const path = join(mkdtempSync(join(tmpdir(), "homeport-cost-")), "other.yaml");
  writeFileSync(path, change(text));
  return path;
}

describe("S7: priced + unpriced = all resources", () => {
  it("of the plan of prod, to the last one; the unpriced are counted and named, never 0 dollars", async () => {
    const { plan } = await stacks.render("prod");
    const { text } = await said({ json: true });
    const { inventory } = JSON.parse(text).cost;
    const unpriced = inventory.unpriced.reduce((sum: number, { count }: { count: number }) => sum + count, 0);
    expect([inventory.resources, inventory.priced + inventory.free + unpriced]).toEqual([plan.length, plan.length]);
    expect(unpriced).toBeGreaterThan(20);
    expect((await said()).text).toMatch(
      new RegExp(
        `${plan.length} resources: \\d+ priced, \\d+ free, ${unpriced} unpriced\\. Unpriced, so not in the sum:`,
      ),
    );
  });

  it("every type of AWS that the program can make is paid, free with a reason, or unpriced", () => {
    const imported = readdirSync(join(ROOT, "infra/components"), { recursive: true, encoding: "utf8" })
      .filter((path) => path.endsWith(".ts"))
      .map((path) => readFileSync(join(ROOT, "infra/components", path), "utf8"))
      .flatMap((text) => [...text.matchAll(/from "@pulumi\/aws\/([a-z0-9]+\/[A-Za-z0-9]+)"/g)].map(([, name]) => name));
    expect(imported.length).toBeGreaterThan(50);
    const without = [...new Set(imported)].filter(
      (name) => paymentOf({ type: `aws:${name}:X`, name: "", inputs: {} }) === undefined,
    );
    expect(without).toEqual([]);
  });

  it("a type that nobody thought of is an error, not a gift", () => {
    const thing = { type: "aws:rds/cluster:Cluster", name: "us-east-1/x", inputs: {} };
    expect(inventoryOf([thing], []).unknown).toEqual(["aws:rds/cluster:Cluster"]);
    const render = async () => ({ ...(await stacks.render("prod")), plan: [thing] }) as never;
    return expect(said({}, { render })).rejects.toThrow("aws:rds/cluster:Cluster");
  });

  it("what is paid by the hour is counted as the plan has it", async () => {
    const { plan } = await stacks.render("prod");
    const { lines } = JSON.parse((await said({ json: true })).text).cost;
    const counted = (what: string) =>
      lines
        .filter((line: { what: string }) => line.what === what)
        .reduce((n: number, { count }: { count: number }) => n + count, 0);
    const planned = (type: string) => plan.filter((resource) => resource.type === type).length;
    expect(counted("NAT gateway")).toBe(planned("aws:ec2/natGateway:NatGateway"));
    expect(counted("public IPv4 address")).toBe(planned("aws:ec2/eip:Eip"));
    expect(counted("EKS control plane")).toBe(planned("aws:eks/cluster:Cluster"));
    expect(counted("load balancer")).toBe(planned("aws:lb/loadBalancer:LoadBalancer"));
    expect(counted("KMS key")).toBe(planned("aws:kms/key:Key"));
    expect(counted("CloudWatch alarm")).toBe(planned("aws:cloudwatch/metricAlarm:MetricAlarm"));
  });
});

describe("homeport cost", () => {
  it("L5: p4de in ap-northeast-1 is 37 % dearer than in us-east-1", () => {
    const [home, away] = ["us-east-1", "ap-northeast-1"].map((region) => instancePrice(region, "p4de.24xlarge"));
    expect([home?.known, away?.known]).toEqual([true, true]);
    expect(Math.round(100 * ((away?.usd ?? 0) / (home?.usd ?? 1) - 1))).toBe(37);
  });

  it("says hour, month, releases, standby of each warmth, budget and the age of its prices, within 80 columns", async () => {
    const { code, text } = await said();
    expect(code).toBe(0);
    expect(text.split("\n").filter((line) => line.length > 80)).toEqual([]);
    expect(text).toMatch(/us-east-1 +pool a100: p4de\.24xlarge, on-demand +1 +27\.45 +20,036\n/);
    expect(text).toMatch(/chat +r42 +100 +4×2 +36\.60/);
    for (const warmth of ["hot", "asleep", "cached", "cold"]) expect(text).toMatch(new RegExp(`chat r41 +${warmth} `));
    expect(text).toContain("Budget: $90,000 a month of the whole account; alarms at $72,000 spent, $90,000");
    expect(text).toContain("Prices of nodes in us-east-1: 2026-07-20, 125 days old (stale: over 30)");
  });

  it("divides a pool's nodes among its releases to the last cent", async () => {
    const report = JSON.parse((await said({ json: true })).text);
    const shares = report.releases.reduce((sum: number, { hourlyUsd }: { hourlyUsd: number }) => sum + hourlyUsd, 0);
    expect(shares).toBeCloseTo(2 * 27.44705, 10);
  });

  it("takes the mix and the load of a usage file, and refuses what is none", async () => {
    const usage = join(mkdtempSync(join(tmpdir(), "homeport-cost-")), "usage.json");
    const workload = { name: "chat", requests: 864_000, inputTokens: 864e6, outputTokens: 432e6, peakToAverage: 2 };
    writeFileSync(
      usage,
      JSON.stringify({ from: "2026-11-01", to: "2026-11-10", source: "gateway", workloads: [workload] }),
    );
    const { releases, demands } = JSON.parse((await said({ json: true, usage })).text);
    expect(demands.chat).toMatchObject({
      request: { inputTokens: 1000, outputTokens: 500 },
      outputTokensPerSecond: 500,
    });
    const [live] = releases;
    const { usdPerMillion: tokens, throughput, hourlyUsd } = live;
    expect(tokens.utilisation).toBeCloseTo(500 / (4 * throughput.outputTokensPerSecond.expected), 10);
    // Three tokens in and out for each one out, 500 of those a second.
    expect(tokens.expected).toBeCloseTo((hourlyUsd * 1e6) / (1500 * 3600), 6);
    await expect(said({ usage: "/nowhere" })).rejects.toThrow("--usage");
  });

  it("a model pays for its releases that stand by, and nobody serves more than there is room for", async () => {
    const { models, releases } = JSON.parse((await said({ json: true })).text);
    const [live, standby] = releases;
    expect(models).toEqual([
      { model: "chat", hourlyUsd: expect.closeTo(54.8941, 6), usdPerMillion: expect.anything() },
    ]);
    const { low, high, expected } = live.throughput.outputTokensPerSecond;
    const { busy, busyRange } = live.usdPerMillion;
    expect([busyRange.low * high, busyRange.high * low]).toEqual([
      expect.closeTo(busy * expected, 6),
      expect.closeTo(busy * expected, 6),
    ]);
    expect(models[0].usdPerMillion / live.usdPerMillion.expected).toBeCloseTo(
      1 + standby.hourlyUsd / live.hourlyUsd,
      9,
    );
    const usage = join(mkdtempSync(join(tmpdir(), "homeport-cost-")), "usage.json");
    const workload = { name: "chat", requests: 864e4, inputTokens: 864e7, outputTokens: 864e7, peakToAverage: 2 };
    const period = { from: "2026-11-01", to: "2026-11-10", source: "gateway" };
    writeFileSync(usage, JSON.stringify({ ...period, workloads: [workload] }));
    const asked = JSON.parse((await said({ json: true, usage })).text).releases[0].usdPerMillion;
    expect([asked.utilisation > 2, asked.expected]).toEqual([true, asked.busy]);
    expect((await said({ usage })).text.replace(/\s+/g, " ")).toMatch(
      /r42: ! it is asked 2\.\d times what it gives at the objective; \$\/1M is of what it can serve/,
    );
  });

  it("fails with --strict while prices are older than 30 days, and says how to renew them", async () => {
    expect((await said({ strict: true })).code).toBe(1);
    expect(printed.err).toContain("prices of nodes in us-east-1 are 125 days old, more than 30");
  });

  it("refuses a cluster without a list price, an objective that is no time, and a stack that is not there", async () => {
    await expect(said({ stack: "local" })).rejects.toThrow("no list price");
    await expect(said({ tokenMs: "fast" })).rejects.toThrow("--token-ms");
    await expect(said({ tokenMs: "1e400" })).rejects.toThrow("--token-ms");
    await expect(said({ against: "nowhere" })).rejects.toThrow("--against");
    await expect(said({ against: "staging", bill: true })).rejects.toThrow("one of --live, --bill and --against");
    await expect(said({ hours: "3" })).rejects.toThrow("--hours");
  });
});

describe("homeport cost --against", () => {
  const p4d = (text: string, more: string) =>
    text
      .replace("homeport:regions: [us-east-1, us-west-2]", "homeport:regions: [us-east-1]")
      .replace("homeport:pools:\n", `homeport:pools:\n    tests: { instanceType: p4d.24xlarge, ${more} }\n`);

  /** The repository's prod in one region, with a pool of p4d beside its own. */
  async function difference(before: string, after: string): Promise<string> {
    const one = changed("prod", (text) => p4d(text, before));
    const now = readFileSync(
      changed("prod", (text) => p4d(text, after)),
      "utf8",
    );
    const file = join(stacks.root, "stacks/Pulumi.prod.yaml");
    const kept = readFileSync(file);
    writeFileSync(file, now);
    try {
      return (await said({ against: one })).text;
    } finally {
      writeFileSync(file, kept);
    }
  }

  it("one p4d more that always runs is +$21.96/h of nodes, and its disk", async () => {
    const text = await difference("min: 1, max: 4", "min: 2, max: 4");
    expect(text).toMatch(/pool tests: p4d\.24xlarge, on-demand +21\.96 +43\.92 +\+\$21\.96\n/);
    expect(text).toContain("Of it nodes: +$21.96/h; at most, every pool at its `max`: $0.00/h.");
    expect(text).toContain("While everything runs: +$21.99/h");
  });

  it("one more that may run is +$21.96/h at most, and nothing now", async () => {
    const text = await difference("min: 1, max: 4", "min: 1, max: 5");
    expect(text).toContain("no line differs\nWhile everything runs: $0.00/h, $0.00 a month.");
    expect(text).toContain("Of it nodes: $0.00/h; at most, every pool at its `max`: +$21.96/h.");
  });

  it("hours off change the month, not the hour", async () => {
    const file = join(stacks.root, "stacks/Pulumi.dev.yaml");
    const before = changed("dev", (text) => text.replace(/,? *offHours: \{[^}]*\}/, ""));
    expect(readFileSync(file, "utf8")).toContain("offHours");
    const { text } = await said({ stack: "dev", against: before });
    expect(text).toMatch(/pool l40s: g6e\.2xlarge, on-demand +2\.24 +2\.24 +-\$1,\d{3}\/mo\n/);
  });

  it("another environment is compared line by line, within 80 columns", async () => {
    const { text } = await said({ against: "staging" });
    expect(text.split("\n").filter((line) => line.length > 80)).toEqual([]);
    expect(text).toMatch(/us-west-2 +pool a100: p4de\.24xlarge, on-demand +0\.00 +27\.45 +\+\$27\.45\n/);
    expect(text).toMatch(/us-east-1 +pool l40s: g6e\.12xlarge, spot +20\.99 +0\.00 +~-\$20\.99\n/);
    const { lines, hourlyUsd } = JSON.parse((await said({ against: "staging", json: true })).text);
    const sum = lines.reduce(
      (total: number, line: { beforeHourlyUsd: number; afterHourlyUsd: number }) =>
        total + line.afterHourlyUsd - line.beforeHourlyUsd,
      0,
    );
    expect(sum).toBeCloseTo(hourlyUsd, 10);
  });
});

describe("dollars per million tokens (seeds-and-cost.md 2.3 and 2.6)", () => {
  const H100_HOUR = 6.88;
  const short = { inputTokens: 1024, outputTokens: 1024 };
  const long = { inputTokens: 8192, outputTokens: 1024 };
  const at = (model: string, gpus: number, mix: typeof short) =>
    throughputOf({ model, gpuClass: "h100-80gb", tensorParallel: gpus, ...mix, concurrency: 64 });
  const perSecond = (model: string, gpus: number, mix: typeof short) =>
    at(model, gpus, mix)?.outputTokensPerSecond.expected ?? 0;
  const LLAMA = "meta-llama/Llama-3.1-70B";
  const OSS = "openai/gpt-oss-120b";

  it.each([
    [LLAMA, 2, short, 0.87, 1.21, { input: 0.72, output: 0.72 }],
    [LLAMA, 4, long, 0.732, 1.02, { input: 0.72, output: 0.72 }],
    [OSS, 2, short, 0.447, 1.19, { input: 0.15, output: 0.6 }],
    [OSS, 2, long, 0.181, 0.9, { input: 0.15, output: 0.6 }],
  ])("%s on %i H100 at %j: $%f blended, u* %f", (model, gpus, mix, blended, breakEven, api) => {
    const paid = { hourlyUsd: gpus * H100_HOUR, outputTokensPerSecond: perSecond(model, gpus, mix) };
    const own = usdPerMillion(paid, mix);
    expect(own).toBeCloseTo(blended, 2);
    const asked = (mix.inputTokens * api.input + mix.outputTokens * api.output) / (mix.inputTokens + mix.outputTokens);
    expect(own / asked).toBeCloseTo(breakEven, 1);
    expect(usdPerMillion(paid, mix, 0.5)).toBeCloseTo(2 * own, 10);
  });

  const hour = (model: string, gpus: number, mix: typeof short) => {
    const outputTokens = perSecond(model, gpus, mix) * 3600;
    return {
      hourlyUsd: gpus * H100_HOUR,
      outputTokens,
      inputTokens: (outputTokens * mix.inputTokens) / mix.outputTokens,
    };
  };

  it.each([
    [LLAMA, 4, 0.604, 1.754],
    [OSS, 2, 0.105, 0.79],
  ])("input and output of %s on %i H100 by two mixes: $%f and $%f", (model, gpus, input, output) => {
    const split = splitPrice(hour(model, gpus, short), hour(model, gpus, long));
    expect(split?.input).toBeCloseTo(input, 2);
    expect(split?.output).toBeCloseTo(output, 2);
  });

  it("70B on 2 H100 is $0.69 in and $1.05 out, not OpenCost's $1.63 and $0.11 from times per token", () => {
    const split = splitPrice(hour(LLAMA, 2, short), hour(LLAMA, 2, long));
    expect([split?.input.toFixed(2), split?.output.toFixed(2)]).toEqual(["0.69", "1.05"]);
  });

  it("mixes that are alike give no split", () => {
    expect(splitPrice(hour(LLAMA, 2, short), { ...hour(LLAMA, 2, short), hourlyUsd: 10 })).toBeUndefined();
  });
});

describe("homeport cost --live", () => {
  const STACK = `config:
  homeport:environment: { platform: kubernetes, profile: development, owner: ml }
  homeport:pools: { a100: { gpuClass: a100-80gb, gpusPerNode: 8, gpuMemoryGiB: 79.25 } }
  homeport:models:
    chat: { live: r1, previous: [r2], releases: { r1: <id:1>, r2: <id:2> } }
  homeport:policies:
    app: { models: [chat], class: internal }
`;
  const HOUR = 3_600_000;
  const START = Date.parse("2026-11-22T00:00:00Z");

  /** A cluster of one node of eight GPUs whose engines count. */
  class Counting implements Partial<Kubectl> {
    engines = ["a", "b"].map((name, i) => ({
      ...{ name, seed: String(i + 1), gpus: 2, phase: "Running", silent: false },
      ...{ input: 0, output: 0, startedAt: START, began: START },
    }));
    serve(name: string, input: number, output: number): void {
      for (const engine of this.engines) {
        if (engine.name !== name) continue;
        engine.input += input;
        engine.output += output;
      }
    }
    async list(kinds: string): Promise<StoredObject[]> {
      const creationTimestamp = new Date(START - HOUR).toISOString();
      const status = { capacity: { "nvidia.com/gpu": "8" } };
      const node = { apiVersion: "v1", kind: "Node", metadata: { name: "n1", creationTimestamp }, status };
      if (kinds === "nodes") return [node];
      return this.engines.map(({ name, seed, gpus, phase, startedAt, began }) => ({
        apiVersion: "v1",
        kind: "Pod",
        metadata: {
          name,
          uid: name,
          labels: {
            "homeport.dev/model": "chat",
            "homeport.dev/release": shortId(tinyId(seed)),
            "homeport.dev/variant": "a100x2",
          },
        },
        spec: { nodeName: "n1", containers: [{ resources: { requests: { "nvidia.com/gpu": String(gpus) } } }] },
        status: {
          phase,
          startTime: new Date(startedAt).toISOString(),
          containerStatuses: [{ name: "engine", state: { running: { startedAt: new Date(began).toISOString() } } }],
        },
      }));
    }
    async podGet(_: string, pod: string): Promise<string> {
      const { input = 0, output = 0, silent } = this.engines.find(({ name }) => name === pod) ?? {};
      if (silent) throw new Error("timed out");
      const own = `engine="0",model_name="chat"`;
      return [
        "# HELP vllm:prompt_tokens_total Number of prefill tokens processed.",
        `vllm:prompt_tokens_total{${own}} ${input.toExponential()}`,
        `vllm:generation_tokens_total{${own}} ${output}.0`,
        `vllm:request_success_total{${own},finished_reason="stop"} ${input / 200}`,
        `vllm:request_success_total{${own},finished_reason="length"} ${input / 200}`,
        `vllm:prefix_cache_queries_total{${own}} ${input}`,
        `vllm:prefix_cache_hits_total{${own}} ${input / 4}`,
        `vllm:cache_config_info{block_size="16",num_gpu_blocks="1000",${own}} 1.0`,
        // What OpenCost's split is made of; nothing here may read it.
        `vllm:request_time_per_output_token_seconds_sum{${own}} 1e9`,
      ].join("\n");
    }
  }

  function scene() {
    const root = fixtureRoot({ stack: STACK, releases: { chat: { r1: "1", r2: "2" } }, mirrored: ["local"] });
    const cluster = new Counting();
    let hours = 0;
    return {
      root,
      cluster,
      pass: (more: number) => {
        hours += more;
      },
      async ask(more: Partial<CostOptions> = {}) {
        printed.out = "";
        const clusters = { local: cluster as unknown as Kubectl };
        const now = () => new Date(START + hours * HOUR);
        const live = { stack: "fixture", live: true, nodeUsd: ["a100=55.04"], json: true };
        await cost({ ...options, ...live, ...more }, { ...world, root, clusters, now });
        return printed.out;
      },
    };
  }

  it("divides node hours × price among those that held GPUs, and reconciles within 1 %", async () => {
    const { cluster, pass, ask } = scene();
    pass(10);
    cluster.serve("a", 30e6, 10e6);
    const found = JSON.parse(await ask());
    expect(found.allocation).toMatchObject({ nodeHours: 10, totalUsd: expect.closeTo(550.4, 6), unheldUsd: 0 });
    expect(Math.abs(found.reconciledPercent)).toBeLessThan(1);
    expect(found.allocation.idleGpuUsd).toBeCloseTo(275.2, 6);
    const [live, standby] = found.releases;
    expect(live).toMatchObject({ release: "r1", inputTokens: 30e6, outputTokens: 10e6, usd: expect.closeTo(275.2, 6) });
    expect(live.usdPerMillion).toBeCloseTo(6.88, 6);
    expect([standby.usd, standby.usdPerMillion]).toEqual([expect.closeTo(275.2, 6), undefined]);
    // Who stands by is paid by the tokens of who serves.
    const whole = { model: "chat", inputTokens: 30e6, outputTokens: 10e6 };
    expect(found.models).toEqual([
      { ...whole, usd: expect.closeTo(550.4, 6), usdPerMillion: expect.closeTo(13.76, 6) },
    ]);
  });

  it("nodes on which no engine runs are paid all the same, by nobody's release", async () => {
    const { cluster, pass, ask } = scene();
    cluster.engines = [];
    await ask();
    pass(2);
    const { allocation, releases, reconciledPercent } = JSON.parse(await ask());
    expect(allocation).toMatchObject({ totalUsd: expect.closeTo(110.08, 6), unheldUsd: expect.closeTo(110.08, 6) });
    expect([releases, reconciledPercent]).toEqual([[], 0]);
    expect(allocation.idleGpuUsd).toBeCloseTo(110.08, 6);
  });

  it("prefix cache hits are tokens already, not blocks of 16", async () => {
    const { cluster, pass, ask } = scene();
    pass(1);
    cluster.serve("a", 8e6, 1e6);
    expect(JSON.parse(await ask()).releases[0].cachedShare).toBe(0.25);
  });

  it("splits input and output by two hours of different mixes, never by times per token", async () => {
    const { cluster, pass, ask } = scene();
    // α = $2, β = $5 a million: 27.52 dollars an hour buy both mixes. The standby is taken away.
    cluster.engines = cluster.engines.slice(0, 1);
    await ask();
    const mixes = [
      [12.52e6, 6e6],
      [2.52e6, 10e6],
    ] as const;
    for (const [input, output] of mixes) {
      pass(1);
      cluster.serve("a", input, output);
      const found = JSON.parse(await ask({ nodeUsd: [`a100=${(2 * input + 5 * output) / 1e6}`] }));
      expect(found.from).toBe(new Date(Date.parse(found.to) - HOUR).toISOString());
    }
    const { split } = JSON.parse(await ask({ nodeUsd: ["a100=55.04"] })).releases[0];
    expect(split.input).toBeCloseTo(2, 6);
    expect(split.output).toBeCloseTo(5, 6);
  });

  it("counts from 0 where an engine began anew, and says whose tokens are missing", async () => {
    const { cluster, pass, ask } = scene();
    cluster.serve("a", 5e6, 5e6);
    pass(1);
    await ask();
    Object.assign(cluster.engines[0]!, { input: 1e6, output: 1e6 });
    cluster.engines.pop();
    pass(1);
    const found = JSON.parse(await ask());
    expect(found.releases).toMatchObject([
      { release: "r1", inputTokens: 1e6, outputTokens: 1e6 },
      { release: "r2", inputTokens: 0 },
    ]);
    expect(found.doubts).toEqual([
      "a began anew: what it served before that and after the last reading is missing",
      "b is gone since: its last tokens are missing, half of the time is counted",
    ]);
    // a held two GPUs for the hour, b for half of it at a guess.
    expect(found.releases[0].usd).toBeCloseTo((55.04 * 2) / 3, 6);
    // Past its old count, so that only its container tells.
    Object.assign(cluster.engines[0]!, { input: 3e6, output: 3e6, began: START + 2.5 * HOUR });
    pass(1);
    expect(JSON.parse(await ask()).releases).toMatchObject([{ inputTokens: 3e6, outputTokens: 3e6 }]);
  });

  it("an engine that did not answer holds its GPUs; what it says later counts from when it last told", async () => {
    const { cluster, pass, ask } = scene();
    const [a, b] = cluster.engines as [(typeof cluster.engines)[0], (typeof cluster.engines)[0]];
    Object.assign(b, { silent: true, output: 9e9 });
    pass(100);
    const [live, standby] = JSON.parse(await ask()).releases;
    expect([live.usd, standby.usd]).toEqual([live.usd, live.usd]);
    b.silent = false;
    a.silent = true;
    cluster.serve("a", 1e6, 1e6);
    pass(1);
    const second = JSON.parse(await ask());
    // All that b says is of a hundred hours of which nothing is known.
    expect(second.releases).toMatchObject([
      { release: "r1", outputTokens: 0, usd: 27.52 },
      { release: "r2", outputTokens: 0, usd: 27.52 },
    ]);
    expect(second.doubts).toEqual([
      "a did not tell its counters: its tokens are missing, so $/1M is too high",
      "b told its counters for the first time: its tokens count from now on",
    ]);
    Object.assign(a, { silent: false });
    cluster.serve("b", 2e6, 2e6);
    pass(1);
    const third = JSON.parse(await ask());
    expect(third.releases).toMatchObject([{ outputTokens: 1e6 }, { outputTokens: 2e6 }]);
    expect(third.doubts).toEqual([]);
  });

  it("a pod that waits for its weights holds its GPUs without being called silent", async () => {
    const { cluster, pass, ask } = scene();
    await ask();
    Object.assign(cluster.engines[1]!, { phase: "Pending" });
    pass(1);
    const { releases, doubts } = JSON.parse(await ask());
    expect([releases[1].usd, doubts]).toEqual([expect.closeTo(27.52, 6), []]);
  });

  it("--hours looks back over several readings, and says where they do not reach", async () => {
    const { cluster, pass, ask } = scene();
    for (let i = 0; i < 3; i++) {
      await ask();
      pass(1);
      cluster.serve("a", 1e6, 1e6);
    }
    const found = JSON.parse(await ask({ hours: "2" }));
    expect([found.hours, found.allocation.nodeHours, found.releases[0].outputTokens]).toEqual([2, 2, 2e6]);
    pass(1);
    expect(JSON.parse(await ask({ hours: "24" })).doubts).toEqual(["readings reach back 4.0 of 24 h"]);
    await expect(ask({ hours: "two" })).rejects.toThrow("--hours");
  });

  it("a line that was cut and a clock that went back cost no crash, no minus, and are said", async () => {
    const { root, cluster, pass, ask } = scene();
    pass(2);
    await ask();
    const kept = join(root, ".homeport/fixture/cost-readings.jsonl");
    writeFileSync(kept, `${readFileSync(kept, "utf8")}{"at":"2026-11-22T02:0`);
    pass(-1);
    cluster.serve("a", 1e6, 1e6);
    const found = JSON.parse(await ask());
    expect(found.doubts).toEqual([
      "earlier readings that cannot be read are left out: 1 of 2",
      "the clock went back: earlier readings of later times are left out: 1",
    ]);
    expect([found.hours, found.releases[0].outputTokens]).toEqual([1, 1e6]);
  });

  it("an API that has a price for cached tokens asks it for those that our cache had", () => {
    const tokens = { requests: 1, inputTokens: 1e6, outputTokens: 1e6 };
    const asked = (cachedInputTokens: number) =>
      cheapestApi("openai/gpt-oss-120b", { ...tokens, cachedInputTokens }, TODAY);
    expect(asked(0)).toMatchObject({ usd: expect.closeTo(0.75, 9), usdPerMillion: expect.closeTo(0.375, 9) });
    expect(asked(1e6)).toMatchObject({ provider: "groq", cachedUsdPerMillion: 0.075, usd: expect.closeTo(0.675, 9) });
  });

  it("refuses nodes without a price, which are never free, and prices of pools that are not there", async () => {
    const { ask } = scene();
    await expect(ask({ nodeUsd: [] })).rejects.toThrow("a price for the nodes of pool a100: no list has one");
    await expect(ask({ nodeUsd: ["l40s=1"] })).rejects.toThrow("--node-usd");
  });

  it("is read within 80 columns", async () => {
    const { cluster, pass, ask } = scene();
    pass(24);
    cluster.serve("a", 3e9, 1e9);
    const text = await ask({ json: false });
    expect(text).toMatch(/chat +r1 +660\.48 +3,000\.0 +1,000\.0 +0\.165/);
    expect(text).toMatch(/chat +all +1,320\.96 +3,000\.0 +1,000\.0 +0\.330/);
    expect(text.split("\n").filter((line) => line.length > 80)).toEqual([]);
  });
});

describe("homeport cost --bill", () => {
  let server: Loopback | undefined;
  afterEach(() => server?.close());

  /** Cost Explorer on loopback: two pages of one day each. */
  async function explorer(pages: readonly object[]) {
    const asked: Record<string, unknown>[] = [];
    server = await loopback((request, response) => {
      let body = "";
      request.on("data", (chunk) => {
        body += chunk;
      });
      request.on("end", () => {
        asked.push(JSON.parse(body));
        response.setHeader("content-type", "application/x-amz-json-1.1");
        response.end(JSON.stringify(pages[asked.length - 1]));
      });
    });
    const client = new CostExplorerClient({
      region: "us-east-1",
      endpoint: `http://${server.host}`,
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
      maxAttempts: 1,
    });
    return { asked, client };
  }
  const day = (Start: string, ...groups: [string, string][]) => ({
    TimePeriod: { Start },
    Groups: groups.map(([service, Amount]) => ({
      Keys: [service],
      Metrics: { UnblendedCost: { Amount, Unit: "USD" } },
    })),
  });

  it("sums all pages of the environment's tag and puts the prediction beside them", async () => {
    const { asked, client } = await explorer([
      { ResultsByTime: [day("2026-11-19", ["Amazon EC2", "8000.5"], ["Amazon EKS", "2.4"])], NextPageToken: "2" },
      { ResultsByTime: [day("2026-11-18"), day("2026-11-20", ["Amazon EC2", "1999.5"])] },
    ]);
    printed.out = "";
    await cost({ ...options, bill: true, json: true }, { ...world, costExplorer: client });
    const found = JSON.parse(printed.out);
    expect(asked.map(({ TimePeriod, Filter }) => [TimePeriod, Filter])).toEqual(
      [1, 2].map(() => [
        { Start: "2026-11-14", End: "2026-11-21" },
        { Tags: { Key: "homeport.dev/environment", Values: ["prod"] } },
      ]),
    );
    expect(found).toMatchObject({
      days: 7,
      billedDays: 2,
      billedUsd: 10002.4,
      services: [{ service: "Amazon EC2", usd: 10000 }, {}],
    });
    const foretold =
      (JSON.parse((await said({ json: true })).text).cost.hourlyUsd - found.predictedUsd / 48) / found.predictedUsd;
    expect(Math.abs(foretold)).toBeLessThan(0.001); // keys, alarms and health checks
    expect(found.errorPercent).toBeCloseTo(100 * (found.predictedUsd / 10002.4 - 1), 10);
  });

  it("says what to switch on when the tag was never counted", async () => {
    const { client } = await explorer([{ ResultsByTime: [day("2026-11-19"), day("2026-11-20", ["Amazon EC2", "0"])] }]);
    await expect(cost({ ...options, bill: true }, { ...world, costExplorer: client })).rejects.toThrow(
      "Cost Explorer knows nothing of homeport.dev/environment=prod",
    );
  });
});

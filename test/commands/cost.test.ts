import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { instancePrice } from "../../infra/core/aws/prices";
import { inventoryOf, paymentOf } from "../../infra/core/aws/resource-prices";
import { apiUsdPerMillion, splitPrice, usdPerMillion } from "../../infra/core/economics/token-price";
import { throughputOf } from "../../infra/core/throughput/predict";
import { type CostOptions, cost } from "../../scripts/commands/cost";
import { ROOT, Stacks } from "../support/stacks";

const stacks = new Stacks();
const TODAY = "2026-11-22";
const options = { stack: "prod", firstTokenMs: "2000", tokenMs: "50" };
const world = { root: stacks.root, today: TODAY, render: (name: string) => stacks.render(name) };

let [out, err] = ["", ""];
beforeEach(() => {
  [out, err] = ["", ""];
  jest.spyOn(process.stdout, "write").mockImplementation((text) => {
    out += text;
    return true;
  });
  jest.spyOn(process.stderr, "write").mockImplementation((text) => {
    err += text;
    return true;
  });
});
afterEach(() => jest.restoreAllMocks());

async function said(
  more: Partial<CostOptions> = {},
  at: Partial<typeof world> = {},
): Promise<{ code: number; text: string }> {
  out = "";
  const code = await cost({ ...options, ...more }, { ...world, ...at });
  return { code, text: out };
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
    expect(text).toMatch(/us-east-1 +pool tests: p4de\.24xlarge, on-demand +1 +27\.45 +20,036\n/);
    expect(text).toMatch(/chat +r42 +100 +4×2 +36\.60/);
    for (const warmth of ["hot", "asleep", "cached", "cold"]) expect(text).toMatch(new RegExp(`chat r41 +${warmth} `));
    expect(text).toContain("Budget: $90,000 a month; alarms at $72,000 spent, $90,000 spent, $90,000");
    expect(text).toContain("Prices of nodes: 2026-07-20, 125 days old (stale: over 30)");
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
    expect(demands.chat).toMatchObject({ mix: { inputTokens: 1000, outputTokens: 500 }, outputTokensPerSecond: 500 });
    const [live] = releases;
    const { usdPerMillion: tokens, throughput, hourlyUsd } = live;
    expect(tokens.utilisation).toBeCloseTo(500 / (4 * throughput.outputTokensPerSecond.expected), 10);
    // Three tokens in and out for each one out, 500 of those a second.
    expect(tokens.expected).toBeCloseTo((hourlyUsd * 1e6) / (1500 * 3600), 6);
    await expect(said({ usage: "/nowhere" })).rejects.toThrow("--usage");
  });

  it("fails with --strict while prices are older than 30 days, and says how to renew them", async () => {
    expect((await said({ strict: true })).code).toBe(1);
    expect(err).toContain("prices of nodes are 125 days old, more than 30");
  });

  it("refuses a cluster without a list price, an objective that is no time, and a stack that is not there", async () => {
    await expect(said({ stack: "local" })).rejects.toThrow("no list price");
    await expect(said({ tokenMs: "fast" })).rejects.toThrow("--token-ms");
    await expect(said({ against: "nowhere" })).rejects.toThrow("--against");
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

  it("another environment is compared line by line, within 80 columns", async () => {
    const { text } = await said({ against: "staging" });
    expect(text.split("\n").filter((line) => line.length > 80)).toEqual([]);
    expect(text).toMatch(/us-west-2 +pool a100: p4de\.24xlarge, on-demand +0\.00 +27\.45 +\+\$27\.45\n/);
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
    expect(own / apiUsdPerMillion(mix, api)).toBeCloseTo(breakEven, 1);
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

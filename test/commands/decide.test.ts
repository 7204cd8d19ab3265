import { cpSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parse } from "yaml";
import { parseDecisionFile } from "../../infra/config/parse-decision";
import type { DecisionReport } from "../../infra/core/decision/report";
import { ExitCode, InputError } from "../../infra/core/errors";
import { assessExports } from "../../scripts/commands/assess";
import { decideCommand } from "../../scripts/commands/decide";
import type { BillAssessment } from "../../scripts/lib/assess/assess-bill";
import { assessmentText } from "../../scripts/lib/assess/text";
import { reportPage } from "../../scripts/lib/report-page/page";
import { openLog } from "../../scripts/lib/usage/json-values";
import { recordUsage } from "../../scripts/lib/usage/record";
import { catchPrinted } from "../support/printed";

const ROOT = resolve(__dirname, "../..");
const TODAY = "2026-11-22";
const printed = catchPrinted();
let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "homeport-decide-"));
  mkdirSync(join(root, "stacks"));
  cpSync(join(ROOT, "stacks/decisions"), join(root, "stacks/decisions"), { recursive: true });
});

const file = () => join(root, "stacks/decisions/example.yaml");
const usageFile = () => join(root, "stacks/decisions/example-usage.json");
const run = (options: Parameters<typeof decideCommand>[1] = {}) =>
  decideCommand("example", options, { root, today: TODAY });

/** The example's usage with so many times the requests and tokens. */
function scaleUsage(factor: number): string {
  const usage = JSON.parse(readFileSync(usageFile(), "utf8"));
  const [one] = usage.workloads;
  for (const key of ["requests", "inputTokens", "outputTokens"]) one[key] *= factor;
  for (const key of ["p10", "p50", "p90"]) one.requestsByWeek[key] *= factor;
  const path = join(root, "usage.json");
  writeFileSync(path, JSON.stringify(usage));
  return path;
}

const decided = async (options: Parameters<typeof decideCommand>[1] = {}): Promise<DecisionReport> => {
  printed.out = "";
  await run({ ...options, json: true });
  return JSON.parse(printed.out) as DecisionReport;
};

/** Problems of the example after a change of its text. */
function problemsOf(change: (text: string) => string): string[] {
  const result = parseDecisionFile("d.yaml", Buffer.from(change(readFileSync(file(), "utf8"))), TODAY);
  return "problems" in result ? result.problems.map(({ path }) => path) : [];
}

describe("homeport decide", () => {
  it("takes what was measured here in place of the table, of the same model, GPUs and their number only", async () => {
    const replica = { model: "openai/gpt-oss-120b", gpuClass: "h100-80gb", tensorParallel: 2, quantisation: "fp4" };
    const day = {
      ...{ ...replica, release: "r-0123456789", engine: "vLLM 0.33.0", source: "counters of prod" },
      ...{ from: "2026-11-19T00:00:00Z", to: "2026-11-20T00:00:00Z", hours: 24, requests: 90_000, concurrency: 32 },
      ...{ inputTokens: 1500, outputTokens: 1100, timeToFirstTokenMs: 150, timePerOutputTokenMs: 8 },
    };
    const keep = (change: object) => {
      mkdirSync(join(root, "stacks/measured"), { recursive: true });
      writeFileSync(join(root, "stacks/measured/prod.json"), JSON.stringify({ days: [{ ...day, ...change }] }));
    };
    const tables = await decided();
    keep({ gpuClass: "l4-24gb" });
    expect((await decided()).shapes).toEqual(tables.shapes);
    keep({});
    const { shapes } = await decided();
    const basis = (all: DecisionReport["shapes"]) =>
      all.find(({ tensorParallel, instanceType }) => tensorParallel === 2 && instanceType === "p5.48xlarge")?.basis;
    expect(basis(tables.shapes)).toMatch(/^(measured|between measured points), vLLM/);
    expect(basis(shapes)).toMatch(
      /^measured here on 2026-11-20, vLLM 0\.33\.0, [\d,]+ to [\d,]+ output tokens\/s; that day 8\.00 ms a token at 32\.0 requests in flight; the table said [\d.]+ ms, error [\d.-]+ %$/,
    );
    printed.out = "";
    await run();
    expect(printed.out).toContain("throughput measured here on 2026-11-20");
  });

  it("prints a card within 80 columns and keeps the file's comments beside the record", async () => {
    const before = readFileSync(file(), "utf8").split("# Written by")[0]!.trimEnd();
    writeFileSync(file(), `${before}\n`);
    expect(await run()).toBe(ExitCode.ok);
    expect(Math.max(...printed.out.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
    const after = readFileSync(file(), "utf8");
    expect(after.startsWith(before)).toBe(true);
    expect(parse(after).record).toMatchObject({ verdict: "self", decidedOn: TODAY });
    await run();
    expect(readFileSync(file(), "utf8")).toBe(after);
  });

  it("S20: a changed volume flips the verdict under --check, says which inputs changed, and writes nothing", async () => {
    await run();
    const recorded = readFileSync(file(), "utf8");
    expect(await run({ check: true })).toBe(ExitCode.ok);
    printed.out = "";
    expect(await run({ check: true, usage: scaleUsage(0.1) })).toBe(ExitCode.failed);
    expect(printed.err).toContain("flips from RUN OWN MODELS to USE THE API");
    expect(printed.err).toMatch(/requestsPerMonth +14717700 +1471770/);
    expect(readFileSync(file(), "utf8")).toBe(recorded);
  });

  it("S20: what was changed in the file itself is named too, and a page that cannot be written is bad input", async () => {
    await run();
    const text = readFileSync(file(), "utf8");
    writeFileSync(file(), text.replace("hoursMonthly: 80", "hoursMonthly: 2000"));
    printed.out = "";
    expect(await run({ check: true })).toBe(ExitCode.failed);
    expect(printed.err).toMatch(/peopleHoursMonthly +80 +2000/);
    await expect(run({ check: true, report: join(root, "no/page.html") })).rejects.toThrow("--report: ");
  });

  it("S18: says that an API which nobody tested would cost less than own models, until it is said to have failed", async () => {
    const untested = async () =>
      (await decided({ check: true })).contradictions.find(({ id }) => id === "untested-saving")?.text;
    const said = await untested();
    expect(said).toContain("test that first");
    const first = /but (\S+) (\S+) at /.exec(said!)!;
    const failed = `  - { provider: ${first[1]}, model: ${first[2]}, goodEnough: false }\n`;
    writeFileSync(file(), readFileSync(file(), "utf8").replace("candidates:\n", `${failed}candidates:\n`));
    expect(await untested()).not.toContain(first[2]);
  });

  it("S2, S11, S15: people's share, a request's price, each workload by itself, and what the usage does not say", async () => {
    const usage = JSON.parse(readFileSync(usageFile(), "utf8"));
    const [one] = usage.workloads;
    usage.workloads.push({
      ...one,
      name: "short",
      inputTokens: one.inputTokens / 10,
      outputTokens: one.outputTokens / 10,
    });
    writeFileSync(usageFile(), JSON.stringify(usage));
    printed.out = "";
    await run({ check: true, report: join(root, "page.html") });
    expect(printed.out).toMatch(/a request +API \$0\.0077, own \$0\.00\d+; people are \d+ % of own/);
    expect(printed.out).toContain("usage: made up for the example");
    expect(printed.out).toMatch(/1M tokens +in and out: API \$5\.\d+, own \$[\d.]+, of it people \$0\.\d+/);
    expect(printed.out).toContain("no other environment (dev, staging) is paid");
    const { workloads, throughput } = await decided({ check: true });
    expect(workloads.map(({ name }) => name)).toEqual(["support", "short"]);
    expect(workloads[1]!.breakEvenRequests).toBeGreaterThan(2 * workloads[0]!.breakEvenRequests!);
    const { slow, expected, fast } = throughput!;
    expect(slow.outputTokensPerSecond).toBeLessThan(expected.outputTokensPerSecond);
    expect(slow.selfMonthlyUsd).toBeGreaterThanOrEqual(fast.selfMonthlyUsd);
    const page = readFileSync(join(root, "page.html"), "utf8");
    for (const said of [
      "Each workload by itself",
      "Five questions",
      "a request",
      "People are",
      "A copy of the first writes",
    ])
      expect(page).toContain(said);
    expect(page.indexOf("Before any GPU")).toBeLessThan(page.indexOf("Cost over volume"));
  });

  it("refuses a usage in which nothing was asked", async () => {
    const none = scaleUsage(0);
    await expect(run({ usage: none })).rejects.toThrow("usage: no requests");
  });

  it("S4, D2: overrules the volume rule by the computed cost and names the contradiction", async () => {
    const text = readFileSync(file(), "utf8").replace(", goodEnough: false", "");
    writeFileSync(file(), text);
    const report = await decided({ usage: scaleUsage(2) });
    expect(report.rule).toMatchObject({ rule: "Q2", verdict: "self" });
    expect(report.verdict).toMatchObject({ verdict: "api", binding: { constraint: "money" } });
    expect(report.contradictions.map(({ id }) => id)).toContain("volume-rule");
  });

  it("adds up: each option's month is the sum of its lines, and the card's break-even costs the same on both sides", async () => {
    const [main] = (await decided()).comparisons;
    for (const { api, self, hybrid } of main!.months)
      for (const bill of [api, self, hybrid!])
        expect(bill.lines.reduce((sum, { monthlyUsd }) => sum + monthlyUsd, 0)).toBeCloseTo(bill.monthlyUsd, 6);
    const even = main!.breakEven.requestsMonthly!;
    const step = main!.curve.steps.find(({ toRequests }) => toRequests >= even)!;
    expect(step.fixedUsd + step.usdPerRequest * even).toBeCloseTo(main!.curve.apiUsdPerRequest * even, 4);
  });

  it("--strict fails on prices older than 30 days, --preset starts a file that must be corrected first", async () => {
    expect(await run({ strict: true })).toBe(ExitCode.failed);
    expect(printed.err).toContain("homeport catalogue refresh");
    await decideCommand("new", { preset: "startup" }, { root, today: TODAY });
    const failure = await decideCommand("new", {}, { root, today: TODAY }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(InputError);
    expect(String(failure)).toContain("providers.anthropic.dpa.reviewedOn");
    mkdirSync(join(root, "usage"));
    const usage = JSON.parse(readFileSync(usageFile(), "utf8"));
    const workloads = ["gpt-4.1", "nobody-sells-this"].map((name) => ({ ...usage.workloads[0], name }));
    writeFileSync(
      join(root, "usage/used.json"),
      JSON.stringify({ ...usage, source: "openai usage export", workloads }),
    );
    await decideCommand("used", { preset: "high-scale" }, { root, today: TODAY });
    expect(parse(readFileSync(join(root, "stacks/decisions/used.yaml"), "utf8"))).toMatchObject({
      rivals: [{ provider: "openai", model: "gpt-4.1" }, { provider: "bedrock" }],
      providers: { openai: {}, bedrock: {} },
    });
  });
});

describe("decision file", () => {
  it("D3: data that may not leave shuts fallback, hybrid and a share for the API", () => {
    const stays = (text: string) => text.replace("mayLeave: true", "mayLeave: false");
    expect(problemsOf((text) => stays(text).replace(/^hybrid:.*\n/m, ""))).toEqual([]);
    expect(
      problemsOf((text) => `fallback: api\n${stays(text).replace("fleet:", "fleet:\n  fallbackShare: 0.01")}`),
    ).toEqual(["d.yaml#fallback", "d.yaml#hybrid", "d.yaml#fleet.fallbackShare"]);
    expect(problemsOf((text) => text.replace("class: internal", "class: confidential"))).toContain(
      "d.yaml#data.mayLeave",
    );
  });

  it("D3: with data that stays no API is an option: own models although they cost more, no saving, offer or way back", async () => {
    const text = readFileSync(file(), "utf8")
      .replace("mayLeave: true", "mayLeave: false")
      .replace(/^hybrid:.*\n/m, "");
    writeFileSync(file(), text.replace("fineTuned: true", "fineTuned: false").replace(", goodEnough: false", ""));
    const report = await decided();
    expect(report.verdict).toMatchObject({ verdict: "self", binding: { constraint: "data" }, flipsAt: [] });
    expect(report.comparisons[0]!.months[1]!.api.monthlyUsd).toBeLessThan(
      report.comparisons[0]!.months[1]!.self.monthlyUsd,
    );
    expect([report.apiAllowed, report.offers, report.comparisons.flatMap(({ savings }) => savings)]).toEqual([
      false,
      [],
      [],
    ]);
    expect(report.wayBack).toBeUndefined();
  });

  it("D7: wants an agreement of each provider, read within a year", () => {
    expect(problemsOf((text) => text.replace(/ {2}bedrock:\n.*\n/, ""))).toEqual(["d.yaml#providers.bedrock.dpa"]);
    expect(problemsOf((text) => text.replace("reviewedOn: 2026-11-01", "reviewedOn: 2025-11-01"))).toEqual([
      "d.yaml#providers.openai.dpa.reviewedOn",
    ]);
    expect(problemsOf((text) => text.replace(/url: [^,]+/, "url: https://…"))).toEqual([
      "d.yaml#providers.openai.dpa.url",
    ]);
  });

  it("says every problem at once, with what was meant", () => {
    expect(problemsOf((text) => text.replace("people:", "peple:").replace("months: 2", "months: -2"))).toEqual(
      expect.arrayContaining(["d.yaml#people", "d.yaml#peple", "d.yaml#setup.months"]),
    );
  });

  it("refuses what no slip of the pen may turn into a verdict: unknown places, days and numbers out of this world", () => {
    const refused = (from: string, to: string) => problemsOf((text) => text.replace(from, to));
    expect(refused("region: us-east-1", "region: us-eats-1")).toEqual(["d.yaml#region"]);
    expect(refused("fineTuned: true", "fineTuned: true, instanceTypes: [p5.48xlarg, constructor]")).toEqual([
      "d.yaml#candidates[0].instanceTypes[0]",
      "d.yaml#candidates[0].instanceTypes[1]",
    ]);
    expect(refused("reviewedOn: 2026-11-01", "reviewedOn: 2026-02-30")).toEqual([
      "d.yaml#providers.openai.dpa.reviewedOn",
    ]);
    expect(refused("hoursMonthly: 80", "hoursMonthly: 1e300")).toEqual(["d.yaml#people.hoursMonthly"]);
    expect(refused("months: 2", "months: 1e9")).toEqual(["d.yaml#setup.months"]);
    expect(refused("fleet:", "fleet:\n  spareNodes: 1000000000\n  load: 0")).toEqual([
      "d.yaml#fleet.load",
      "d.yaml#fleet.spareNodes",
    ]);
  });

  it("refuses a length that the model does not read and a quantisation that nobody knows: neither may flip a verdict", async () => {
    const text = readFileSync(file(), "utf8");
    for (const [key, problem] of [
      ["maxModelLen: 200000", "maxModelLen: 200000; at most 131072 tokens"],
      ["quantisation: fp88", "quantisation: fp88; "],
    ] as const) {
      writeFileSync(file(), text.replace("fineTuned: true", `fineTuned: true, ${key}`));
      await expect(run({ check: true })).rejects.toThrow(problem);
    }
  });

  it("L4: refuses a whole answer within a second", () => {
    expect(problemsOf((text) => `objectives: { totalMs: 900 }\n${text}`)).toEqual(["d.yaml#objectives.totalMs"]);
    expect(problemsOf((text) => `objectives: { ttftMs: 900 }\n${text}`)).toEqual([]);
  });
});

describe("report page", () => {
  it("holds the same data as --json, loads nothing, and escapes hostile text", async () => {
    const report = await decided({ report: join(root, "page.html") });
    const page = readFileSync(join(root, "page.html"), "utf8");
    const data = (of: string) =>
      JSON.parse(/<script type="application\/json" id="report">(.*)<\/script>/s.exec(of)![1]!);
    expect(data(page)).toEqual(report);
    expect(page).toContain(`content="default-src &#39;none&#39;; style-src &#39;unsafe-inline&#39;"`);
    expect(page).not.toMatch(/<(link|img|iframe|object|base)\b|url\(|@import|src=|href=/i);

    const hostile = "</script><script>alert(1)</script>\"'><img src=x onerror=alert(1)>";
    const poisoned = JSON.parse(
      JSON.stringify(report).replaceAll("gpt-oss-120b", JSON.stringify(hostile).slice(1, -1)),
    );
    const attacked = reportPage({ ...poisoned, name: hostile });
    expect(attacked.match(/<script/g)).toHaveLength(1);
    expect(attacked).not.toContain("<img");
    expect(data(attacked).name).toBe(hostile);
  });

  it("L1, L3: prints the article's ranges of both ways, and 0 to 199 ms of network between them", async () => {
    const page = reportPage(await decided({ check: true }));
    expect(page).toMatch(/network<\/th><td class="n">50 to 200 ms<\/td><td class="n">1 to 50 ms/);
    expect(page).toMatch(/whole answer<\/th><td class="n">1,000 to 10,000 ms<\/td><td class="n">1,000 to 8,000 ms/);
    expect(page).toContain("save 0 to 199 ms of network");
  });

  it("S9: draws own models as steps that jump where a node is added", async () => {
    const report = await decided();
    const paths = [...reportPage(report).matchAll(/<path d="([^"]+)" class="self"/g)].map(([, d]) => d!);
    const points = [...paths[0]!.matchAll(/[ML]([\d.]+) ([\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)]);
    const jumps = points.slice(1).filter(([x, y], i) => x === points[i]![0] && y! < points[i]![1]!);
    expect(jumps.length).toBeGreaterThanOrEqual(2);
  });

  it("is drawn also where nothing fits", async () => {
    const text = readFileSync(file(), "utf8").replace("fineTuned: true", "fineTuned: true, instanceTypes: [g5.xlarge]");
    writeFileSync(file(), text);
    const report = await decided({ report: join(root, "page.html") });
    expect(report.verdict).toMatchObject({ verdict: "api", binding: { constraint: "fit" } });
    expect(readFileSync(join(root, "page.html"), "utf8")).toContain("Use the API");
  });
});

describe("homeport assess", () => {
  const bucket = (start: number) => ({
    object: "bucket",
    start_time: start,
    end_time: start + 3600,
    results: ["gpt-4.1", "gpt-4.1-nano", "nobody-sells-this"].map((model) => ({
      object: "organization.usage.completions.result",
      model,
      num_model_requests: 1000,
      input_tokens: 1_000_000,
      output_tokens: 500_000,
      input_cached_tokens: 0,
      batch: false,
    })),
  });

  it("takes an export and a bill to savings, a verdict and every assumption", async () => {
    const path = join(root, "export.json");
    const start = Date.parse("2026-11-01") / 1000;
    const hours = Array.from({ length: 240 }, (_, hour) => bucket(start + hour * 3600));
    writeFileSync(path, JSON.stringify({ object: "page", data: hours }));
    // List price: 240 h × (1M × $2 + 0.5M × $8 + 1M × $0.1 + 0.5M × $0.4); the bill says half of it. The small one is withdrawn today.
    const options = { candidate: ["openai/gpt-oss-120b"], billed: 756, json: true };
    expect(await assessExports([path], options, TODAY)).toBe(ExitCode.ok);
    const result = JSON.parse(printed.out);
    expect(result.unpriced).toEqual(["nobody-sells-this"]);
    expect(result.workloads[0]).toMatchObject({ name: "gpt-4.1", rival: "openai gpt-4.1" });
    expect(result.workloads[0].apiMonthlyUsd).toBeCloseTo((720 / 10) * (730 / 24), 6);
    expect(result.workloads[0].report.verdict.verdict).toBe("api");
    expect(result.workloads[0].report.comparisons[0].savings.length).toBeGreaterThan(0);
    expect(result.assumptions.join("\n")).toContain("50 % of the list price");
    printed.out = "";
    await assessExports([path], { candidate: ["openai/gpt-oss-120b"] }, TODAY);
    expect(printed.out.indexOf("without a GPU")).toBeLessThan(printed.out.indexOf("the largest"));
    expect(Math.max(...printed.out.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
  });
});

/** Cost reports as their providers give them, of October 2026: the shapes that their own documentation shows. */
describe("homeport assess, from a bill alone", () => {
  const october = Array.from({ length: 31 }, (_, i) => Date.UTC(2026, 9, i + 1));
  const DAY = 86_400_000;
  const iso = (ms: number) => new Date(ms).toISOString().replace(".000", "");
  const written = (name: string, content: object | string) => {
    const path = join(root, name);
    writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content, null, 2));
    return path;
  };
  const openAi = (items: readonly [string | null, number][]) => ({
    object: "page",
    data: october.map((ms) => ({
      object: "bucket",
      start_time: ms / 1000,
      end_time: (ms + DAY) / 1000,
      results: items.map(([line_item, value]) => ({
        object: "organization.costs.result",
        amount: { value, currency: "usd" },
        line_item,
      })),
    })),
  });
  const assessed = async (paths: string[], options: object = {}): Promise<BillAssessment> => {
    printed.out = "";
    await assessExports(paths, { candidate: ["openai/gpt-oss-120b"], json: true, ...options }, TODAY);
    return JSON.parse(printed.out) as BillAssessment;
  };
  const MONTH = 730 / 24 / 31;

  it("OpenAI's costs by line item: tokens out of dollars, the bill's own total, a range over what it does not say", async () => {
    const path = written(
      "costs.json",
      openAi([
        ["gpt-5.5-2026-04-23, input", 500],
        ["gpt-5.5-2026-04-23, cached input", 20],
        ["gpt-5.5-2026-04-23, output", 900],
        ["web search tool calls", 12.5],
        ["nobody-sells-this, output", 7],
      ]),
    );
    const assessment = await assessed([path]);
    const { workloads, unpriced, bill, assumptions } = assessment;
    expect(workloads[0]!.apiMonthlyUsd).toBeCloseTo(31 * 1420 * MONTH, 2);
    expect(unpriced).toEqual(["nobody-sells-this"]);
    expect(bill).toMatchObject({ otherUsd: 387.5, tokensFrom: "kinds" });
    expect(bill.usd).toBeCloseTo(31 * 1439.5, 6);
    // $5 in, $0.5 cached, $30 out per 1M tokens.
    expect(bill.guesses[0]!.inputTokensMonthly).toBeCloseTo(31e6 * (500 / 5 + 20 / 0.5) * MONTH, 0);
    expect(bill.guesses[0]!.outputTokensMonthly).toBeCloseTo(31e6 * (900 / 30) * MONTH, 0);
    expect(bill.guesses.map(({ tokensPerRequest }) => tokensPerRequest)).toEqual([2000, 500, 8000]);
    expect(assumptions.join()).toContain("by 25 % where it was 20 %");
    const said = assessmentText(assessment);
    expect(said).toContain("all 3 guesses agree");
    expect(Math.max(...said.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  it("a total without models wants one, and says when the guesses do not agree", async () => {
    const path = written("total.json", openAi([[null, 4000]]));
    await expect(assessed([path])).rejects.toThrow("--model: $124,000.00 of openai costs");
    const assessment = await assessed([path], { model: "gpt-4.1" });
    const { bill } = assessment;
    expect(bill.guesses).toHaveLength(5);
    expect(new Set(bill.guesses.map(({ verdict }) => verdict)).size).toBeGreaterThan(1);
    expect(bill.open).toEqual(["gpt-4.1"]);
    expect(assessmentText(assessment)).toContain("OPEN, see below");
    expect(
      (await assessed([], { billed: 42_000, model: "gpt-4.1", requests: 1e6 })).workloads[0]!.apiMonthlyUsd,
    ).toBeCloseTo(42_000 * (730 / 24 / 30), 2);
    await expect(assessed([], { billed: 42_000 })).rejects.toThrow("--model gpt-4.1");
  });

  it("Anthropic's cost report in cents and its console's CSV with names for people and a discount", async () => {
    const row = { currency: "USD", model: "claude-sonnet-4-6", context_window: "0-200k", service_tier: "standard" };
    const report = written("report.json", {
      data: october.map((ms) => ({
        starting_at: iso(ms),
        ending_at: iso(ms + DAY),
        results: [
          { ...row, cost_type: "tokens", token_type: "uncached_input_tokens", amount: "90000.00" },
          { ...row, cost_type: "tokens", token_type: "output_tokens", amount: "150000.5" },
          { ...row, cost_type: "web_search", token_type: null, model: null, amount: "500" },
        ],
      })),
    });
    const { bill } = await assessed([report], { requests: 1e6 });
    expect([bill.usd, bill.otherUsd]).toEqual([31 * 2405.005, 31 * 5].map((usd) => expect.closeTo(usd, 4)));
    expect(bill.guesses[0]!.inputTokensMonthly).toBeCloseTo(31e6 * (900 / 3) * MONTH, 0);
    const csv = written(
      "cost.csv",
      [
        "\uFEFFusage_date_utc,model,workspace,api_key,usage_type,context_window,token_type,cost_usd,list_price_usd,cost_type",
        ...october.map(
          (ms) => `${iso(ms).slice(0, 10)},Claude Sonnet 4.6,"a, b",k,message,≤ 200k,output,1350,1500,token`,
        ),
      ].join("\r\n"),
    );
    const discounted = await assessed([csv], { requests: 1e6 });
    expect(discounted.workloads[0]).toMatchObject({ rival: "anthropic claude-sonnet-4-6" });
    expect(discounted.bill.guesses[0]!.outputTokensMonthly).toBeCloseTo(31e6 * 100 * MONTH, 0);
    expect(discounted.assumptions).toContain(
      "the bill is 90 % of the list price, for every model and kind of token alike",
    );
  });

  it("OpenAI's CSV counts the tokens itself; beside a usage of the same days a bill is what was paid for it", async () => {
    const costs = written(
      "costs.csv",
      [
        "start_time,end_time,amount_value,amount_currency,quantity,quantity_unit,line_item",
        ...october.flatMap((ms) => [
          `${ms / 1000},${ms / 1000 + 86_400},,,,,`,
          `${ms / 1000},${ms / 1000 + 86_400},400.000,usd,100000000,tokens,"gpt-5.5-2026-04-23, input"`,
          `${ms / 1000},${ms / 1000 + 86_400},720,usd,30000000,tokens,"gpt-5.5-2026-04-23, output"`,
        ]),
      ].join("\n"),
    );
    const alone = await assessed([costs], { requests: 3_000_000 });
    expect(alone.bill).toMatchObject({ tokensFrom: "counts", open: [] });
    expect(alone.bill.guesses).toHaveLength(1);
    expect(alone.assumptions.join()).toContain("the bill is 80 % of the list price");
    const usage = (days: readonly number[]) =>
      written(
        "usage.csv",
        [
          "start_time,end_time,project_id,num_model_requests,model,batch,input_tokens,output_tokens,input_cached_tokens",
          ...days.map(
            (ms) => `${ms / 1000},${ms / 1000 + 86_400},p,100000,gpt-5.5-2026-04-23,false,100000000,30000000,0`,
          ),
        ].join("\n"),
      );
    const both = await assessed([usage(october), costs]);
    expect(both.workloads[0]).toMatchObject({ requestsPerMonth: expect.closeTo(3.1e6 * MONTH, 0) });
    expect(both.workloads[0]!.apiMonthlyUsd).toBeCloseTo(31 * 1120 * MONTH, 2);
    await expect(assessed([costs], { billed: 5 })).rejects.toThrow("one of both");
    const euros = written("euros.csv", `${readFileSync(costs, "utf8")}\n1,2,5,eur,1,tokens,"gpt-4.1, input"`);
    const { assumptions } = await assessed([euros], { requests: 3_000_000 });
    expect(assumptions).toContain("rows of the bill that were not understood, and are not counted: 1");
    await expect(assessed([usage(october.slice(1)), costs])).rejects.toThrow("both of the same days");
  });

  it("Azure's and Google's metrics, and exports of consoles in CSV, are usage", async () => {
    const hours = Array.from({ length: 240 }, (_, hour) => october[0]! + hour * 3_600_000);
    const azure = (name: string, total: number) => ({
      name: { value: name },
      timeseries: [
        {
          metadatavalues: [{ name: { value: "modelname" }, value: "gpt-4.1" }],
          data: hours.map((ms, i) => (i % 2 ? { timeStamp: iso(ms) } : { timeStamp: iso(ms), total })),
        },
      ],
    });
    const metrics = [
      azure("AzureOpenAIRequests", 10),
      azure("ProcessedPromptTokens", 9000),
      azure("GeneratedTokens", 2000),
    ];
    const google = (metric: string, type: string, value: number) => ({
      metric: { type: `aiplatform.googleapis.com/publisher/online_serving/${metric}`, labels: { type } },
      resource: { labels: { model_user_id: "gpt-4.1" } },
      points: hours.map((ms) => ({
        interval: { startTime: iso(ms), endTime: iso(ms + 3_600_000) },
        value: { int64Value: String(value) },
      })),
    });
    const series = [
      google("token_count", "input", 4500),
      google("token_count", "output", 1000),
      google("model_invocation_count", "", 5),
    ];
    const anthropic = [
      "usage_date_utc,model_version,usage_type,context_window,usage_input_tokens_no_cache,usage_input_tokens_cache_read,usage_output_tokens",
      "2026-10-01,claude-sonnet-4-6,standard,≤ 200k,900000,180000,240000",
    ];
    const openRouter = [
      "Date,Slug,Usage,BYOK Usage,Requests,Prompt Tokens,Completion Tokens,Reasoning Tokens",
      '"2026-10-01 00:00:00","gpt-4.1","430.07","0","1200","1080000","240000","0"',
    ];
    for (const [name, content, total] of [
      ["azure.json", { value: metrics }, { requests: 1200, inputTokens: 1_080_000, outputTokens: 240_000 }],
      ["google.json", { timeSeries: series }, { requests: 1200, inputTokens: 1_080_000, outputTokens: 240_000 }],
      ["anthropic.csv", anthropic.join("\n"), { requests: 7, inputTokens: 1_080_000, cachedInputTokens: 180_000 }],
      ["openrouter.csv", openRouter.join("\n"), { requests: 1200, inputTokens: 1_080_000, outputTokens: 240_000 }],
    ] as const) {
      const path = written(name, content);
      const { usage } = await recordUsage([{ label: path, open: () => openLog(path) }], { by: "model", requests: 7 });
      expect([name, usage.workloads]).toMatchObject([name, [total]]);
    }
  });
});

it("D8: starting, moving either way and building hybrid each have their part of the guide; every command exists, with its flags", () => {
  const source = (file: string) => readFileSync(join(ROOT, "scripts", file), "utf8");
  const guide = readFileSync(join(ROOT, "stacks/MIGRATE.md"), "utf8");
  const commands = [...guide.replaceAll("\\\n", " ").matchAll(/^ *homeport (.*?)(?: +#.*)?$/gm)].map(([, line]) =>
    line!.trim().split(/ +/),
  );
  expect(commands.length).toBeGreaterThan(20);
  for (const part of ["Before: is it worth it?", "API → own models", "Both at once", "Own models → API"])
    expect(guide).toContain(`## ${part}`);
  for (const [verb, ...rest] of commands) {
    // The text, not the module: to load every verb takes longer than all other tests of this file.
    const text = source(`commands/${verb}.ts`) + source("lib/releases/command.ts");
    expect(source("cli.ts")).toContain(`./commands/${verb}"`);
    const sub = ["usage", "catalogue", "weights"].includes(verb!) ? [`.command("${rest[0]}")`] : [];
    const flags = rest.filter((word) => word.startsWith("--")).map((flag) => `"${flag}`);
    expect([...sub, ...flags].filter((said) => !text.includes(said))).toEqual([]);
  }
});

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import { AuditLog } from "../../../infra/agent/guard/audit";
import { parseUsageFile, readUsageFile } from "../../../infra/config/usage-file";
import { compare } from "../../../infra/core/economics/compare";
import { record, show } from "../../../scripts/commands/usage";
import { terminal } from "../../../scripts/lib/report";
import { formatsHelp } from "../../../scripts/lib/usage/formats";
import { jsonValues } from "../../../scripts/lib/usage/json-values";
import { recordUsage } from "../../../scripts/lib/usage/record";
import type { RecordOptions } from "../../../scripts/lib/usage/recording";
import { A_PRICE, articlePlan } from "../../core/economics/plans";

const byModel: RecordOptions = { by: "model" };
const log = (text: string, label = "log") => ({ label, open: () => Readable.from([text]) });
const lines = (...values: unknown[]) => values.map((value) => JSON.stringify(value)).join("\n");
const recorded = (text: string, options: RecordOptions = byModel) => recordUsage([log(text)], options);

/** Lines as the guard writes them, so that a change of its log is a change of this test. */
function auditLines(
  entries: readonly { hour: number; input?: number; cached?: number; output?: number; policy?: string }[],
): string {
  const out: string[] = [];
  const now = jest.useFakeTimers({ doNotFake: ["nextTick", "setImmediate", "queueMicrotask"] });
  const guard = new AuditLog({ model: "chat", releaseName: "r1", releaseId: "r-1", variant: "v" }, (line) =>
    out.push(line),
  );
  for (const { hour, input, cached, output, policy = "app" } of entries) {
    now.setSystemTime(Date.UTC(2026, 9, 1, hour, 30));
    guard.record({
      id: `${out.length}`,
      caller: { client: "web", policy },
      status: input === undefined ? 429 : 200,
      outcome: input === undefined ? "shed" : "ok",
      ...(input === undefined
        ? {}
        : { usage: { prompt: input, ...(cached ? { cached } : {}), completion: output ?? 0 } }),
      totalMs: 1,
    });
  }
  jest.useRealTimers();
  return out.join("");
}

describe("each format", () => {
  it("our guard's audit lines, behind what container runtimes and kubectl put before them", async () => {
    const text = auditLines([
      { hour: 9, input: 900, cached: 600, output: 100 },
      { hour: 9, input: 100, output: 300 },
      { hour: 11, input: 500, output: 200, policy: "batch" },
      { hour: 11 },
    ]);
    const [first = "", second = "", ...others] = text.trim().split("\n");
    const prefixed = [`2026-10-01T09:30:00Z stdout F ${first}`, `[pod/chat/guard] ${second}`, ...others].join("\n");
    const { usage, counts } = await recorded(prefixed);
    expect(usage).toMatchObject({ from: "2026-10-01", to: "2026-10-01", hours: 3, source: "homeport guard audit log" });
    expect(usage.workloads).toMatchObject([{ name: "chat", requests: 3, inputTokens: 1_500, outputTokens: 600 }]);
    expect(usage.workloads[0]?.peakToAverage).toBeCloseTo(400 / (600 / 3), 9);
    expect(counts).toMatchObject({ values: 4, used: 3, without: { "ended before a token: shed": 1 }, unknown: 0 });
    const policies = await recorded(text, { by: "policy" });
    expect(policies.usage.workloads.map(({ name, requests }) => [name, requests])).toEqual([
      ["app", 2],
      ["batch", 1],
    ]);
  });

  it("the gateway's access log: no tokens, but those who were turned away", async () => {
    const access = (status: number) => ({
      time: "2026-10-01T09:00:00Z",
      data_class: "internal",
      request_id: "1",
      policy: "app",
      status,
      path: "/p/app/v1/chat/completions",
    });
    const text = `${lines(access(200), access(429))}\n${auditLines([{ hour: 9, input: 1, output: 1 }])}`;
    await expect(recorded(lines(access(200)))).rejects.toThrow(
      /but 1 × access log of the gateway: .*kubectl logs -c guard/,
    );
    const { usage, counts } = await recorded(text);
    expect(usage.workloads).toMatchObject([{ requests: 1 }]);
    expect(Object.values(counts.without)).toEqual([1, 1]);
    expect(usage.remarks).toContain("1 × turned away by the gateway (429): demand that is not counted");
  });

  it("OpenAI's usage by the hour, laid out over lines, with batches", async () => {
    const result = (tokens: object) => ({
      object: "organization.usage.completions.result",
      model: "gpt-4o",
      ...tokens,
    });
    const page = {
      object: "page",
      data: [
        {
          object: "bucket",
          start_time: 1790812800,
          end_time: 1790816400,
          results: [
            result({
              input_tokens: 1_000,
              input_cached_tokens: 800,
              output_tokens: 500,
              num_model_requests: 5,
              batch: false,
            }),
            result({ input_tokens: 600, output_tokens: 100, num_model_requests: 15, batch: true }),
          ],
        },
        { object: "bucket", start_time: 1790816400, end_time: 1790820000, results: [] },
        {
          object: "bucket",
          start_time: 1790820000,
          end_time: 1790823600,
          results: [
            result({ input_tokens: 400, input_cache_write_tokens: 64, output_tokens: 300, num_model_requests: 20 }),
          ],
        },
      ],
      has_more: false,
    };
    const halves = [page.data.slice(0, 1), page.data.slice(1)].map((data) =>
      JSON.stringify({ ...page, data }, null, 2),
    );
    const { usage } = await recorded(halves.join("\n"));
    const pages = [true, false].map((goesOn, i) =>
      log(JSON.stringify({ ...page, data: page.data.slice(i, i + 1), has_more: goesOn }), `${i}`),
    );
    const missing = "openai usage export: the last page is missing (has_more)";
    expect((await recordUsage(pages.slice(0, 1), byModel)).usage.remarks.join()).toContain(missing);
    expect((await recordUsage(pages, byModel)).usage.remarks.join()).not.toContain(missing);
    expect(usage).toMatchObject({ from: "2026-10-01", to: "2026-10-01", hours: 3, source: "openai usage export" });
    expect(usage.workloads).toMatchObject([
      {
        name: "gpt-4o",
        requests: 40,
        inputTokens: 2_000,
        cachedInputTokens: 800,
        cacheWriteTokens: 64,
        outputTokens: 900,
        batchShare: 15 / 40,
        peakToAverage: 2,
      },
    ]);
  });

  it("Anthropic's usage: cached input beside the other, long contexts apart, and requests that it does not count", async () => {
    const page = {
      data: [
        {
          starting_at: "2026-10-01T00:00:00Z",
          ending_at: "2026-10-02T00:00:00Z",
          results: [
            {
              uncached_input_tokens: 100,
              cache_creation: { ephemeral_5m_input_tokens: 20, ephemeral_1h_input_tokens: 5 },
              cache_read_input_tokens: 400,
              output_tokens: 50,
              model: "claude-opus-4-8",
              context_window: "0-200k",
              service_tier: "standard",
            },
            {
              uncached_input_tokens: 275,
              cache_read_input_tokens: 0,
              output_tokens: 150,
              model: "claude-opus-4-8",
              context_window: "200k-1M",
              service_tier: "batch",
            },
          ],
        },
      ],
      has_more: false,
      next_page: null,
    };
    await expect(recorded(JSON.stringify(page))).rejects.toThrow(/--requests: .*claude-opus-4-8; add --requests/);
    const { usage } = await recorded(JSON.stringify(page), { by: "model", requests: 10 });
    expect(usage.workloads).toMatchObject([
      {
        requests: 10,
        inputTokens: 800,
        cachedInputTokens: 400,
        cacheWriteTokens: 25,
        outputTokens: 200,
        longContext: [{ aboveTokens: 200_000, inputTokens: 275, cachedInputTokens: 0, outputTokens: 150 }],
        peakToAverage: 3,
        batchShare: 0.425,
      },
    ]);
    expect(usage.workloads[0]).not.toHaveProperty("hourShares");
    expect(usage.remarks.join("\n")).toMatch(/busiest hour of claude-opus-4-8: 3 times the average is assumed/);
    expect(usage.remarks.join("\n")).toMatch(/input cached for an hour: writing it is priced as for five minutes/);
  });

  it("Bedrock's invocation log", async () => {
    const invocation = (more: object) => ({
      schemaType: "ModelInvocationLog",
      schemaVersion: "1.0",
      timestamp: "2026-10-01T12:00:00Z",
      operation: "Converse",
      modelId: "arn:aws:bedrock:us-east-1:111122223333:inference-profile/us.meta.llama3-3-70b-instruct-v1:0",
      ...more,
    });
    const input = { inputBodyJson: { secret: "x" }, inputTokenCount: 15, cacheReadInputTokenCount: 100 };
    const { usage, counts } = await recorded(
      lines(invocation({ input, output: { outputTokenCount: 7 } }), invocation({ input: { inputTokenCount: 3 } })),
    );
    expect(usage.workloads).toMatchObject([
      {
        name: "us.meta.llama3-3-70b-instruct-v1:0",
        requests: 1,
        inputTokens: 115,
        cachedInputTokens: 100,
        outputTokens: 7,
      },
    ]);
    expect(counts.without).toEqual({ "bedrock invocations that failed": 1 });
  });

  it("CloudWatch's metrics of Bedrock, a file for each", async () => {
    const metric = (Label: string, ...sums: number[]) =>
      log(
        JSON.stringify(
          {
            Label,
            Datapoints: sums.map((Sum, hour) => ({ Timestamp: `2026-10-01T0${hour}:00:00+00:00`, Sum, Unit: "Count" })),
          },
          null,
          4,
        ),
        Label,
      );
    const { usage, counts } = await recordUsage(
      [
        metric("CacheWriteInputTokenCount", 0, 0),
        metric("Invocations", 10, 30),
        metric("InputTokenCount", 1_000, 3_000),
        metric("CacheReadInputTokenCount", 500, 500),
        metric("InvocationLatency", 1, 1),
        metric("OutputTokenCount", 100, 300),
      ],
      { by: "model", name: "llama" },
    );
    expect(usage).toMatchObject({ hours: 2 });
    expect(counts).toMatchObject({ used: 5, unknown: 1, repeated: 0 });
    expect(usage.workloads).toMatchObject([
      {
        name: "llama",
        requests: 40,
        inputTokens: 5_000,
        cachedInputTokens: 1_000,
        outputTokens: 400,
        peakToAverage: 1.5,
      },
    ]);
  });

  it("LiteLLM's spend logs, with metadata as text and caches in both ways of counting", async () => {
    const row = (more: object) => ({
      call_type: "acompletion",
      startTime: "2026-10-01T14:27:12.563246",
      model: "anthropic/claude",
      model_group: "claude",
      prompt_tokens: 31,
      completion_tokens: 467,
      status: "success",
      cache_hit: "False",
      ...more,
    });
    const usage_object = { cache_creation_input_tokens: 1_253, cache_read_input_tokens: 0 };
    const { usage, counts } = await recorded(
      JSON.stringify(
        [
          row({ metadata: JSON.stringify({ usage_object }) }),
          row({ metadata: { usage_object: { prompt_tokens_details: { cached_tokens: 20 } } } }),
          row({ metadata: { additional_usage_values: { cache_read_input_tokens: 10 } } }),
          row({ metadata: "{}", startTime: 1790865000.5 }),
          row({ cache_hit: "True" }),
          row({ status: "failure" }),
        ],
        null,
        1,
      ),
    );
    expect(usage.workloads).toMatchObject([
      { name: "claude", requests: 4, inputTokens: 1_284 + 3 * 31, cacheWriteTokens: 1_253, cachedInputTokens: 30 },
    ]);
    expect(counts).toMatchObject({ values: 6, used: 4, unknown: 0 });
  });

  it("OpenRouter's activity by the day", async () => {
    const item = {
      date: "2026-10-02",
      model: "openai/gpt-4.1",
      model_permaslug: "openai/gpt-4.1-2025-04-14",
      requests: 5,
    };
    const { usage } = await recorded(
      lines({ data: [{ ...item, prompt_tokens: 50, completion_tokens: 125, reasoning_tokens: 25, usage: 0.015 }] }),
    );
    expect(usage).toMatchObject({ from: "2026-10-02", hours: 24 });
    expect(usage.workloads).toMatchObject([{ requests: 5, inputTokens: 50, outputTokens: 125, peakToAverage: 3 }]);
  });
});

it("a request on the hour belongs to the hour that it begins; one with a long input is told apart", async () => {
  const { usage } = await recorded(
    ["09:00", "10:00"]
      .map((at) => ({ startTime: `2026-10-01T${at}:00Z`, prompt_tokens: at === "09:00" ? 250_000 : 1_000 }))
      .map((row) => JSON.stringify({ call_type: "completion", model: "m", completion_tokens: 10, ...row }))
      .join("\n"),
  );
  expect(usage).toMatchObject({ hours: 2 });
  expect(usage.workloads[0]).toMatchObject({
    peakToAverage: 1,
    longContext: [100_000, 200_000].map((aboveTokens) => ({ aboveTokens, inputTokens: 250_000, outputTokens: 10 })),
  });
});

describe("what is not known", () => {
  it("is counted and told by its line, never by its text", async () => {
    const text = `INFO secret prompt\n${auditLines([{ hour: 1, input: 2, output: 3 }])}{"audit":"request","cut\n[1]`;
    const { usage, counts } = await recorded(text);
    expect(counts).toMatchObject({ values: 4, used: 1, unknown: 3, unknownAt: ["log:1", "log:3", "log:4"] });
    expect(JSON.stringify([usage, counts])).not.toContain("secret");
    expect(usage.remarks).toContain("3 of 4 lines were of no known format");
  });

  it("reaches no terminal as a command and makes no line of its own", async () => {
    const hostile = "a\x1b[2J\n! all is well\u202e";
    const { usage } = await recorded(auditLines([{ hour: 1, input: 2, output: 3, policy: hostile }]), { by: "policy" });
    expect(usage.workloads.map(({ name }) => name)).toEqual(["a\\u{1b}[2J ! all is well\\u{202e}"]);
    expect(() => parseUsageFile("u.json", Buffer.from(JSON.stringify(usage)))).not.toThrow();
  });

  it("is a line with a day that no calendar has, or with more tokens than were ever asked", async () => {
    const rows = auditLines([
      { hour: 1, input: 1, output: 1 },
      { hour: 2, input: 7, output: 1 },
      { hour: 3, input: 1, output: 1 },
    ]).split("\n");
    rows[0] = rows[0]!.replace("2026-10-01", "2026-02-30");
    rows[1] = rows[1]!.replace('"promptTokens":7', '"promptTokens":1e300');
    const { usage, counts } = await recorded(rows.join("\n"));
    expect([usage.from, usage.to, counts.used]).toEqual(["2026-10-01", "2026-10-01", 1]);
  });

  it("alone is refused, with what can be read; the help says where one gets that", async () => {
    expect(formatsHelp()).toMatch(/openai usage export\n {4}GET \/v1\/organization\/usage\/completions/);
    expect(
      Math.max(
        ...formatsHelp()
          .split("\n")
          .map((line) => line.length),
      ),
    ).toBeLessThanOrEqual(80);
    await expect(recorded("a\nb\n")).rejects.toThrow(
      /nothing with tokens; JSON of homeport guard audit log, .*litellm log/,
    );
  });

  it("is a line too long to hold; what follows it is read", async () => {
    const values: unknown[] = [];
    const chunks = ['{"a":"', "x".repeat(50), "y".repeat(60), '"}\n{"b":', "1}\n"];
    for await (const one of jsonValues(Readable.from(chunks), 100)) values.push(one);
    expect(values).toEqual([
      { line: 1, tooLong: true },
      { line: 2, value: { b: 1 } },
    ]);
    const laidOut: unknown[] = [];
    for await (const one of jsonValues(Readable.from(["{\n", '"a": "', "x".repeat(120), '"\n}']), 100))
      laidOut.push(one);
    expect(laidOut).toEqual([{ line: 1, tooLong: true }]);
    const marked: unknown[] = [];
    for await (const one of jsonValues(Readable.from(["\uFEFF[\r\n{},\r\n{}\r\n]\r\n"]))) marked.push(one);
    expect(marked).toHaveLength(2);
    const whole = Readable.from(['["', ...Array.from({ length: 65 }, () => "x".repeat(2 ** 20)), '"]']);
    await expect(recordUsage([{ label: "export.json", open: () => whole }], byModel)).rejects.toThrow(
      /export\.json: nothing with tokens, but 1 × longer than 64 MiB, not read: .*jq -c/,
    );
  });

  it("more workloads or years than memory shall hold are refused with what to do", async () => {
    const many = Array.from({ length: 201 }, (_, i) => ({ hour: 1, input: 1, output: 1, policy: `p${i}` }));
    await expect(recorded(auditLines(many), { by: "policy" })).rejects.toThrow(
      /more than 200 models or policies.*--name/s,
    );
    const late = auditLines([
      { hour: 0, input: 1, output: 1 },
      { hour: 6 * 366 * 24, input: 1, output: 1 },
    ]);
    await expect(recorded(late)).rejects.toThrow(/more than five years apart/);
  });
});

describe("when it comes", () => {
  /** `requests` in each hour of some days, one output token each. */
  const days = (counts: readonly number[], hours: readonly number[]) =>
    counts.flatMap((requests, day) =>
      hours.flatMap((hour) => Array.from({ length: requests }, () => ({ hour: 24 * day + hour, input: 1, output: 1 }))),
    );
  const office = Array.from({ length: 21 }, (_, day) => (day % 7 < 5 ? 4 : 1));

  it("percentiles are those of all seven days in a row: a month is never all Sundays", async () => {
    const { usage } = await recorded(auditLines(days(office, [0, 12, 23])));
    // A week of 5 × 12 and 2 × 3 requests, wherever it begins.
    expect(usage.workloads[0]?.requestsByWeek).toEqual({ p10: 66, p50: 66, p90: 66 });
    expect(usage.remarks.join("\n")).toContain("the spans of seven days in 21 days");
    const growing = Array.from({ length: 14 }, (_, day) => day + 1);
    const { usage: grown } = await recorded(auditLines(days(growing, [0, 23])));
    // Two a day more than the day before: weeks of 56, 70, … 154.
    expect(grown.workloads[0]?.requestsByWeek).toEqual({ p10: 65.8, p50: 105, p90: 144.2 });
    const { usage: short } = await recorded(auditLines(days(growing.slice(1), [0, 23])));
    expect(short.workloads[0]).not.toHaveProperty("requestsByWeek");
    expect(short.remarks.join("\n")).toContain("13 whole days, under 14, show no quiet or busy weeks");
  });

  it("weeks of requests that an export does not count are those of its output", async () => {
    const day = (i: number) => new Date(Date.UTC(2026, 9, 1 + i)).toISOString();
    const bucket = (i: number) => ({
      starting_at: day(i),
      ending_at: day(i + 1),
      results: [{ uncached_input_tokens: 1, output_tokens: i < 7 ? 100 : 300, model: "m" }],
    });
    const page = JSON.stringify({ data: Array.from({ length: 14 }, (_, i) => bucket(i)) });
    const { usage } = await recorded(page, { by: "model", requests: 2_800 });
    expect(usage.workloads[0]?.requestsByWeek?.p50).toBeCloseTo(1_400, 9);
    expect(usage.workloads[0]?.requestsByWeek?.p90).toBeCloseTo(700 + 0.9 * 1_400, 9);
  });

  it("hours of the day are averages, of less than a day they are not known, and the peak is at least theirs", async () => {
    // From 12:00 of one day to 12:59 of the second after it: noon comes three times, any other hour twice.
    const seen = Array.from({ length: 49 }, (_, i) => ({ hour: 12 + i, input: 1, output: 10 }));
    const { usage } = await recorded(auditLines(seen));
    usage.workloads[0]?.hourShares?.forEach((share) => {
      expect(share).toBeCloseTo(1 / 24, 12);
    });
    const three = await recorded(auditLines(seen.slice(0, 3)));
    expect(three.usage.workloads[0]).not.toHaveProperty("hourShares");
    expect(three.usage.workloads[0]?.peakToAverage).toBe(1);
    const day = [...days([1], [0, 23]), ...days([0, 0, 8], [9]), ...days([0, 0, 1], [10])];
    const [one] = (await recorded(auditLines(day))).usage.workloads;
    expect(one?.peakToAverage).toBeGreaterThanOrEqual(24 * Math.max(...(one?.hourShares ?? [])) * (1 - 1e-9));
  });

  it("the period is what was given, or what an export covers with its silent hours; a silence is told", async () => {
    const text = auditLines(days([1, 0, 0, 1], [9]));
    const at = (day: number) => Date.UTC(2026, 9, day);
    const given = await recorded(text, { by: "model", covers: { fromMs: at(1), toMs: at(8) } });
    expect(given.usage).toMatchObject({ from: "2026-10-01", to: "2026-10-07", hours: 168 });
    expect(given.usage.remarks.join("\n")).toMatch(/from 2026-10-04 10:00 to 2026-10-08 00:00 UTC \(86 h\)/);
    await expect(recorded(text, { by: "model", covers: { fromMs: at(2), toMs: at(3) } })).rejects.toThrow(
      /2 problems.*--from: 2026-10-02.*--to: 2026-10-03/s,
    );
    await expect(recorded(text, { by: "model", covers: { fromMs: Date.UTC(2001) } })).rejects.toThrow(
      /--from, --to: times that lie more than five years apart/,
    );
    const bucket = (hour: number, results: object[]) => ({
      start_time: at(1) / 1000 + hour * 3600,
      end_time: at(1) / 1000 + (hour + 1) * 3600,
      results,
    });
    const result = { object: "organization.usage.completions.result", num_model_requests: 1, output_tokens: 9 };
    const page = { data: Array.from({ length: 48 }, (_, hour) => bucket(hour, hour === 30 ? [result] : [])) };
    expect((await recorded(JSON.stringify(page))).usage).toMatchObject({ hours: 48, to: "2026-10-02" });
  });
});

describe("logs that overlap", () => {
  const row = (request_id: string, at = "2026-10-01T09:00:00Z") =>
    JSON.stringify({
      request_id,
      call_type: "completion",
      model: "m",
      startTime: at,
      prompt_tokens: 2,
      completion_tokens: 1,
    });

  it("count a request once by its id and moment, a row of an export once over all files, and say so", async () => {
    const [a, b, c] = ["a", "b", "c"].map((id) => row(id));
    const logs = [log(`${a}\n${b}`, "1.log"), log(`${b}\n${c}\n${row("c", "2026-10-01T09:00:01Z")}`, "2.log")];
    const { usage, counts } = await recordUsage(logs, byModel);
    expect([usage.workloads[0]?.requests, counts.repeated]).toEqual([4, 1]);
    expect(usage.remarks).toContain("1 × the same again in overlapping logs: counted once");
    const day = (date: string) => ({ date, model: "m", model_permaslug: "m", requests: 5, completion_tokens: 1 });
    const pages = [
      [day("2026-10-01"), day("2026-10-02"), day("2026-10-02")],
      [day("2026-10-02"), day("2026-10-03")],
    ];
    const exports = pages.map((data, i) => log(JSON.stringify({ data }), `${i}.json`));
    // Two keys may have asked the same within one file.
    expect((await recordUsage(exports, byModel)).usage.workloads).toMatchObject([{ requests: 20 }]);
  });

  it("are refused where one is another under another name, packed or not", async () => {
    const twice = recordUsage([log(row("a"), "a.log"), log(row("a"), "b.log")], byModel);
    await expect(twice).rejects.toThrow(/b\.log: the same content as a\.log/);
  });
});

it("tells a minute that is busier than its hour by far, and times in milliseconds from those in seconds", async () => {
  const row = (startTime: unknown, completion_tokens: number) =>
    JSON.stringify({ call_type: "completion", model: "m", startTime, prompt_tokens: 1, completion_tokens });
  const nine = Date.UTC(2026, 9, 1, 9);
  const even = Array.from({ length: 60 }, (_, minute) => row(nine + minute * 60_000, 1_000));
  const burst = row(nine / 1000 + 30 * 60, 59_000);
  const { usage } = await recorded([...even, burst, row(12, 1), row(1e15, 1)].join("\n"));
  expect(usage.workloads).toMatchObject([{ requests: 61, outputTokens: 119_000 }]);
  expect(usage.remarks.join("\n")).toContain("the busiest hour of m had a minute 30.3 times as busy as the hour");
  const few = [row(nine, 1), row(nine, 1)];
  for (const calm of [even, few])
    expect((await recorded(calm.join("\n"))).usage.remarks.join("\n")).not.toContain("minute");
});

it("says of streams that were cut how many have no input", async () => {
  const { usage } = await recorded(auditLines([...[0, 5].map((input) => ({ hour: 1, input, output: 3 }))]));
  expect(usage.remarks).toContain("1 × streams that were cut or hung up: their input is not counted");
});

describe("homeport usage", () => {
  let folder: string;
  const out: string[] = [];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "homeport-usage-"));
    out.length = 0;
    jest.spyOn(terminal, "out").mockImplementation((text) => void out.push(text));
  });
  afterEach(() => {
    jest.restoreAllMocks();
    rmSync(folder, { recursive: true });
  });

  it("H1: a log becomes a usage file, and that a comparison, with nothing typed in between", async () => {
    const week = Array.from({ length: 24 * 14 }, (_, hour) => ({
      hour,
      input: 4_000,
      output: hour % 24 < 12 ? 900 : 100,
    }));
    const path = join(folder, "audit.log.gz");
    const file = join(folder, "usage", "chat.json");
    writeFileSync(path, gzipSync(auditLines(week)));
    await record([path], { by: "model", out: file });
    await show(file, {});
    expect(out.at(-1)).toContain("chat: a quiet month 730, a middling 730, a busy 730");
    const wide = out
      .flatMap((text) => text.split("\n"))
      .filter((line) => line.length > 80 && !line.startsWith("wrote"));
    expect(wide).toEqual([]);
    const usage = readUsageFile(file);
    const result = compare({
      today: "2026-11-22",
      usage,
      price: A_PRICE,
      self: articlePlan(),
      weightsGB: 0,
      monthlyGrowth: 0,
      horizonMonths: 12,
      catalogue: [],
      sources: [],
    });
    expect(result.requestsMonthly).toBeCloseTo(730, 9);
    expect(result.months.map(({ percentile, requests }) => [percentile, Math.round(requests)])).toEqual([
      [10, 730],
      [50, 730],
      [90, 730],
    ]);
    expect(result.months[1]?.api.monthlyUsd).toBeCloseTo((730 * 4_500 * 30) / 1e6, 6);
    expect(usage.workloads[0]?.peakToAverage).toBeCloseTo(1.8, 9);
  });

  it("says of a log that is not there, or that was cut, what is wrong with it", async () => {
    const cut = join(folder, "cut.log.gz");
    const whole = gzipSync(auditLines([{ hour: 1, input: 1, output: 1 }]));
    writeFileSync(cut, whole.subarray(0, whole.length - 12));
    const gone = join(folder, "gone.log");
    const read = (log: string) => record([log], { by: "model", out: join(folder, "never.json") });
    await expect(read(gone)).rejects.toThrow(/gone\.log: no such file/);
    await expect(read(cut)).rejects.toThrow(/cut\.log\.gz: cannot be read: Z_BUF_ERROR; .*whole/);
    await expect(read(cut)).rejects.toMatchObject({ name: "InputError" });
    const bomb = join(folder, "bomb.log.gz");
    writeFileSync(bomb, gzipSync(Buffer.alloc(70 << 20, "x")));
    await expect(read(bomb)).rejects.toThrow(/bomb\.log\.gz: unpacks to more than 500 times its size/);
  });

  it("says how far a long read is, and how long the rest takes", async () => {
    const path = join(folder, "long.log.gz");
    writeFileSync(path, gzipSync(auditLines([{ hour: 1, input: 1, output: 1 }])));
    let at = Date.now();
    jest.spyOn(Date, "now").mockImplementation(() => {
      at += 6_000;
      return at;
    });
    const notes: string[] = [];
    jest.spyOn(terminal, "note").mockImplementation((text) => void notes.push(text));
    await record([path], { by: "model", out: join(folder, "long.json") });
    expect(notes.join("\n")).toMatch(/of 0\.0 GB read, .* about 1 s left/);
  });

  it("replaces no file unasked, reads no log twice and names what is missing", async () => {
    const path = join(folder, "a.log");
    const file = join(folder, "u.json");
    writeFileSync(path, auditLines([{ hour: 1, input: 1, output: 1 }]));
    writeFileSync(file, "{}");
    await expect(record([path], { by: "model", out: file })).rejects.toThrow(/is there; a new file; .*--force/);
    await expect(record([path, path, "b.log"], { by: "model", out: join(folder, "v.json") })).rejects.toThrow(
      /2 problems.*twice.*b\.log: no such file/s,
    );
    await record([path], { by: "model", out: file, force: true });
    expect(readUsageFile(file).workloads).toHaveLength(1);
  });

  it("lists everything that is wrong with a usage file at once", () => {
    const text = JSON.stringify({
      from: "2026-10-09",
      to: "2026-10-01",
      source: "assumed",
      workloads: [
        { name: "a", requests: 0, inputTokens: 5, cachedInputTokens: 6, outputTokens: 1, peakToAverage: 1 },
        { name: "a", requests: 1, inputTokens: 5, outputTokens: 1, peakToAverage: 3, hourShares: Array(24).fill(0.1) },
      ],
    });
    expect(() => parseUsageFile("u.json", Buffer.from(text))).toThrow(/5 problems/);
    const impossible = {
      ...{ name: "b", requests: 9, inputTokens: 9, outputTokens: 9, peakToAverage: 2 },
      hourShares: [0.25, ...Array(23).fill(0.75 / 23)],
      longContext: [{ aboveTokens: 2, inputTokens: 9, cachedInputTokens: 10, outputTokens: 9 }],
      requestsByWeek: { p10: 3, p50: 2, p90: 4 },
    };
    const day = { from: "2026-10-01", to: "2026-10-01", hours: 25, source: "assumed", workloads: [impossible] };
    expect(() => parseUsageFile("u.json", Buffer.from(JSON.stringify(day)))).toThrow(
      /4 problems.*hours: 25; at most 24.*peakToAverage: 2; at least 6\.00.*longContext.*p10 ≤ p50 ≤ p90/s,
    );
    const boundless = { name: "c\n! forged", requests: 1e300, inputTokens: 1, outputTokens: 1, peakToAverage: 1e300 };
    const year = { from: "2026-10-01", to: "2026-10-01", hours: 1e-300, source: "assumed", workloads: [boundless] };
    expect(() => parseUsageFile("u.json", Buffer.from(JSON.stringify(year)))).toThrow(
      /4 problems.*hours: 1e-300; hours, 1 or more.*name: 'c\\u\{a\}! forged'; a name on one line.*requests.*peakToAverage/s,
    );
    expect(() => parseUsageFile("u.json", Buffer.from('{"from":"x","request":1,"workloads":[]}'))).toThrow(
      /5 problems/,
    );
    expect(() => parseUsageFile("u.json", Buffer.from("["))).toThrow(/u\.json: .*JSON/);
  });
});

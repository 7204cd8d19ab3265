import { appendFileSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { helmTemplate } from "../../infra/core/helm-template";
import { ruleFile, ruleGroups } from "../../infra/core/monitoring/alert-rules";
import { costRules } from "../../infra/core/monitoring/cost-rules";
import { DASHBOARDS } from "../../infra/core/monitoring/dashboards";
import { scrapeJobs } from "../../infra/core/monitoring/scrape-jobs";
import { toWebhooks } from "../../infra/values/alertmanager";
import { monitoringValues, remoteWriteFile } from "../../infra/values/monitoring";
import { readVersions } from "../../infra/values/versions";
import { attempt } from "../../scripts/local/command";
import { buildGoModule, toolPath } from "../../scripts/local/toolchain";
import { ALERT_CASES, ASKED_AT, type Series } from "../support/alert-cases";
import { awsConfig } from "../support/aws-cell";

jest.setTimeout(1_800_000); // on a bare machine promtool is built first, about four minutes of two cores

/** Half an hour into the last day of the block: promtool's clock starts at 1970. */
const BLOCK = { pool: "a100", endsAt: 86_400 + 1800 };
const groups = ruleGroups([BLOCK]);
const folder = mkdtempSync(join(tmpdir(), "homeport-alerts-"));

const promtool = (...args: string[]) => attempt(toolPath("promtool", "promtool"), args, { cwd: folder });

beforeAll(async () => {
  await buildGoModule("promtool");
  writeFileSync(join(folder, "rules.json"), ruleFile(groups));
});

/** The collector itself and the gateway are well, so that only what a case says speaks. */
const WELL: Series = { 'up{job="prometheus"}': "1x2000", 'up{job="envoy",pod="z"}': "1x2000" };

/** All alerts that speak, and no other, `at` minutes after the start. */
function expectation(name: string, series: Series, speaking: readonly string[], at = ASKED_AT): object {
  const healthy = Object.entries(WELL).filter(
    ([key]) => !Object.keys(series).some((own) => own.split(",")[0] === key.split(",")[0]),
  );
  return {
    name,
    interval: "1m",
    input_series: [...healthy, ...Object.entries(series)].map(([key, values]) => ({ series: key, values })),
    promql_expr_test: [
      {
        expr: 'count by (alertname) (ALERTS{alertstate="firing"})',
        eval_time: `${at}m`,
        exp_samples: speaking.map((alertname) => ({ labels: `{alertname="${alertname}"}`, value: 1 })),
      },
    ],
  };
}

async function verdict(tests: readonly object[]): Promise<{ code: number; text: string }> {
  const file = { rule_files: ["rules.json"], evaluation_interval: "1m", tests };
  writeFileSync(join(folder, "tests.json"), JSON.stringify(file));
  const { code, stdout, stderr } = await promtool("test", "rules", "tests.json");
  return { code, text: `${stdout}${stderr}` };
}

/** Until the last day begins nobody is told of the block. */
const QUIET_UNTIL = 29;

it("rules are what Prometheus reads, without a complaint", async () => {
  const { code, stdout, stderr } = await promtool("check", "rules", "--lint=all", "--lint-fatal", "rules.json");
  expect([code, `${stdout}${stderr}`]).toEqual([0, expect.stringContaining("rules found")]);
});

it("queries of the dashboards are PromQL, once Grafana has put its variables in", async () => {
  const queries = Object.values(DASHBOARDS).flatMap(({ sections }) =>
    sections.flatMap(({ panels }) => panels.flatMap((panel) => panel.queries.map(({ expr }) => expr))),
  );
  const rules = queries.map((expr, i) => ({
    record: `query_${i}`,
    expr: expr.replaceAll("$__rate_interval", "2m").replace(/\$\w+/g, ".*"),
  }));
  writeFileSync(join(folder, "queries.json"), JSON.stringify({ groups: [{ name: "queries", rules }] }));
  const { code, stdout, stderr } = await promtool("check", "rules", "queries.json");
  expect([code, `${stdout}${stderr}`]).toEqual([0, expect.stringContaining(`${queries.length} rules found`)]);
});

it("scrape jobs are what Prometheus reads", async () => {
  writeFileSync(join(folder, "prometheus.json"), JSON.stringify({ scrape_configs: scrapeJobs() }));
  const { code, stdout, stderr } = await promtool("check", "config", "--syntax-only", "prometheus.json");
  expect([code, `${stdout}${stderr}`]).toEqual([0, expect.stringContaining("SUCCESS")]);
});

it("every rule has a case, and every case a rule", () => {
  expect(Object.keys(ALERT_CASES).sort()).toEqual(groups.flatMap(({ rules }) => rules.map(({ name }) => name)).sort());
});

it("every alert speaks when it should, alone but for those that say the same; and is silent when it looks alike", async () => {
  const cases = Object.entries(ALERT_CASES).filter(([name]) => name !== "CapacityBlockEnds");
  const always = ASKED_AT > QUIET_UNTIL ? ["CapacityBlockEnds"] : [];
  const { code, text } = await verdict(
    cases.flatMap(([name, { fires, silent, with: others = [] }]) => [
      expectation(`${name} speaks`, fires, [name, ...others, ...always]),
      expectation(`${name} is silent`, silent, always),
    ]),
  );
  expect([code, text]).toEqual([0, expect.stringContaining("SUCCESS")]);
});

it("the end of a capacity block is told for a day, and neither before nor after", async () => {
  const { code, text } = await verdict([
    expectation("before", {}, [], QUIET_UNTIL),
    expectation("a day before", {}, ["CapacityBlockEnds"], QUIET_UNTIL + 2),
    expectation("a minute before", {}, ["CapacityBlockEnds"], 24 * 60 + 29),
    expectation("after", {}, [], 24 * 60 + 31),
  ]);
  expect([code, text]).toEqual([0, expect.stringContaining("SUCCESS")]);
});

it("S9, S7: dollars per million follow node hours × price, idle GPUs among them, beside the API price of the same tokens", async () => {
  const rules = costRules({
    pools: [{ pool: "a100", hourlyUsd: 27.44705, asOf: "2026-07-20" }],
    apis: [{ model: "chat", provider: "bedrock", input: 0.45, output: 0.7, asOf: "2026-11-12" }],
  });
  writeFileSync(join(folder, "cost.json"), ruleFile([], rules));
  const lint = await promtool("check", "rules", "--lint=all", "--lint-fatal", "cost.json");
  expect([lint.code, lint.stderr]).toEqual([0, ""]);
  const engine = 'model="chat",release="r-ab12cd34ef",variant="a100x2",pod="p1",node="n1"';
  const series = {
    'kube_node_labels{node="n1",label_homeport_dev_pool="a100"}': "1x120",
    'kube_node_status_allocatable{node="n1",resource="nvidia_com_gpu"}': "8x120",
    'kube_pod_container_resource_requests{pod="p1",node="n1",resource="nvidia_com_gpu"}': "2x120",
    [`homeport_guard_ready{${engine}}`]: "0x120",
    // 3,000,000 in and 1,000,000 out an hour.
    [`vllm:prompt_tokens_total{${engine}}`]: "0+50000x120",
    [`vllm:generation_tokens_total{${engine}}`]: "0+16666.666666666668x120",
  };
  const value = (expr: string, value: number) => ({
    expr: `round(sum(${expr}), 0.0001)`,
    eval_time: "90m",
    exp_samples: [{ labels: "{}", value }],
  });
  const tests = [
    {
      interval: "1m",
      input_series: Object.entries(series).map(([key, values]) => ({ series: key, values })),
      promql_expr_test: [
        value("homeport:release_usd_per_hour", 27.4471),
        value("homeport:idle_usd_per_hour", 20.5853),
        value("homeport:usd_per_million_tokens", 6.8618),
        value("homeport:api_usd_per_hour", 2.05),
      ],
    },
  ];
  const file = { rule_files: ["cost.json"], evaluation_interval: "1m", tests };
  writeFileSync(join(folder, "cost-tests.json"), JSON.stringify(file));
  const { code, stdout, stderr } = await promtool("test", "rules", "cost-tests.json");
  expect([code, `${stdout}${stderr}`]).toEqual([0, expect.stringContaining("SUCCESS")]);
});

it("a test that expects another alert fails", async () => {
  const { code, text } = await verdict([expectation("wrong", ALERT_CASES.GpuHot?.fires ?? {}, ["NodeNotReady"], 20)]);
  expect([code, text]).toEqual([1, expect.stringContaining("GpuHot")]);
});

describe("what the chart gives Prometheus and Alertmanager", () => {
  const place = { environment: "prod", account: "123456789012", region: "us-east-1" };
  const receivers = { oncall: { email: "ml@example.com", webhook: "https://events.example.com/homeport" } };

  /** The files of a pod, in a folder that stands for the one in its image. */
  function placed(prometheus: "managed" | "cluster"): Record<string, string> {
    const config = awsConfig({ monitoring: { prometheus, receivers, alertTo: ["oncall"] } });
    const values = monitoringValues(config, place, place, readVersions().images);
    const files = helmTemplate("monitoring", values)
      .filter(({ kind, metadata }) => kind === "ConfigMap" && !metadata.name.startsWith("dashboard"))
      .flatMap(({ data }) => Object.entries(data as Record<string, string>));
    const mounted = /\/etc\/prometheus\/base|\/var\/run\/secrets\/kubernetes\.io\/serviceaccount/g;
    for (const [name, text] of files) writeFileSync(join(folder, name), text.replace(mounted, folder));
    for (const name of ["token", "ca.crt"]) writeFileSync(join(folder, name), "");
    return Object.fromEntries(files);
  }

  it("is read by a Prometheus that keeps metrics, with its rules", async () => {
    placed("cluster");
    const { code, stdout, stderr } = await promtool("check", "config", "prometheus.yml");
    expect([code, `${stdout}${stderr}`]).toEqual([0, expect.stringMatching(/1 rule files found[\s\S]*rules found/)]);
  });

  it("is read by a collector that sends them away, with what the workspace adds", async () => {
    placed("managed");
    const address = "https://aps-workspaces.us-east-1.amazonaws.com/workspaces/ws-1/";
    appendFileSync(join(folder, "prometheus.yml"), remoteWriteFile(address, "us-east-1"));
    const { code, stdout, stderr } = await promtool("check", "config", "--agent", "prometheus.yml");
    expect([code, `${stdout}${stderr}`]).toEqual([0, expect.stringContaining("SUCCESS")]);
    expect((await promtool("check", "config", "prometheus.yml")).code).toBe(0);
  });

  it("is read by Alertmanager, told by the topic or by the receivers' own addresses", async () => {
    writeFileSync(join(folder, "topic.json"), placed("cluster")["alertmanager.json"] ?? "");
    const webhooks = toWebhooks(awsConfig({ monitoring: { receivers, alertTo: ["oncall"] } }).monitoring);
    writeFileSync(join(folder, "webhooks.json"), webhooks);
    for (const file of ["topic.json", "webhooks.json"]) {
      const { code, stdout } = await attempt(toolPath("promtool", "amtool"), ["check-config", file], { cwd: folder });
      expect([file, code, stdout]).toEqual([file, 0, expect.stringContaining("1 receivers")]);
    }
  });
});

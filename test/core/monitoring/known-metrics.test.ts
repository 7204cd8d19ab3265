import { once } from "node:events";
import { readFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { Metrics } from "../../../infra/agent/guard/metrics";
import { adminServer } from "../../../infra/agent/node-cache/admin";
import { CHARTS } from "../../../infra/core/helm-template";
import { ruleGroups } from "../../../infra/core/monitoring/alert-rules";
import { costRules } from "../../../infra/core/monitoring/cost-rules";
import { DASHBOARDS } from "../../../infra/core/monitoring/dashboards";
import { KNOWN_METRICS, SCRAPE_JOBS, storedNames } from "../../../infra/core/monitoring/known-metrics";
import { scrapeJobs } from "../../../infra/core/monitoring/scrape-jobs";
import { RELEASE_ID } from "../../support/guard";
import { metricsIn } from "../../support/prom-names";

const recorded = costRules({
  pools: [{ pool: "a100", hourlyUsd: 1, asOf: "2026-11-22" }],
  apis: [{ model: "chat", provider: "x", input: 1, output: 1, asOf: "2026-11-22" }],
});
const stored = new Set(["up", ...SCRAPE_JOBS.flatMap(storedNames), ...recorded.map(({ record }) => record)]);

describe("metrics that rules and dashboards ask for", () => {
  const rules = ruleGroups([{ pool: "a100", endsAt: 1 }]).flatMap((group) => group.rules);
  const queries = Object.values(DASHBOARDS).flatMap(({ sections, variables }) => [
    ...sections.flatMap(({ panels }) => panels.flatMap((panel) => panel.queries)),
    ...variables.map(({ of }) => ({ expr: of.series })),
  ]);

  it("are all stored", () => {
    for (const { expr } of [...rules, ...recorded, ...queries])
      expect([expr, metricsIn(expr).filter((m) => !stored.has(m))]).toEqual([expr, []]);
  });

  it("are found by the test at all", () => {
    expect(
      metricsIn('sum by (model) (rate(a_total{x=~"b_total"}[5m])) / on (c) d:e unless f == bool 0 > time()'),
    ).toEqual(["a_total", "d:e", "f"]);
    expect(rules.filter(({ expr }) => metricsIn(expr).length === 0).map(({ name }) => name)).toEqual([
      "CapacityBlockEnds",
    ]);
  });
});

describe("known metrics", () => {
  it("of the guard are exactly those that it gives", () => {
    const metrics = new Metrics({ model: "chat", releaseId: RELEASE_ID, variant: "cpu" });
    const text = metrics.render({ inFlight: 0, ready: true, stalledSeconds: 0 });
    const families = [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name);
    const { values, histograms } = KNOWN_METRICS.guard;
    expect([...values, ...histograms].sort()).toEqual(families.sort());
  });

  it("of the node cache are exactly those that it gives", async () => {
    const count = { fetchedBytes: 0, hashedBytes: 0, retries: 0, evictedReleases: 0, evictedBytes: 0 };
    const server = adminServer({ states: new Map([[RELEASE_ID, "verified"]]), count, lastRound: 0 });
    await once(server.listen(0, "127.0.0.1"), "listening");
    const text = await (await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`)).text();
    server.close();
    const families = [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name);
    expect([...KNOWN_METRICS["node-cache"].values].sort()).toEqual(families.sort());
  });

  it("have a scrape job each, which keeps nothing else", () => {
    const jobs = scrapeJobs();
    expect(jobs.map(({ job_name }) => job_name).sort()).toEqual([...SCRAPE_JOBS].sort());
    for (const job of jobs) {
      const [first] = job.metric_relabel_configs as { action: string; source_labels: string[]; regex: string }[];
      expect(first).toMatchObject({ action: "keep", source_labels: ["__name__"] });
      expect(first?.regex.split("|")).toEqual(["up", ...storedNames(job.job_name)]);
    }
  });

  it("of a node's many CPUs are only how long each was idle", () => {
    const [relabel] = scrapeJobs().flatMap((job) => (job.job_name === "node" ? [job.metric_relabel_configs] : []));
    const [, drop] = relabel as { action: string; source_labels: string[]; regex: string }[];
    expect(drop).toMatchObject({ action: "drop", source_labels: ["__name__", "mode"] });
    const dropped = (series: string) => new RegExp(`^(?:${drop?.regex})$`).test(series); // Prometheus anchors
    const modes = ["idle", "iowait", "irq", "nice", "softirq", "steal", "system", "user"];
    expect(modes.filter((mode) => !dropped(`node_cpu_seconds_total;${mode}`))).toEqual(["idle"]);
    expect(dropped("node_memory_MemTotal_bytes;")).toBe(false);
  });

  it("never carry a prompt: no label but those we or the exporters set leaves an engine", () => {
    const engine = scrapeJobs().find(({ job_name }) => job_name === "engine");
    expect(JSON.stringify(engine)).toContain('"action":"labeldrop","regex":"model_name"');
  });
});

it("collectors look for the labels and ports that our charts give their pods", () => {
  const deployment = readFileSync(join(CHARTS, "vllm/templates/deployment.yaml"), "utf8");
  const helpers = readFileSync(join(CHARTS, "vllm/templates/_helpers.tpl"), "utf8");
  expect(deployment).toContain("- name: metrics\n              containerPort: {{ .Values.ports.metrics }}");
  for (const label of [
    "app.kubernetes.io/name: vllm",
    "homeport.dev/model:",
    "homeport.dev/release:",
    "homeport.dev/variant:",
  ])
    expect(helpers).toContain(label);
});

it("collectors find the nodes' own parts by label, port and an opened door", () => {
  const text = (path: string) => readFileSync(join(CHARTS, path), "utf8");
  const ports = text("monitoring/templates/_helpers.tpl").match(/^(?:dcgm-exporter|node-cache|node-exporter): \d+$/gm);
  expect(ports).toEqual(["dcgm-exporter: 9400", "node-cache: 8081", "node-exporter: 9100"]);
  expect(text("node-cache/templates/_helpers.tpl")).toContain("app.kubernetes.io/name: node-cache\n");
  expect(text("node-cache/templates/daemon-set.yaml")).toContain("- name: admin\n");
  expect(text("node-cache/values.yaml")).toMatch(/admin: 8081/);
  expect(text("monitoring/templates/node-exporter.yaml")).toContain(
    "- name: metrics\n              containerPort: 9100",
  );
});

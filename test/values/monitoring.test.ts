import { parseConfig } from "../../infra/config/parse";
import type { StackConfig } from "../../infra/config/schema";
import { MonitoringValues, monitoringValues } from "../../infra/values/monitoring";
import { namespaceObjects } from "../../infra/values/namespaces";
import { readVersions } from "../../infra/values/versions";
import { awsConfig } from "../support/aws-cell";

const ONCALL = { receivers: { oncall: { webhook: "https://events.example.com:8443/homeport" } }, alertTo: ["oncall"] };
const PLACE = { environment: "prod", account: "123456789012", region: "us-east-1" };
const { images } = readVersions();

const onKubernetes = (monitoring: object): StackConfig => {
  const sections = { environment: { platform: "kubernetes", owner: "ml" }, monitoring };
  const { config, problems } = parseConfig({ name: "test", sealed: new Set(), sections });
  expect(problems).toEqual([]);
  return config as StackConfig;
};

describe("values of monitoring", () => {
  it("send to the managed service on AWS, which evaluates the rules and tells the topic", () => {
    const values = monitoringValues(awsConfig({ monitoring: ONCALL }), PLACE, PLACE, images);
    expect(MonitoringValues.parse(values)).toMatchObject({
      remoteWrite: "prometheus-remote-write",
      alertmanager: "",
      labels: { environment: "prod", region: "us-east-1" },
      storage: { ebs: false },
      outwardPorts: [443],
    });
    expect(values.images.prometheus).toMatch(
      /^123456789012\.dkr\.ecr\.us-east-1\.amazonaws\.com\/homeport\/.*@sha256:/,
    );
  });

  it("keep metrics on an encrypted volume in the cluster when asked, and tell the same topic", () => {
    const config = awsConfig({ monitoring: { ...ONCALL, prometheus: "cluster", metricsDays: 7, metricsGiB: 20 } });
    const values = monitoringValues(config, PLACE, PLACE, images);
    expect(values).toMatchObject({
      remoteWrite: "",
      storage: { days: 7, size: "20Gi", className: "homeport-metrics", ebs: true },
    });
    expect(JSON.parse(values.alertmanager).receivers[0].sns_configs[0]).toMatchObject({
      topic_arn: "arn:aws:sns:us-east-1:123456789012:homeport-prod-alarms",
      sigv4: { region: "us-east-1" },
    });
  });

  it("call the receivers' own addresses elsewhere, through their own ports", () => {
    const values = monitoringValues(
      onKubernetes({ ...ONCALL, prometheus: "cluster" }),
      { environment: "test", region: "local" },
      undefined,
      images,
    );
    expect(values.outwardPorts).toEqual([443, 8443]);
    expect(JSON.parse(values.alertmanager).receivers).toEqual([
      { name: "oncall", webhook_configs: [{ url: ONCALL.receivers.oncall.webhook, send_resolved: true }] },
    ]);
    expect(values.images.prometheus).toBe(images.prometheus);
  });

  it("have no Alertmanager where nobody is told", () => {
    const config = onKubernetes({ prometheus: "cluster" });
    expect(monitoringValues(config, { environment: "t", region: "local" }, undefined, images).alertmanager).toBe("");
  });
});

describe("namespace of monitoring", () => {
  const names = (config: StackConfig) =>
    namespaceObjects(config).map(({ kind, metadata: { name, namespace } }) => `${kind} ${namespace ?? name}`);

  it("is there, closed, only where metrics are collected", () => {
    expect(names(onKubernetes({})).filter((name) => name.includes("monitoring"))).toEqual([]);
    expect(names(onKubernetes({ prometheus: "cluster" })).filter((name) => name.includes("monitoring"))).toEqual([
      "Namespace homeport-monitoring",
      "NetworkPolicy homeport-monitoring",
    ]);
  });
});

import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse, parseAllDocuments } from "yaml";
import { z } from "zod";
import { CHARTS } from "../../infra/core/helm-template";
import type { KubernetesObject } from "../../infra/core/kubernetes-object";
import { toolBinary } from "../../infra/core/tool-binaries";
import { CHART_SCHEMAS, type ChartName } from "../../infra/values/chart-schemas";

const names = Object.keys(CHART_SCHEMAS) as ChartName[];
const helm = (...args: string[]) => execFileSync(toolBinary("helm"), args, { encoding: "utf8", stdio: "pipe" });

/** The chart as a user gets it: with the schema that `homeport gen` writes. */
function packaged(chart: ChartName): string {
  const folder = mkdtempSync(join(tmpdir(), "homeport-chart-"));
  cpSync(join(CHARTS, chart), folder, { recursive: true });
  const schema = z.toJSONSchema(CHART_SCHEMAS[chart], { io: "input", target: "draft-07" });
  writeFileSync(join(folder, "values.schema.json"), JSON.stringify(schema));
  return folder;
}

const example = (chart: ChartName): string[] => {
  const file = join(CHARTS, chart, "ci/example-values.yaml");
  return existsSync(file) ? ["--values", file] : [];
};

describe.each(names)("chart %s without the program", (chart) => {
  it("lints and renders with plain helm and the example values", () => {
    const folder = packaged(chart);
    expect(helm("lint", "--strict", folder, ...example(chart))).toContain("0 chart(s) failed");
    const text = helm("template", "alone", folder, "--kube-version", "1.34.0", ...example(chart));
    const objects = parseAllDocuments(text).map((d) => d.toJS() as KubernetesObject);
    expect(objects.length).toBeGreaterThan(0);
    for (const object of objects) expect(object).toMatchObject({ apiVersion: /./, kind: /./, metadata: { name: /./ } });
  });

  it("has a value, a default or a refusal for every field of its schema, and nothing else", () => {
    const defaults = parse(readFileSync(join(CHARTS, chart, "values.yaml"), "utf8")) as Record<string, unknown>;
    expect(Object.keys(defaults).sort()).toEqual(Object.keys(CHART_SCHEMAS[chart].shape).sort());
  });

  it("refuses a value of the wrong type by its schema", () => {
    const folder = packaged(chart);
    expect(() => helm("template", "alone", folder, ...example(chart), "--set", "owner=", "--set", "typo=1")).toThrow(
      /typo|additional/i,
    );
  });
});

it("monitoring gets to the guard's metrics, and nobody in the cluster to the port that drains a pod", () => {
  const text = helm("template", "alone", packaged("vllm"), ...example("vllm"));
  const objects = parseAllDocuments(text).map((d) => d.toJS() as KubernetesObject & { spec: never });
  const { ingress } = objects.find(({ kind }) => kind === "NetworkPolicy")!.spec as {
    ingress: { from: object[]; ports: { port: number }[] }[];
  };
  const portsFor = (who: string) =>
    ingress.filter(({ from }) => JSON.stringify(from).includes(who)).flatMap(({ ports }) => ports.map((p) => p.port));
  expect(portsFor("homeport-monitoring")).toEqual([8082]);
  expect(portsFor("envoy")).toEqual([8080]);
  expect(ingress).toHaveLength(2);
  expect(text).toMatch(/path: \/drain\n +port: 8081\n/);
});

describe("charts that cannot guess", () => {
  it.each(["vllm", "gateway", "node-cache", "monitoring"] as const)("%s says what it must be told", (chart) => {
    expect(() => helm("template", "alone", packaged(chart))).toThrow(
      /values don't meet the specifications of the schema/,
    );
  });
});

it("charts/ holds our charts, their lock of third-party things, and nothing without a schema", () => {
  const folders = readdirSync(CHARTS, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  expect(folders.map(({ name }) => name).sort()).toEqual([...names].sort());
});

it("engine pods prefer nodes of the best way to get them, with a weight for each", () => {
  const ways = ["--set", "capacity={block,on-demand,spot}"];
  const text = helm("template", "alone", packaged("vllm"), ...example("vllm"), ...ways);
  const objects = parseAllDocuments(text).map((d) => d.toJS() as KubernetesObject & { spec: never });
  const { template } = objects.find(({ kind }) => kind === "Deployment")!.spec as {
    template: { spec: { affinity: { nodeAffinity: Record<string, object[]> } } };
  };
  const preferred = (weight: number, way: string) => ({
    weight,
    preference: { matchExpressions: [{ key: "homeport.dev/capacity", operator: "In", values: [way] }] },
  });
  expect(template.spec.affinity.nodeAffinity).toEqual({
    preferredDuringSchedulingIgnoredDuringExecution: [
      preferred(100, "block"),
      preferred(75, "on-demand"),
      preferred(50, "spot"),
    ],
  });
});

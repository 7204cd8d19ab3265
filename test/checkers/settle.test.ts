import fc from "fast-check";
import { ACCEPTED, type AcceptedRow } from "../../scripts/lib/checkers/accepted";
import type { CheckResult } from "../../scripts/lib/checkers/check-objects";
import { complaints, judgedTable } from "../../scripts/lib/checkers/report-check";
import { type Finding, settle } from "../../scripts/lib/checkers/settle";
import type { RenderedObject } from "../../scripts/lib/render/rendered-objects";

const rendered = (kind: string, name: string): RenderedObject => ({
  region: "local",
  stage: "releases",
  path: `${kind}-${name}.yaml`,
  object: { apiVersion: "v1", kind, metadata: { name, namespace: "n" } },
});

const finding = (change: Partial<Finding> = {}): Finding => ({
  checker: "kube-score",
  check: "container-resources",
  region: "local",
  object: "Deployment n/a",
  text: "engine: CPU limit is not set",
  ...change,
});

const row = (change: Partial<AcceptedRow> = {}): AcceptedRow => ({
  checker: "kube-score",
  check: "container-resources",
  object: "Deployment n/*",
  reason: "wanted",
  ...change,
});

const objects = [rendered("Deployment", "a")];

describe("an accepted row", () => {
  it("excuses the problem it names, with its reason", () => {
    const { failed, accepted } = settle([finding()], [row()], objects);
    expect(failed).toEqual([]);
    expect(accepted).toEqual([{ ...finding(), reason: "wanted" }]);
  });

  it.each([
    ["another checker", { checker: "checkov" }],
    ["another check", { check: "container-image-tag" }],
    ["another object", { object: "DaemonSet n/a" }],
    ["an object whose name only begins like it", { object: "Deployment n" }],
  ] as const)("does not excuse %s", (_, change) => {
    expect(settle([finding(change)], [row()], objects).failed).toEqual([finding(change)]);
  });

  it("with words excuses these words only, so that a missing memory limit does not hide behind a CPU limit", () => {
    const memory = finding({ text: "engine: Memory limit is not set" });
    const { failed, accepted } = settle([finding(), memory], [row({ text: "*: CPU limit is not set" })], objects);
    expect(failed).toEqual([memory]);
    expect(accepted).toHaveLength(1);
  });

  it("takes only * for a pattern", () => {
    expect(
      settle([finding({ object: "Deployment nxa" })], [row({ object: "Deployment n.a" })], objects).failed,
    ).toHaveLength(1);
  });

  it("that excuses nothing is an error, where the stack has such objects", () => {
    expect(settle([], [row()], objects).unusedRows).toEqual([row()]);
    expect(settle([], [row({ object: "*" })], objects).unusedRows).toHaveLength(1);
    expect(settle([], [row({ object: "Deployment typo/*" })], objects).unusedRows).toHaveLength(1);
    expect(settle([], [row({ object: "DaemonSet n/a" })], objects).unusedRows).toEqual([]);
  });

  it("may excuse nothing where the problem is a choice of the stack", () => {
    expect(settle([], [row({ dependsOnStack: true })], objects).unusedRows).toEqual([]);
  });

  it("loses no finding: each is failed or accepted, whatever the rows", () => {
    const word = fc.constantFrom("a", "b", "a*", "*");
    const findings = fc.array(fc.record({ check: word, object: word, text: word }).map(finding));
    const rows = fc.array(fc.record({ check: word, object: word, text: word }).map(row));
    fc.assert(
      fc.property(findings, rows, (given, allowed) => {
        const { failed, accepted } = settle(given, allowed, objects);
        return failed.length + accepted.length === given.length && failed.every((one) => given.includes(one));
      }),
    );
  });
});

describe("the file of accepted rows", () => {
  it("says no thing twice, and for each why", () => {
    const keys = ACCEPTED.map(({ checker, check, object, text }) => [checker, check, object, text].join("|"));
    expect(new Set(keys).size).toBe(keys.length);
    for (const { reason } of ACCEPTED) expect(reason.length).toBeGreaterThan(40);
  });

  it("excuses nothing of the engine's pods but CPU limits, the pull of what is there, and how many there are", () => {
    const ofEngines = ACCEPTED.filter(({ object }) => /^(\*|Deployment (\*|homeport-models).*)$/.test(object));
    expect(ofEngines.map(({ check }) => check).sort()).toEqual([
      "CKV_K8S_11",
      "container-image-pull-policy",
      "container-resources",
      "deployment-has-host-podantiaffinity",
      "deployment-replicas",
    ]);
  });
});

describe("the report", () => {
  const result = (change: Partial<CheckResult>): CheckResult => ({
    expected: { objects: 138, podSpecs: 13 },
    tallies: [{ checker: "pod-security", objects: 117, podSpecs: 13, checks: 12345 }],
    failed: [],
    accepted: [],
    unusedRows: [],
    ...change,
  });

  it("is a table within 80 columns that says what was judged of what there was", () => {
    const lines = judgedTable(result({ failed: [finding({ checker: "pod-security" })] })).split("\n");
    expect(lines[1]).toMatch(/^pod-security +117 of 138 +13 of 13 +12345 +1 +0$/);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
  });

  it("complains of nothing when nothing is wrong, and of each failure and each useless row in a line", () => {
    expect(complaints(result({ accepted: [{ ...finding(), reason: "wanted" }] }))).toEqual([]);
    expect(complaints(result({ failed: [finding()], unusedRows: [row()] }))).toEqual([
      "kube-score container-resources: Deployment n/a: engine: CPU limit is not set",
      "accepted row kube-score container-resources Deployment n/*: excuses nothing; remove it from scripts/lib/checkers/accepted.ts",
    ]);
  });

  it("names the region when several fail", () => {
    const failed = [finding({ region: "us-east-1" }), finding({ region: "eu-west-1" })];
    expect(complaints(result({ failed }))[1]).toContain(": eu-west-1 Deployment n/a: ");
  });
});

import { ACCEPTED, type AcceptedRow } from "../../scripts/lib/checkers/accepted";
import { type CheckResult, checkObjects } from "../../scripts/lib/checkers/check-objects";
import { complaints, judgedTable } from "../../scripts/lib/checkers/report-check";
import type { Finding } from "../../scripts/lib/checkers/settle";
import { renderStack } from "../../scripts/lib/render/render";
import type { RenderedObject } from "../../scripts/lib/render/rendered-objects";
import { fixtureRoot } from "../support/fixture-root";
import { Stacks } from "../support/stacks";

jest.setTimeout(900_000); // on a bare machine the checkers are built and installed first

const GPU_STACK = `config:
  homeport:environment: { platform: kubernetes, profile: standard, owner: ml-platform }
  homeport:pools:
    gpu: { gpuClass: a100-80gb, gpusPerNode: 8, gpuMemoryGiB: 79.25 }
  homeport:models:
    chat: { live: r1, ha: true, replicas: 2, releases: { r1: <id:1> } }
    code: { live: r1, replicas: 1, releases: { r1: <id:2> } }
  homeport:policies:
    app: { models: [chat], class: restricted }
    pub: { models: [code], class: public }
  homeport:monitoring:
    prometheus: cluster
    receivers: { oncall: { webhook: "https://events.example.com/homeport" } }
    alertTo: [oncall]
`;

const checksOf = (checker: string, findings: readonly Finding[]): string[] =>
  findings.filter((finding) => finding.checker === checker).map(({ check }) => check);

const stacks = new Stacks();

/** Rows that excused something in one of the two stacks below. */
const used = new Set<string>();
const keyOf = ({ checker, check, reason }: Pick<AcceptedRow, "checker" | "check" | "reason">): string =>
  [checker, check, reason].join();

describe("every rendered object of stack local", () => {
  let objects: RenderedObject[];
  let result: CheckResult;
  beforeAll(async () => {
    objects = (await renderStack("local")).objects;
    result = await checkObjects(objects, ACCEPTED);
    for (const row of result.accepted) used.add(keyOf(row));
    console.info(judgedTable(result));
  });

  it("passes all three checkers, the accepted rows aside", () => {
    expect(complaints(result)).toEqual([]);
  });

  it("was really judged: each pod spec by each checker, by as many rules as they have", () => {
    expect(result.expected.objects).toBe(objects.length);
    expect(result.expected.podSpecs).toBeGreaterThanOrEqual(3);
    expect(result.tallies.map(({ podSpecs }) => podSpecs)).toEqual(Array(3).fill(result.expected.podSpecs));
    const least = { "pod-security": 15, "kube-score": 15, checkov: 80 };
    for (const { checker, checks, objects: seen } of result.tallies) {
      expect(checks).toBeGreaterThanOrEqual(least[checker] * result.expected.podSpecs);
      expect(seen).toBeGreaterThan(result.expected.podSpecs);
    }
  });
});

it("a stack of GPU releases with two data classes, metrics and no keys for its store passes with the same rows", async () => {
  const root = fixtureRoot({ stack: GPU_STACK, releases: { chat: { r1: "1" }, code: { r1: "2" } } });
  const { objects } = await renderStack("fixture", { root });
  const result = await checkObjects(objects, ACCEPTED);
  expect(complaints(result)).toEqual([]);
  expect(result.tallies.map(({ podSpecs }) => podSpecs)).toEqual([7, 7, 7]);
  expect(checksOf("checkov", result.accepted)).not.toContain("CKV_K8S_35");
  for (const row of result.accepted) used.add(keyOf(row));
});

it("a first `up`, before any release is mirrored, passes with the same rows", async () => {
  const { objects } = await renderStack("dev");
  const result = await checkObjects(objects, ACCEPTED);
  expect(complaints(result)).toEqual([]);
  for (const row of result.accepted) used.add(keyOf(row));
});

it("every accepted row is needed, by one of the two or on AWS", async () => {
  const { objects } = await stacks.render("prod");
  const oneRegion = objects.filter(({ region }) => region === "us-east-1");
  for (const row of (await checkObjects(oneRegion, ACCEPTED)).accepted) used.add(keyOf(row));
  expect(ACCEPTED.filter((row) => !used.has(keyOf(row)))).toEqual([]);
});

describe("bad objects", () => {
  const bad: RenderedObject[] = [
    {
      region: "local",
      stage: "namespaces",
      path: "namespace-bad.yaml",
      object: { apiVersion: "v1", kind: "Namespace", metadata: { name: "bad" } },
    },
    {
      region: "local",
      stage: "releases",
      path: "deployment-bad.yaml",
      object: {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: {
          name: "bad",
          namespace: "bad",
          annotations: {
            "kube-score/ignore": "container-image-tag,container-resources",
            "checkov.io/skip1": "CKV_K8S_14=we trust it",
          },
        },
        spec: {
          selector: { matchLabels: { app: "bad" } },
          template: {
            metadata: { labels: { app: "bad" }, annotations: { "kube-score/ignore": "container-image-tag" } },
            spec: {
              hostNetwork: true,
              containers: [{ name: "engine", image: "engine:latest", securityContext: { runAsUser: 0 } }],
            },
          },
        },
      },
    },
    {
      region: "local",
      stage: "releases",
      path: "leaderworkerset-hidden.yaml",
      object: {
        apiVersion: "leaderworkerset.x-k8s.io/v1",
        kind: "LeaderWorkerSet",
        metadata: { name: "hidden", namespace: "bad" },
        spec: {
          leaderWorkerTemplate: { workerTemplate: { spec: { containers: [{ name: "a", image: "a:latest" }] } } },
        },
      },
    },
  ];
  let failed: Finding[];
  beforeAll(async () => {
    const result = await checkObjects(bad, []);
    failed = result.failed;
    expect(result.expected).toEqual({ objects: 3, podSpecs: 2 });
    expect(result.tallies.map(({ podSpecs }) => podSpecs)).toEqual([1, 1, 1]);
  });

  it("are reported by each checker, excuses of their own notwithstanding", () => {
    const ofBad = failed.filter(({ object }) => object === "Deployment bad/bad");
    expect(checksOf("pod-security", ofBad)).toEqual(
      expect.arrayContaining(["host namespaces", "runAsNonRoot != true", "runAsUser=0", "unrestricted capabilities"]),
    );
    expect(checksOf("kube-score", ofBad)).toEqual(
      expect.arrayContaining(["container-image-tag", "container-resources", "pod-networkpolicy"]),
    );
    expect(checksOf("checkov", ofBad)).toEqual(
      expect.arrayContaining(["CKV_K8S_11", "CKV_K8S_13", "CKV_K8S_14", "CKV_K8S_19", "CKV_K8S_23"]),
    );
  });

  it("are reported where a namespace does not enforce `restricted`", () => {
    expect(failed).toContainEqual(
      expect.objectContaining({
        check: "namespace-enforces-restricted",
        object: "Namespace bad",
        checker: "pod-security",
      }),
    );
  });

  it("are reported where a pod spec hides in a kind that the checkers do not know", () => {
    const ofHidden = failed.filter(({ check }) => check === "pod-spec-judged");
    expect(ofHidden.map(({ checker, object }) => [checker, object])).toEqual([
      ["pod-security", "LeaderWorkerSet bad/hidden"],
      ["kube-score", "LeaderWorkerSet bad/hidden"],
      ["checkov", "LeaderWorkerSet bad/hidden"],
    ]);
  });
});

it("regions are judged apart: the same names in two clusters are no duplicates", async () => {
  const { objects } = await renderStack("local");
  const two = ["us-east-1", "eu-west-1"].flatMap((region) => objects.map((rendered) => ({ ...rendered, region })));
  const result = await checkObjects(two, ACCEPTED);
  expect(complaints(result)).toEqual([]);
  expect(result.tallies.map(({ podSpecs }) => podSpecs)).toEqual(Array(3).fill(result.expected.podSpecs));
});

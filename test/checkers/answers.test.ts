import type { KubernetesObject } from "../../infra/core/kubernetes-object";
import { checkovOutcomes } from "../../scripts/lib/checkers/checkov";
import { kubeScoreOutcomes } from "../../scripts/lib/checkers/kube-score";
import { hasPodSpec } from "../../scripts/lib/checkers/pod-spec";

describe("kube-score's answers", () => {
  const check = (id: string, grade: number, comments: { path: string; summary: string }[] | null, skipped = false) => ({
    check: { id },
    grade,
    skipped,
    comments,
  });

  it("become one problem per comment, for warnings as for criticals, with the container's name", () => {
    const outcomes = kubeScoreOutcomes([
      {
        file_name: "/a.yaml",
        checks: [
          check("stable-version", 10, null),
          check("container-image-tag", 1, [{ path: "engine", summary: "Image with latest tag" }]),
          check("deployment-replicas", 5, [{ path: "", summary: "Deployment few replicas" }]),
          check("pod-probes", 1, null),
          check("container-seccomp-profile", 1, null, true),
        ],
      },
    ]);
    expect(outcomes).toEqual([
      { file: "/a.yaml", check: "stable-version", problems: [], ofPod: false },
      { file: "/a.yaml", check: "container-image-tag", problems: ["engine: Image with latest tag"], ofPod: true },
      { file: "/a.yaml", check: "deployment-replicas", problems: ["Deployment few replicas"], ofPod: false },
      { file: "/a.yaml", check: "pod-probes", problems: ["no reason given"], ofPod: false },
    ]);
  });
});

describe("checkov's answers", () => {
  const record = (check_id: string) => ({ check_id, check_name: `name of ${check_id}`, file_path: "/local/a.yaml" });
  const results = { passed_checks: [], failed_checks: [], skipped_checks: [], parsing_errors: [] };

  it("are read with the file they are about, and an excuse by annotation is a problem", () => {
    const outcomes = checkovOutcomes(
      {
        results: {
          ...results,
          passed_checks: [record("CKV_K8S_14")],
          failed_checks: [record("CKV_K8S_11")],
          skipped_checks: [record("CKV_K8S_40")],
        },
      },
      "/tmp/x",
    );
    expect(outcomes).toEqual([
      { file: "/tmp/x/local/a.yaml", check: "CKV_K8S_14", problems: [], ofPod: true },
      { file: "/tmp/x/local/a.yaml", check: "CKV_K8S_11", problems: ["name of CKV_K8S_11"], ofPod: false },
      {
        file: "/tmp/x/local/a.yaml",
        check: "CKV_K8S_40",
        problems: ["skipped by an annotation: name of CKV_K8S_40"],
        ofPod: false,
      },
    ]);
  });

  it("about nothing are no outcomes, which leaves every pod spec unjudged", () => {
    expect(checkovOutcomes({}, "/tmp/x")).toEqual([]);
  });

  it("with a file that it could not read are an error", () => {
    expect(() => checkovOutcomes({ results: { ...results, parsing_errors: ["/a.yaml"] } }, "/tmp/x")).toThrow(
      /a\.yaml/,
    );
  });
});

describe("a pod spec", () => {
  const pod = { containers: [{ name: "engine", image: "vllm/vllm-openai:latest" }] };
  const object = (spec: unknown): KubernetesObject => ({
    apiVersion: "v1",
    kind: "Any",
    metadata: { name: "a" },
    spec,
  });

  it.each([
    ["a Pod", pod],
    ["a Deployment", { template: { spec: pod } }],
    ["a CronJob", { jobTemplate: { spec: { template: { spec: pod } } } }],
    ["a LeaderWorkerSet", { leaderWorkerTemplate: { workerTemplate: { spec: pod } } }],
    ["a RayService", { rayClusterConfig: { workerGroupSpecs: [{ template: { spec: pod } }] } }],
  ])("is found in %s", (_, spec) => {
    expect(hasPodSpec(object(spec))).toBe(true);
  });

  it("is not seen where there is none", () => {
    expect(hasPodSpec(object({ containers: [] }))).toBe(false);
    expect(hasPodSpec(object({ provider: { envoyDeployment: { container: { image: "envoy" } } } }))).toBe(false);
    expect(hasPodSpec({ apiVersion: "v1", kind: "Namespace", metadata: { name: "a" } })).toBe(false);
  });
});

import { parseConfig } from "../../infra/config/parse";
import type { ModelConfig, StackConfig } from "../../infra/config/schema";
import { GuardConfig, WaitWeightsConfig } from "../../infra/core/agent-config";
import { releasesIn } from "../../infra/values/running-releases";
import { type VllmValues, vllmValues } from "../../infra/values/vllm";
import { tinyId, tinyRelease } from "../support/fixture-root";

const AGENT = `registry.example.com/agent@sha256:${"a".repeat(64)}`;

function valuesFor(model: object, pools: object = { cpu: { gpuClass: "cpu" } }, environment: object = {}): VllmValues {
  const { config, problems } = parseConfig({
    name: "test",
    sealed: new Set(),
    sections: {
      environment: { platform: "kubernetes", owner: "ml", ...environment },
      pools,
      models: { chat: { live: "r1", releases: { r1: tinyId("1") }, ...model } },
    },
  });
  expect(problems).toEqual([]);
  const stack = config as StackConfig;
  const file = {
    id: tinyId("1"),
    content: tinyRelease("1"),
    pinned: { at: "", by: "" },
    mirrored: { "test/local": "2026-11-22" },
  };
  const release = releasesIn({ environment: "test", region: "local" }, stack, "chat", { chat: { r1: file } })
    .running[0]!;
  return vllmValues(stack, release, AGENT);
}

describe("values of a release variant", () => {
  it("keep the engine on loopback, offline, silent and drained as long as a stream may last", () => {
    const { engine } = valuesFor({ drain: { propagationSeconds: 5, streamSeconds: 33 }, maxInFlight: 17 });
    expect(engine.arguments[0]).toBe("/model");
    expect(engine.arguments).toEqual(
      expect.arrayContaining([
        "--host=127.0.0.1",
        "--port=8000",
        "--disable-fastapi-docs",
        "--shutdown-timeout=33",
        "--max-num-queued-reqs=17",
        "--dtype=float32",
      ]),
    );
    expect(engine.environment).toMatchObject({
      HF_HUB_OFFLINE: "1",
      TRANSFORMERS_OFFLINE: "1",
      VLLM_NO_USAGE_STATS: "1",
      DO_NOT_TRACK: "1",
      VLLM_PLUGINS: "",
      HOME: "/tmp",
    });
  });

  it("leave the kubelet more time than drain and streams need, whatever they are", () => {
    for (const drain of [
      { propagationSeconds: 1, streamSeconds: 1 },
      { propagationSeconds: 20, streamSeconds: 7200 },
    ]) {
      const { graceSeconds } = valuesFor({ drain });
      expect(graceSeconds).toBeGreaterThan(drain.propagationSeconds + drain.streamSeconds);
    }
  });

  it("allow the whole cold start before the startup probe gives up, and a rollout longer than that", () => {
    const { startup } = valuesFor({ startupSeconds: 1800 });
    expect(startup.periodSeconds * startup.failureThreshold).toBeGreaterThanOrEqual(1800);
    expect(startup.progressDeadlineSeconds).toBeGreaterThan(1800);
    expect(valuesFor({ startupSeconds: 10 }).startup.progressDeadlineSeconds).toBe(600);
  });

  it("ask for GPUs by the variant that the pool fits", () => {
    const onGpu = valuesFor({}, { gpu: { gpuClass: "a100-80gb", gpusPerNode: 8, gpuMemoryGiB: 80 } });
    expect([onGpu.release.variant, onGpu.engine.gpus, onGpu.engine.runtimeClaim]).toEqual(["a100x2", 2, ""]);
    const onCpu = valuesFor({});
    expect([onCpu.release.variant, onCpu.engine.gpus, onCpu.tolerations]).toEqual(["cpu", 0, []]);
  });

  it("tell guard and init container what they parse", () => {
    const { agent } = valuesFor({ limits: { bodyKiB: 64, maxTokens: 100 } });
    expect(GuardConfig.parse(JSON.parse(agent.guard))).toMatchObject({
      model: "chat",
      releaseName: "r1",
      releaseId: tinyId("1"),
      limits: { bodyBytes: 65_536, maxTokens: 100, maxModelLen: 2048 },
    });
    expect(WaitWeightsConfig.parse(JSON.parse(agent.waitWeights))).toEqual({
      root: "/weights",
      releaseId: tinyId("1"),
      timeoutSeconds: 900,
    });
  });

  it("keep the guard's memory where it is whatever comes at once, unless a single body needs more", () => {
    const of = (settings: object) => {
      const { agent } = valuesFor(settings);
      return [agent.memory, GuardConfig.parse(JSON.parse(agent.guard)).limits.bufferBytes];
    };
    const budget = 96 * 2 ** 20;
    expect(of({})).toEqual(["512Mi", budget]);
    expect(of({ maxInFlight: 10_000, limits: { bodyKiB: 10_240 } })).toEqual(["512Mi", budget]);
    expect(of({ limits: { bodyKiB: 102_400 } })).toEqual(["928Mi", budget]);
  });

  it("never depend on a pointer, so that a rollback restarts nothing", () => {
    const settings: Partial<ModelConfig> = { withdrawn: { r9: "bad" }, generation: 12 };
    expect(valuesFor(settings)).toEqual(valuesFor({}));
  });
});

describe("where the pods run", () => {
  const placed = (platform: object, pool: object, environment: object = {}) => {
    const { nodeSelector, capacity } = valuesFor({ pool: "gpu" }, { gpu: { ...platform, ...pool } }, environment);
    return { nodeSelector, capacity };
  };
  const onAws = { platform: "aws", account: "123456789012" };

  it("is said by the pool's labels on any cluster, and by its name on AWS", () => {
    const labels = { "example.com/pool": "gpu" };
    const measured = { gpuClass: "a100-80gb", gpusPerNode: 8, gpuMemoryGiB: 79.25 };
    expect(placed(measured, { nodeSelector: labels })).toEqual({ nodeSelector: labels, capacity: [] });
    expect(placed({ instanceType: "p4de.24xlarge" }, {}, onAws)).toEqual({
      nodeSelector: { "homeport.dev/pool": "gpu" },
      capacity: [],
    });
  });

  it("may take as long on AWS as the autoscaler waits for a node, on top of the cold start", () => {
    const pools = { gpu: { instanceType: "p4de.24xlarge" } };
    const { startup } = valuesFor({ startupSeconds: 900 }, pools, onAws);
    expect(startup.progressDeadlineSeconds).toBe(20 * 60 + 900 + 120);
  });

  it("prefers nodes of the best way to get them, where there are several", () => {
    const capacity = ["reservation", "on-demand", "spot"];
    expect(placed({ instanceType: "p4de.24xlarge" }, { capacity }, onAws).capacity).toEqual(capacity);
  });
});

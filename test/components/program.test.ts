import { Evaluator } from "../../scripts/lib/render/evaluate-program";
import type { RenderedStack } from "../../scripts/lib/render/render";
import { renderStack } from "../../scripts/lib/render/render";
import { renderedFiles, toYaml } from "../../scripts/lib/render/write";
import { fixtureRoot, writeFixture } from "../support/fixture-root";
import { expectGolden } from "../support/golden";
import { Plan } from "../support/plan";

/** Proves what the program asks for, on mocks; not that a cluster accepts it (validate) or that it works (e2e). */

const HEAD = `config:
  homeport:environment: { platform: kubernetes, profile: development, owner: ml-platform }
  homeport:pools:
    cpu: { gpuClass: cpu }
    gpu: { gpuClass: a100-80gb, gpusPerNode: 8, gpuMemoryGiB: 80, nodeSelector: { example.com/pool: gpu } }
  homeport:weights:
    endpoint: http://10.0.0.5:7070
    pathStyle: true
    accessKeyId: homeport
    secretAccessKey: { secure: v1:AAAA:canary-ciphertext }
    nodePath: /var/lib/homeport
    cacheGiB: 20
  homeport:policies:
    app: { models: [chat], class: internal, clients: { web: {}, batch: { key: { secure: v1:AAAA:canary-key } } } }
    clinic: { models: [chat], class: restricted }
`;
const chat = (pointers: string) => `  homeport:models:
    chat:
      ${pointers.split("\n").join("\n      ")}
      pool: cpu
      replicasOf: { r42: 2 }
      releases: { r41: <id:1>, r42: <id:2> }
`;
const GPU_MODEL = `    code:
      live: r1
      pool: gpu
      releases: { r1: <id:3> }
`;
const releases = { chat: { r41: "1", r42: "2" }, code: { r1: "3" } };
const LIVE_R42 = "live: r42\nprevious: [r41]\ngeneration: 7";

jest.setTimeout(120_000); // the first render starts a process

let base: RenderedStack;
let plan: Plan;

const root = fixtureRoot({ stack: HEAD + chat(LIVE_R42), releases });
const evaluator = new Evaluator(root);
afterAll(() => evaluator.close());

function render(stack: string, { preview, mirrored }: { preview?: boolean; mirrored?: string[] } = {}) {
  writeFixture(root, { stack, releases, mirrored });
  return renderStack("fixture", { root, preview, evaluate: (request) => evaluator.evaluate(request) });
}

beforeAll(async () => {
  base = await render(HEAD + chat(LIVE_R42));
  plan = new Plan(base.plan);
});

describe("the program", () => {
  it("asks for exactly these resources, by names that survive everything but a rename", () => {
    expect(plan.counts()).toMatchObject({
      "homeport:kubernetes:RegionCell": 1,
      "kubernetes:apps/v1:Deployment": 2,
      "kubernetes:apps/v1:DaemonSet": 1,
      "kubernetes:core/v1:Secret": 4,
      "kubernetes:core/v1:Namespace": 4,
      "kubernetes:gateway.networking.k8s.io/v1:Gateway": 2,
      "kubernetes:gateway.networking.k8s.io/v1:HTTPRoute": 4,
      "kubernetes:gateway.envoyproxy.io/v1alpha1:SecurityPolicy": 4,
      "kubernetes:helm.sh/v3:Release": 1,
      "random:index/randomPassword:RandomPassword": 2,
    });
    expect(new Set(plan.urns()).size).toBe(plan.resources.length);
    expectGolden("urns.txt", `${plan.urns().join("\n")}\n`);
  });

  it("renders exactly these objects", () => {
    const text = base.objects.map(({ path, object }) => `# ${path}\n${toYaml(object)}`).join("---\n");
    expectGolden("objects.yaml", text);
  });

  it("writes the same bytes twice, and the same resources in preview as in update", async () => {
    const again = await renderStack("fixture", { root }); // in a process of its own
    const preview = await render(HEAD + chat(LIVE_R42), { preview: true });
    expect([...renderedFiles(again)]).toEqual([...renderedFiles(base)]);
    expect(new Plan(preview.plan).urns()).toEqual(plan.urns());
    expect(preview.objects.map(({ path }) => path)).toEqual(base.objects.map(({ path }) => path));
  });

  it("gives every object of the cell the cell's provider and a place below the cell", () => {
    const objects = base.plan.filter(({ type }) => type.startsWith("kubernetes:"));
    for (const { urn, provider, parent } of objects) {
      expect([urn, provider]).toEqual([urn, expect.stringMatching(/pulumi:providers:kubernetes::local$/)]);
      expect(parent).toMatch(/homeport:kubernetes:/);
    }
  });

  it("lets a route wait for its key policy, its keys and the live release, never for a previous one", () => {
    const route = plan.only("kubernetes:gateway.networking.k8s.io/v1:HTTPRoute", "app-chat");
    const live = plan.resources.filter(({ type, inputs }) => type.endsWith(":Deployment") && isRelease(inputs, "r42"));
    const previous = plan.resources.filter(
      ({ type, inputs }) => type.endsWith(":Deployment") && isRelease(inputs, "r41"),
    );
    expect(route.dependencies).toEqual(
      expect.arrayContaining([
        live[0]?.urn,
        plan.only("kubernetes:gateway.envoyproxy.io/v1alpha1:SecurityPolicy", "/app-chat").urn,
        plan.only("kubernetes:core/v1:Secret", "/app-keys").urn,
      ]),
    );
    expect(route.dependencies).not.toContain(previous[0]?.urn);
  });

  it("sets up what comes first first: namespaces, Envoy Gateway, EnvoyProxy, GatewayClass, Gateway", () => {
    const order = [
      plan.only("kubernetes:core/v1:Namespace", "homeport-edge"),
      plan.only("kubernetes:helm.sh/v3:Release"),
      plan.only("kubernetes:gateway.envoyproxy.io/v1alpha1:EnvoyProxy", "homeport-internal"),
      plan.only("kubernetes:gateway.networking.k8s.io/v1:GatewayClass"),
      plan.only("kubernetes:gateway.networking.k8s.io/v1:Gateway", "homeport-internal"),
    ];
    for (const [i, later] of order.slice(1).entries()) expect(later.dependencies).toContain(order[i]?.urn);
  });

  it("shows secrets as placeholders only, generated ones and given ones", () => {
    expect(plan.only("kubernetes:core/v1:Secret", "/app-keys").inputs.stringData).toEqual({
      batch: placeholder("policies.app.clients.batch.key"),
      web: placeholder("policies.app.clients.web.key"),
    });
    expect(JSON.stringify([...renderedFiles(base)])).not.toContain("canary");
  });
});

const placeholder = (path: string): string => `\${secret:${path}}`;

const isRelease = (inputs: Record<string, unknown>, name: string): boolean =>
  (inputs as { metadata: { annotations: Record<string, string> } }).metadata.annotations[
    "homeport.dev/release-name"
  ] === name;

describe("changes of the stack file", () => {
  it("a promote or rollback changes the routes and nothing else", async () => {
    const back = new Plan((await render(HEAD + chat("live: r41\nprevious: [r42]\ngeneration: 8"))).plan);
    expect(plan.urns()).toEqual(back.urns());
    expect(plan.changedTo(back)).toEqual([
      "kubernetes:gateway.networking.k8s.io/v1:HTTPRoute local/homeport-models/app-chat",
      "kubernetes:gateway.networking.k8s.io/v1:HTTPRoute local/homeport-models/clinic-chat",
    ]);
  });

  it("a model added is only additions, and one more release for the node cache to hold", async () => {
    const grown = new Plan((await render(HEAD + chat(LIVE_R42) + GPU_MODEL)).plan);
    expect(grown.urns()).toEqual(expect.arrayContaining(plan.urns()));
    expect(grown.resources.length - plan.resources.length).toBe(7);
    expect(plan.changedTo(grown)).toEqual(["kubernetes:apps/v1:DaemonSet local/homeport-node/node-cache"]);
    const pod = podOf(grown.only("kubernetes:apps/v1:Deployment", "-a100x2").inputs);
    expect(pod.nodeSelector).toEqual({ "example.com/pool": "gpu" });
    expect(pod.tolerations).toEqual([{ key: "nvidia.com/gpu", operator: "Exists", effect: "NoSchedule" }]);
    expect(pod.containers[0]?.resources.limits["nvidia.com/gpu"]).toBe(2);
    expect(pod.containers[0]?.args).toContain("--tensor-parallel-size=2");
  });

  it("a release that no bucket of the region holds is left out with one warning that names the command", async () => {
    const empty = await render(HEAD + chat(LIVE_R42), { mirrored: ["eu-central-1"] });
    expect(new Plan(empty.plan).counts()["kubernetes:apps/v1:Deployment"]).toBeUndefined();
    const routes = empty.objects.filter(({ object }) => object.kind === "HTTPRoute");
    expect(routes.map(({ object }) => object.metadata.name)).toEqual([
      "homeport-internal-closed",
      "homeport-restricted-closed",
    ]);
    expect(empty.warnings.filter((text) => text.includes("mirror"))).toEqual([
      "not mirrored yet, so left out: chat r41 (local), chat r42 (local); run 'homeport weights mirror chat r41 --stack fixture && homeport weights mirror chat r42 --stack fixture'",
    ]);
  });
});

const podOf = (inputs: Record<string, unknown>) =>
  (inputs as { spec: { template: { spec: PodSpec } } }).spec.template.spec;

interface PodSpec {
  nodeSelector?: Record<string, string>;
  tolerations?: unknown[];
  containers: { args: string[]; resources: { limits: Record<string, unknown> } }[];
}

import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { parse } from "yaml";
import { helmTemplate } from "../../infra/core/helm-template";
import type { KubernetesObject } from "../../infra/core/kubernetes-object";
import { keysSecretName, NAMESPACES, releaseName } from "../../infra/core/names";
import { gatewayValues } from "../../infra/values/gateway";
import { releasesIn } from "../../infra/values/running-releases";
import { promote } from "../../scripts/commands/promote";
import { rollback } from "../../scripts/commands/rollback";
import { kubectl } from "../../scripts/lib/kubectl";
import { realWorld } from "../../scripts/lib/releases/command";
import { modelRoutes } from "../../scripts/lib/releases/model-routes";
import { loadStackText } from "../../scripts/lib/releases/stack-text";
import { stackPaths } from "../../scripts/lib/stack-paths";
import { fixtureRoot, tinyId } from "../support/fixture-root";
import { applyObjects, CHECKOUT, kubectl as onCluster, places } from "../support/local-platform";
import { standIn } from "../support/stand-in";

/**
 * Promote and rollback against the local platform's real API server, admission policy, Envoy Gateway and Envoy, with a
 * model of its own beside the deployed ones. Its engines are stand-ins: what is proved here is the route.
 */

const KUBECONFIG = places.kubeconfig;
const MODEL = "verbs";
const KEY = "sk-verbs-0123456789";
const STACK = `config:
  homeport:environment: { platform: kubernetes, profile: development, owner: e2e }
  homeport:pools: { cpu: { gpuClass: cpu } }
  homeport:models:
    verbs: # beside the real ones
      live: r1
      candidate: { release: r2, step: staged }
      releases: { r1: <id:1>, r2: <id:2> }
  homeport:policies:
    verbs: { models: [verbs], class: internal }
`;

const root = fixtureRoot({ stack: STACK, releases: { [MODEL]: { r1: "1", r2: "2" } } });
const paths = stackPaths("fixture", root);
const options = { stack: "fixture", context: [], kubeconfig: KUBECONFIG, json: true };
const world = { ...realWorld, root };
const text = (): string => readFileSync(paths.stack, "utf8");
const pointers = () => parse(text()).config["homeport:models"][MODEL];
const loaded = () => loadStackText(paths, text()).stack;
const serviceOf = (seed: string): string => releaseName(MODEL, tinyId(seed), "cpu");

/** The whole render of the model's gateway: policies before routes. */
function applyGateway(): void {
  const { config, releases } = loaded();
  const objects = helmTemplate(
    "gateway",
    gatewayValues(
      "local",
      config,
      MODEL,
      releasesIn({ environment: "fixture", region: "local" }, config, MODEL, releases).running,
    ),
  );
  const isRoute = ({ kind }: KubernetesObject) => kind === "HTTPRoute";
  applyObjects([...objects.filter((o) => !isRoute(o)), ...objects.filter(isRoute)]);
}

const secret: KubernetesObject = {
  apiVersion: "v1",
  kind: "Secret",
  metadata: { name: keysSecretName("verbs"), namespace: NAMESPACES.models, labels: { "homeport.dev/model": MODEL } },
  stringData: { default: KEY },
};

/** Runs JavaScript that has the verbs in a process of its own, as the command line does. */
function inProcess(code: string): SpawnSyncReturns<string> {
  const script = `
    require("tsx/cjs");
    const { promote } = require("./scripts/commands/promote.ts");
    const { rollback } = require("./scripts/commands/rollback.ts");
    const { realWorld } = require("./scripts/lib/releases/command.ts");
    const { kubectl } = require("./scripts/lib/kubectl.ts");
    const root = process.env.E2E_ROOT;
    const options = ${JSON.stringify(options)};
    const real = kubectl(options);
    ${code}`;
  const env = { ...process.env, E2E_ROOT: root };
  return spawnSync(process.execPath, ["-e", script], { cwd: CHECKOUT, env, encoding: "utf8" });
}

let address: string;

async function ask(): Promise<string> {
  const body = JSON.stringify({ model: MODEL, messages: [{ role: "user", content: "hello" }] });
  const headers = { "x-api-key": KEY, "content-type": "application/json" };
  const answer = await fetch(`http://${address}/p/verbs/m/verbs/v1/chat/completions`, {
    method: "POST",
    headers,
    body,
  });
  return answer.ok ? ((await answer.json()) as { release: string }).release : `status ${answer.status}`;
}

async function answeredBy(release: string, seconds = 10): Promise<void> {
  const until = Date.now() + seconds * 1000;
  let last = await ask();
  while (last !== release && Date.now() < until) {
    await new Promise((done) => setTimeout(done, 100));
    last = await ask();
  }
  expect(last).toBe(release);
}

/** Asks 100 times a second while `work` runs; gives back every answer. */
async function answersDuring(work: () => Promise<unknown>): Promise<string[]> {
  const answers: Promise<string>[] = [];
  const timer = setInterval(() => answers.push(ask()), 50);
  try {
    await work();
  } finally {
    clearInterval(timer);
  }
  return Promise.all(answers);
}

beforeAll(async () => {
  const service = JSON.parse(
    onCluster("get", "service", "--namespace", NAMESPACES.envoyGateway, "homeport-internal", "--output", "json"),
  );
  address = `${service.spec.clusterIP}:${service.spec.ports[0].port}`;
  const nodes = JSON.parse(onCluster("get", "nodes", "--output", "json"));
  const images: string[] = nodes.items[0].status.images.flatMap(({ names }: { names: string[] }) => names);
  const image = images.find((name) => /\/agent@sha256:/.test(name))!;
  applyObjects([
    secret,
    ...standIn(serviceOf("1"), MODEL, "r1", image),
    ...standIn(serviceOf("2"), MODEL, "r2", image),
  ]);
  onCluster(
    "wait",
    "--namespace",
    NAMESPACES.models,
    "--for=condition=Available",
    "--timeout=120s",
    "deployment",
    "--selector",
    `homeport.dev/model=${MODEL}`,
  );
  applyGateway();
  await answeredBy("r1", 60);
  jest.spyOn(process.stdout, "write").mockReturnValue(true);
}, 240_000);

afterAll(() => {
  jest.restoreAllMocks();
  const kinds =
    "httproutes,securitypolicies.gateway.envoyproxy.io,backendtrafficpolicies.gateway.envoyproxy.io,deployments,services,secrets";
  onCluster(
    "delete",
    kinds,
    "--namespace",
    NAMESPACES.models,
    "--selector",
    `homeport.dev/model=${MODEL}`,
    "--wait=false",
  );
  rmSync(root, { recursive: true, force: true });
}, 60_000);

describe("promote and rollback on a real cluster", () => {
  it("promotes, rolls back, applies the whole render and promotes again: no conflict, no lost request", async () => {
    const began = Date.now();
    const answers = await answersDuring(async () => {
      expect(await promote(MODEL, "r2", options, world)).toBe(0);
      await answeredBy("r2");
      expect(await rollback(MODEL, { ...options, reason: "e2e" }, world)).toBe(0);
      await answeredBy("r1");
      applyGateway();
      expect(await promote(MODEL, "r2", { ...options, reinstate: true }, world)).toBe(0);
      await answeredBy("r2");
    });
    expect(new Set(answers)).toEqual(new Set(["r1", "r2"]));
    expect(answers.length).toBeGreaterThan(((Date.now() - began) / 1000) * 5); // the load was really there
    expect(pointers()).toMatchObject({ live: "r2", previous: ["r1"], generation: 4 });
    const managers = JSON.parse(
      onCluster(
        "get",
        "httproute",
        "--namespace",
        NAMESPACES.models,
        "verbs-verbs",
        "--output",
        "json",
        "--show-managed-fields",
      ),
    );
    const owners = managers.metadata.managedFields.filter((f: { subresource?: string }) => f.subresource === undefined);
    expect(owners.map((f: { manager: string }) => f.manager)).toEqual(["homeport"]);
  }, 120_000);

  it("never answers by the rule that keeps clusters alive, whatever a client sends", async () => {
    const headers = { "x-api-key": KEY, "x-homeport-keep-clusters": "true" };
    const models = `http://${address}/p/verbs/m/verbs/v1/models`;
    const answers = await Promise.all(
      Array.from(
        { length: 30 },
        async () => ((await (await fetch(models, { headers })).json()) as { release: string }).release,
      ),
    );
    expect(new Set(answers)).toEqual(new Set(["r2"]));
  });

  it("refuses the old stack file's routes after a rollback, with the sentence; the good release keeps answering", async () => {
    const old = modelRoutes(loaded(), "local", MODEL);
    expect(await rollback(MODEL, { ...options, reason: "e2e" }, world)).toBe(0);
    await answeredBy("r1");
    const answers = await answersDuring(async () => {
      await expect(kubectl({ kubeconfig: KUBECONFIG }).apply(old)).rejects.toThrow(
        "rolled back since (route verbs-verbs is at generation 5, this is 4); git pull or homeport promote",
      );
      await new Promise((done) => setTimeout(done, 1_000));
    });
    expect(new Set(answers)).toEqual(new Set(["r1"]));
  }, 60_000);

  it("refuses to act from the old stack file", async () => {
    const now = text();
    writeFileSync(paths.stack, now.replace("generation: 5", "generation: 4"));
    await expect(promote(MODEL, "r2", { ...options, reinstate: true }, world)).rejects.toThrow(
      "git pull or homeport promote",
    );
    writeFileSync(paths.stack, now);
    await answeredBy("r1");
  });

  it("has the old release answering within 5 s of the command", async () => {
    const before = pointers().generation;
    expect(await promote(MODEL, "r2", { ...options, reinstate: true }, world)).toBe(0);
    await answeredBy("r2");
    const done = inProcess(`rollback("${MODEL}", { ...options, reason: "e2e" }, { ...realWorld, root });`);
    const [region] = JSON.parse(done.stdout).regions;
    process.stderr.write(
      `rollback: route stored after ${region.storedAfter} s, data plane ${region.dataPlaneAfter} s\n`,
    );
    expect(region).toMatchObject({ outcome: "flipped" });
    expect(region.dataPlaneAfter).toBeLessThan(5); // from the start of the process
    expect(pointers().generation).toBe(before + 2);
    await answeredBy("r1");
  }, 60_000);

  it("lets running streams finish on the release that started them", async () => {
    const stream = async (): Promise<string> => {
      const body = JSON.stringify({ model: MODEL, slow: 4 });
      const headers = { "x-api-key": KEY, "content-type": "application/json" };
      const url = `http://${address}/p/verbs/m/verbs/v1/chat/completions`;
      return (await fetch(url, { method: "POST", headers, body })).text();
    };
    const streams = Array.from({ length: 20 }, stream);
    await new Promise((done) => setTimeout(done, 1_000));
    expect(await promote(MODEL, "r2", { ...options, reinstate: true }, world)).toBe(0);
    await answeredBy("r2", 2); // while the streams still run
    for (const text of await Promise.all(streams))
      expect(text).toMatch(/data: 0\n\ndata: 1\n\ndata: 2\n\ndata: 3\n\ndata: \[DONE\]/);
    expect(await rollback(MODEL, { ...options, reason: "e2e" }, world)).toBe(0);
    await answeredBy("r1");
  }, 60_000);

  it("is finished by the same command after kill -9 between the route and the stack file", async () => {
    const before = pointers().generation;
    const died = inProcess(`
      const apply = async (objects) => { await real.apply(objects); process.kill(process.pid, "SIGKILL"); };
      promote("${MODEL}", "r2", { ...options, reinstate: true }, { ...realWorld, root, clusters: { local: { ...real, apply } } });`);
    expect(died.signal).toBe("SIGKILL");
    await answeredBy("r2");
    expect(pointers().live).toBe("r1");
    expect(await promote(MODEL, "r2", { ...options, reinstate: true }, world)).toBe(0);
    expect(pointers()).toMatchObject({ live: "r2", previous: ["r1"], generation: before + 1 });
    await answeredBy("r2");
  }, 60_000);
});

import { request } from "node:http";
import { helmTemplate } from "../../infra/core/helm-template";
import type { KubernetesObject } from "../../infra/core/kubernetes-object";
import { NAMESPACES } from "../../infra/core/names";
import type { GatewayValues } from "../../infra/values/gateway";
import { poll } from "../../scripts/local/command";
import { applyObjects, inModels, kubectl } from "../support/local-platform";
import { standIn } from "../support/stand-in";

/**
 * What the rendered gateway objects do in the local platform's real Envoy Gateway and Envoy: keys, paths, headers, sizes,
 * time, and what is left when a policy is taken away. The engine is a stand-in that echoes; the platform must be up.
 */
jest.setTimeout(240_000);

const MODEL = "gate";
const KEYS = { gate: "sk-gate-0123456789", other: "sk-other-0123456789" };
const SERVICE = "gate-stand-in";
const READY = "/homeport/ready/gate";
const FAR = "/homeport/ready/far";

const values: GatewayValues = {
  namespace: NAMESPACES.models,
  edgeNamespace: NAMESPACES.edge,
  model: MODEL,
  generation: 1,
  backends: [{ release: "r1", service: SERVICE, weight: 100 }],
  servePort: 8080,
  policies: (["gate", "other"] as const).map((name) => ({
    name,
    route: `${name}-${MODEL}`,
    gateway: "homeport-internal",
    keysSecret: `${name}-keys`,
    prefixes: [`/p/${name}/m/${MODEL}/v1`, `/p/${name}/v1`],
    hostnames: [],
  })),
  readiness: [
    // As load balancers ask: from anywhere, and from a network that nobody here is in.
    { route: "gate.ready.internal", gateway: "homeport-internal", path: READY, cidrs: ["0.0.0.0/0"] },
    { route: "far.ready.internal", gateway: "homeport-internal", path: FAR, cidrs: ["192.0.2.0/24"] },
  ],
  limits: { bodyKiB: 64 },
  owner: "e2e",
};

const labels = { "homeport.dev/model": MODEL };
const keySecret = (policy: keyof typeof KEYS): KubernetesObject => ({
  apiVersion: "v1",
  kind: "Secret",
  metadata: { name: `${policy}-keys`, namespace: NAMESPACES.models, labels },
  stringData: { web: KEYS[policy] },
});

interface Answer {
  status: number;
  body: string;
  seconds: number;
}

let host: string;
let port: number;

/** A plain HTTP request: fetch would tidy the path and refuse some headers, which is what is tested here. */
function ask(path: string, { method = "POST", headers = {}, body = "{}" }: AskOptions = {}): Promise<Answer> {
  const start = Date.now();
  const withBody = method === "POST" ? { "content-length": Buffer.byteLength(body) } : {};
  return new Promise((answer, fail) => {
    const sent = request({ host, port, path, method, headers: { ...headers, ...withBody } }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk;
      });
      response.on("close", () =>
        answer({ status: response.statusCode ?? 0, body: text, seconds: (Date.now() - start) / 1000 }),
      );
    });
    sent.on("error", fail);
    sent.end(method === "POST" ? body : undefined);
  });
}
interface AskOptions {
  method?: string;
  headers?: Record<string, string>;
  body?: string;
}

const CHAT = "/p/gate/m/gate/v1/chat/completions";
const withKey = { authorization: `Bearer ${KEYS.gate}` };
const status = async (path: string, options?: AskOptions): Promise<number> => (await ask(path, options)).status;

const until = (holds: () => Promise<boolean>) => poll(async () => ((await holds()) ? true : undefined), 60_000, 100);

beforeAll(async () => {
  const service = JSON.parse(
    kubectl("get", "service", "homeport-internal", "--namespace", NAMESPACES.envoyGateway, "--output=json"),
  );
  host = service.spec.clusterIP;
  port = service.spec.ports[0].port;
  const nodes = JSON.parse(kubectl("get", "nodes", "--output=json"));
  const images: string[] = nodes.items[0].status.images.flatMap(({ names }: { names: string[] }) => names);
  const image = images.find((name) => /\/agent@sha256:/.test(name));
  applyObjects([keySecret("gate"), keySecret("other"), ...standIn(SERVICE, MODEL, "r1", image ?? "")]);
  inModels("wait", "--for=condition=Available", "--timeout=120s", `deployment/${SERVICE}`);
  const objects = helmTemplate("gateway", values);
  applyObjects(objects.filter(({ kind }) => kind !== "HTTPRoute"));
  applyObjects(objects.filter(({ kind }) => kind === "HTTPRoute"));
  expect(await until(async () => (await status(CHAT, { headers: withKey })) === 200)).toBe(true);
});

afterAll(() => {
  const kinds = "httproutes,securitypolicies,backendtrafficpolicies,deployments,services,secrets";
  inModels("delete", kinds, "--selector", `homeport.dev/model=${MODEL}`, "--wait=false");
});

describe("a policy's route", () => {
  it("answers its own keys only, as a bearer token or as x-api-key", async () => {
    expect(await status(CHAT, { headers: withKey })).toBe(200);
    expect(await status(CHAT, { headers: { "x-api-key": KEYS.gate } })).toBe(200);
    expect(await status("/p/gate/v1/chat/completions", { headers: withKey })).toBe(200);
    expect(await status(CHAT)).toBe(401);
    expect(await status(CHAT, { headers: { authorization: "Bearer sk-wrong" } })).toBe(401);
    expect(await status(CHAT, { headers: { authorization: `Bearer ${KEYS.other}` } })).toBe(401);
    expect(await status("/p/other/v1/chat/completions", { headers: withKey })).toBe(401);
    expect(await status("/p/other/v1/chat/completions", { headers: { "x-api-key": KEYS.other } })).toBe(200);
  });

  it("tells the engine who called and by which policy, whatever the client calls itself, and keeps the key", async () => {
    const headers = {
      ...withKey,
      "x-homeport-client": "somebody-else",
      "x-homeport-policy": "other",
      "x-homeport-release": "r9",
      "X-Homeport-Anything": "1",
    };
    const { url, headers: seen } = JSON.parse((await ask(CHAT, { headers })).body);
    expect(url).toBe("/v1/chat/completions");
    const ours = Object.keys(seen).filter((name) => name.startsWith("x-homeport-"));
    expect(ours.sort()).toEqual(["x-homeport-client", "x-homeport-policy"]);
    expect([seen["x-homeport-client"], seen["x-homeport-policy"]]).toEqual(["web", "gate"]);
    expect(JSON.stringify(seen)).not.toContain(KEYS.gate);
  });

  it("knows three paths with their methods and no other, however they are written", async () => {
    expect(await status("/p/gate/v1/models", { method: "GET", headers: withKey })).toBe(200);
    expect(await status("/p/gate/v1/completions", { headers: withKey })).toBe(200);
    const unknown = [
      ["GET", CHAT],
      ["POST", `${CHAT}/`],
      ["POST", `${CHAT};x`],
      ["POST", CHAT.toUpperCase()],
      ["POST", "/p/gate/v1/../v1/embeddings"],
      ...["metrics", "health", "version", "tokenize", "invocations", "openapi.json", "docs", "ping"].flatMap((path) => [
        ["GET", `/${path}`],
        ["GET", `/p/gate/v1/${path}`],
        ["POST", `/p/gate/m/gate/v1/${path}`],
      ]),
      ...["embeddings", "responses", "load_lora_adapter", "audio/transcriptions"].map((path) => [
        "POST",
        `/p/gate/v1/${path}`,
      ]),
      ["POST", "/v1/chat/completions"],
    ] as [string, string][];
    for (const [method, path] of unknown)
      expect([method, path, await status(path, { method, headers: withKey })]).toEqual([method, path, 404]);
    expect(await status("/p/gate/v1%2fchat/completions", { headers: withKey })).toBe(400);
  });

  it("takes a body up to its limit and refuses a larger one with 413", async () => {
    const sized = (bytes: number) => JSON.stringify({ text: "x".repeat(bytes) });
    expect(await status(CHAT, { headers: withKey, body: sized(60 * 1024) })).toBe(200);
    expect(await status(CHAT, { headers: withKey, body: sized(70 * 1024) })).toBe(413);
  });

  it("does not cut a stream that is longer than Envoy's own time-out of 15 s", async () => {
    const { status: code, body, seconds } = await ask(CHAT, { headers: withKey, body: '{"slow":20}' });
    expect(code).toBe(200);
    expect(body.endsWith("data: [DONE]\n\n")).toBe(true);
    expect(seconds).toBeGreaterThan(19);
  });
});

describe("a readiness route", () => {
  it("is answered by a pod of the release without a key, on its own path and method alone", async () => {
    const { status: code, body } = await ask(READY, { method: "GET" });
    expect([code, JSON.parse(body).url]).toEqual([200, "/v1/models"]);
    expect(await status(READY)).toBe(404);
    expect(await status(`${READY}/x`, { method: "GET" })).toBe(404);
  });

  it("is closed to other networks, whatever a caller says of where it is", async () => {
    expect(await status(FAR, { method: "GET" })).toBe(403);
    expect(await status(FAR, { method: "GET", headers: { "x-forwarded-for": "192.0.2.7" } })).toBe(403);
  });
});

describe("what is left when something is taken away", () => {
  it("without its key policy a route answers 401, 403 or 500 and not once 200, with or without a key", async () => {
    const seen: number[] = [];
    let over = false;
    const asking = (async () => {
      while (!over) seen.push(await status(CHAT));
    })();
    inModels("delete", "securitypolicy", `gate-${MODEL}`);
    const closed = await until(async () => (await status(CHAT, { headers: withKey })) !== 200);
    await new Promise((done) => setTimeout(done, 2000));
    over = true;
    await asking;
    expect(closed).toBe(true);
    expect([401, 403, 500]).toContain(await status(CHAT, { headers: withKey }));
    expect(seen.length).toBeGreaterThan(20);
    expect([...new Set(seen)].filter((code) => ![401, 403, 500].includes(code))).toEqual([]);
    applyObjects(helmTemplate("gateway", values).filter(({ kind }) => kind === "SecurityPolicy"));
    expect(await until(async () => (await status(CHAT, { headers: withKey })) === 200)).toBe(true);
  });

  it("without the Secret of its keys a route is closed", async () => {
    inModels("delete", "secret", "other-keys");
    const path = "/p/other/v1/chat/completions";
    const headers = { "x-api-key": KEYS.other };
    expect(await until(async () => (await status(path, { headers })) !== 200)).toBe(true);
    expect([401, 403, 500]).toContain(await status(path, { headers }));
    expect([401, 403, 500]).toContain(await status(path));
  });

  it("without a ready pod readiness says so, and a load balancer that fails open admits nobody more", async () => {
    inModels("scale", "deployment", SERVICE, "--replicas=0");
    expect(await until(async () => (await status(READY, { method: "GET" })) === 503)).toBe(true);
    expect(await status(CHAT, { headers: withKey })).toBe(503);
    expect(await status(CHAT)).toBe(401);
  });
});

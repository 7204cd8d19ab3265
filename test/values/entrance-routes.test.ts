import { helmTemplate } from "../../infra/core/helm-template";
import type { ReleaseFile } from "../../infra/core/release";
import { edgeValues } from "../../infra/values/edge";
import { gatewayValues } from "../../infra/values/gateway";
import { releasesIn } from "../../infra/values/running-releases";
import { awsConfig, type Sections } from "../support/aws-cell";
import { tinyId, tinyRelease } from "../support/fixture-root";

/** What gateways and proxies must know of the load balancers before them. */

const REGIONS = ["us-east-1", "us-west-2"];
const STACK: Sections = {
  regions: REGIONS,
  pools: { a100: { instanceType: "p4de.24xlarge", max: 2 } },
  models: { chat: { live: "r1", releases: { r1: tinyId("1") } } },
  policies: {
    app: { models: ["chat"], class: "internal" },
    clinic: { models: ["chat"], class: "restricted" },
  },
};
const ZONE = { hostname: "llm.example.com", hostedZoneId: "Z0123456789ABC" };

const file: ReleaseFile = {
  id: tinyId("1"),
  content: tinyRelease("1"),
  pinned: { at: "2026-11-22T00:00:00Z", by: "homeport pin" },
  mirrored: { "prod/us-east-1": "2026-11-22" },
};

function routes(sections: Sections = {}) {
  const config = awsConfig({ ...STACK, ...sections });
  return gatewayValues(
    "us-east-1",
    config,
    "chat",
    releasesIn({ environment: "prod", region: "us-east-1" }, config, "chat", { chat: { r1: file } }).running,
  );
}

describe("routes behind load balancers", () => {
  it("answer to the names of their own entrance in their own region, and to no other", () => {
    const hosts = (sections: Sections) =>
      Object.fromEntries(routes(sections)?.policies.map(({ name, hostnames }) => [name, hostnames]) ?? []);
    expect(hosts({ traffic: ZONE })).toEqual({
      app: ["chat-internal.llm.example.com", "chat-internal-us-east-1.llm.example.com"],
      clinic: ["chat.llm.example.com", "chat-us-east-1.llm.example.com"],
    });
    expect(hosts({})).toEqual({ app: [], clinic: [] });
  });

  it("say whether the model is ready, at each gateway, to callers inside the VPC alone", () => {
    expect(routes()?.readiness).toEqual(
      ["internal", "restricted"].map((dataClass) => ({
        route: `chat.ready.${dataClass}`,
        gateway: `homeport-${dataClass}`,
        path: "/homeport/ready/chat",
        cidrs: ["10.64.0.0/16"],
      })),
    );
  });
});

describe("proxies behind load balancers", () => {
  const edge = (traffic: object, models = STACK.models as object) =>
    edgeValues(awsConfig({ ...STACK, models, traffic }));

  it("take any name, because a load balancer's check comes without one", () => {
    expect(edge(ZONE).hostname).toBe("");
  });

  it("hang up before a network load balancer forgets, and after an application load balancer", () => {
    expect(edge({ ...ZONE }).clients).toMatchObject({ idleSeconds: 340, address: "proxy-protocol" });
    expect(edge({ streamIdleSeconds: 900 }).clients.idleSeconds).toBe(900);
    expect(edge({ ...ZONE, webFirewall: true }).clients).toMatchObject({ idleSeconds: 370, address: "forwarded" });
  });

  it("stay for as long as load balancers still send, and then for the longest stream", () => {
    const models = { chat: { live: "r1", releases: { r1: tinyId("1") }, drain: { streamSeconds: 600 } } };
    expect(edge({}, models).proxy).toMatchObject({ minReadySeconds: 180, minDrainSeconds: 150, drainSeconds: 750 });
  });

  it("are told so in the words of Envoy Gateway", () => {
    const objects = (traffic: object) => {
      const made = helmTemplate("edge", edge(traffic));
      const spec = (kind: string) => made.find((o) => o.kind === kind && o.metadata.name === "homeport-internal")?.spec;
      return { proxy: spec("EnvoyProxy"), clients: spec("ClientTrafficPolicy"), gateway: spec("Gateway") };
    };
    const { proxy, clients, gateway } = objects(ZONE);
    expect(proxy).toMatchObject({
      provider: {
        kubernetes: {
          envoyService: { name: "homeport-internal", type: "ClusterIP" },
          envoyDeployment: {
            patch: { type: "StrategicMerge", value: { spec: { minReadySeconds: 180 } } },
            pod: {
              topologySpreadConstraints: [
                { topologyKey: "kubernetes.io/hostname" },
                { topologyKey: "topology.kubernetes.io/zone" },
              ],
            },
          },
        },
      },
      shutdown: { minDrainDuration: "150s", drainTimeout: "210s" },
    });
    expect(clients).toMatchObject({ proxyProtocol: {}, timeout: { http: { idleTimeout: "340s" } } });
    expect(clients).not.toHaveProperty("clientIPDetection");
    expect(gateway).toMatchObject({ listeners: [expect.not.objectContaining({ hostname: expect.anything() })] });
    expect(clients).not.toHaveProperty("tls");
    const through = objects({ ...ZONE, tlsSecret: "models-tls" });
    expect(through.gateway).toMatchObject({
      listeners: [
        {
          name: "https",
          protocol: "HTTPS",
          port: 443,
          tls: { mode: "Terminate", certificateRefs: [{ kind: "Secret", name: "models-tls" }] },
        },
      ],
    });
    expect(through.clients).toMatchObject({
      proxyProtocol: {},
      tls: { minVersion: "1.2", alpnProtocols: ["http/1.1"] },
    });
    const forwarded = objects({ ...ZONE, webFirewall: true }).clients;
    expect(forwarded).toMatchObject({ clientIPDetection: { xForwardedFor: { numTrustedHops: 1 } } });
    expect(forwarded).not.toHaveProperty("proxyProtocol");
  });
});

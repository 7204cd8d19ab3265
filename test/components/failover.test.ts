import { entrances } from "../support/aws-entrances";
import type { Plan } from "../support/plan";

/** Proves what DNS and Global Accelerator are told, not how fast they act on it. */

const RECORD = "aws:route53/record:Record";
const CHECK = "aws:route53/healthCheck:HealthCheck";
const GROUP = "aws:globalaccelerator/endpointGroup:EndpointGroup";

const TWO = { regions: ["us-east-1", "us-west-2"] };
const ZONE = { hostname: "llm.example.com", hostedZoneId: "Z0123456789ABCDEFGHIJ" };
const ZONED = { ...TWO, traffic: ZONE };
const ACCELERATED = {
  ...ZONE,
  exposure: "public",
  allowedCidrs: ["203.0.113.0/24"],
  webFirewall: true,
  globalAccelerator: true,
};

/** Records of the common name: region -> weight. */
const weights = (plan: Plan) =>
  Object.fromEntries(
    plan.resources
      .filter(({ type, inputs }) => type === RECORD && inputs.name === "chat.llm.example.com")
      .map(({ inputs }) => [inputs.setIdentifier, (inputs.weightedRoutingPolicies as { weight: number }[])[0]?.weight]),
  );

describe("two regions under one name", () => {
  let plan: Plan;
  beforeAll(async () => {
    ({ plan } = await entrances(ZONED));
  });

  it("share it equally, each while its load balancer and its alarm say that it is healthy", async () => {
    expect(weights(plan)).toEqual({ "us-east-1": 100, "us-west-2": 100 });
    expect(plan.only(RECORD, "us-west-2/chat-internal").inputs).toMatchObject({
      zoneId: "Z0123456789ABCDEFGHIJ",
      type: "A",
      healthCheckId: "<id of us-west-2/chat-internal>",
      aliases: [
        {
          name: "<dns name of us-west-2/chat-internal>",
          zoneId: "<zone of us-west-2/chat-internal>",
          evaluateTargetHealth: true,
        },
      ],
    });
    expect(plan.only(CHECK, "us-west-2/chat-internal").inputs).toMatchObject({
      type: "CLOUDWATCH_METRIC",
      cloudwatchAlarmRegion: "us-west-2",
      cloudwatchAlarmName: "<name of us-west-2/chat-internal>",
      insufficientDataHealthStatus: "Unhealthy",
      invertHealthcheck: false,
    });
    expect((await entrances(ZONED, { preview: true })).plan.urns()).toEqual(plan.urns());
  });

  it("have names of their own too, which ask nobody's health", () => {
    expect(plan.only(RECORD, "us-west-2/chat-internal-alone").inputs).toMatchObject({
      name: "chat-us-west-2.llm.example.com",
      aliases: [{ name: "<dns name of us-west-2/chat-internal>", evaluateTargetHealth: false }],
    });
  });

  it("are joined from where Route 53 is changed, so that a lost region is not needed for it", () => {
    const global = plan.only("pulumi:providers:aws", "global");
    expect(global.inputs).toMatchObject({ region: "us-east-1" });
    const joining = plan.resources.filter(({ parent }) => parent.endsWith("Failover::failover"));
    expect(joining.length).toBeGreaterThanOrEqual(6);
    for (const { type, provider } of joining) expect([type, provider]).toEqual([type, global.urn]);
  });

  it("a third region is only additions", async () => {
    const { plan: grown } = await entrances({ ...ZONED, regions: [...TWO.regions, "eu-central-1"] });
    expect(grown.urns()).toEqual(expect.arrayContaining(plan.urns()));
    expect(plan.changedTo(grown)).toEqual([]);
  });

  it("a lost one has no record and no check, and the other one is as it was", async () => {
    const { plan: without } = await entrances({ ...ZONED, regionStates: { "us-west-2": "lost" } });
    expect(weights(without)).toEqual({ "us-east-1": 100 });
    expect(without.counts()[CHECK]).toBe(1);
    expect(plan.changedTo(without)).toEqual([]);
    const gone = plan.urns().filter((urn) => !without.urns().includes(urn));
    expect(gone.map((urn) => urn.split("::").slice(-2).join(" ")).sort()).toEqual(
      [
        `homeport:aws:Failover$${CHECK} us-west-2/chat-internal`,
        `homeport:aws:Failover$${RECORD} us-west-2/chat-internal`,
        `homeport:aws:Failover$${RECORD} us-west-2/chat-internal-alone`,
      ].map((text) => expect.stringContaining(text.split("$")[1] ?? "")),
    );
  });

  it("a drained one is no answer, not even the last, and keeps its own name", async () => {
    const { plan: drained } = await entrances({ ...ZONED, regionStates: { "us-west-2": "drained" } });
    expect(weights(drained)).toEqual({ "us-east-1": 100, "us-west-2": 0 });
    expect(drained.only(CHECK, "us-west-2/chat-internal").inputs).toMatchObject({
      insufficientDataHealthStatus: "Healthy",
      invertHealthcheck: true,
    });
    expect(plan.changedTo(drained).map((what) => what.split(" ")[0])).toEqual([CHECK, RECORD]);
  });

  it("shares follow the stack file; one of 0 is a stand-by that takes over", async () => {
    const regionShares = { "us-east-1": 100, "us-west-2": 0 };
    const { plan: standBy } = await entrances({ ...TWO, traffic: { ...ZONE, regionShares } });
    expect(weights(standBy)).toEqual(regionShares);
    expect(standBy.only(CHECK, "us-west-2/chat-internal").inputs.invertHealthcheck).toBe(false);
  });
});

describe("addresses", () => {
  it("are the common name and each region's own", async () => {
    const { addresses, regionalAddresses } = await entrances(ZONED);
    expect(addresses).toEqual({ chat: { app: "https://chat.llm.example.com/p/app/v1" } });
    expect(regionalAddresses).toEqual({
      "us-east-1": { chat: { app: "https://chat-us-east-1.llm.example.com/p/app/v1" } },
      "us-west-2": { chat: { app: "https://chat-us-west-2.llm.example.com/p/app/v1" } },
    });
  });

  it("without a host name are the load balancers', and no common one when there are two", async () => {
    const chat = { app: "http://<dns name of us-east-1/chat-internal>:8080/p/app/v1" };
    const alone = await entrances({ traffic: { port: 8080 } });
    expect([alone.addresses, alone.regionalAddresses]).toEqual([{ chat }, { "us-east-1": { chat } }]);
    expect(alone.plan.counts()[RECORD]).toBeUndefined();
    const two = await entrances({ ...TWO, regionStates: { "us-west-2": "lost" } });
    expect(two.addresses).toEqual({});
    expect(Object.keys(two.regionalAddresses)).toEqual(["us-east-1"]);
  });
});

describe("with Global Accelerator", () => {
  it("the name is the accelerator's, which sends nobody to a drained region", async () => {
    const { plan } = await entrances({ ...TWO, traffic: ACCELERATED, regionStates: { "us-west-2": "drained" } });
    expect(weights(plan)).toEqual({ accelerator: 100 });
    expect(plan.counts()[CHECK]).toBeUndefined();
    expect(plan.only("aws:globalaccelerator/accelerator:Accelerator").inputs).toMatchObject({
      name: "homeport-prod-chat-internal",
      attributes: {
        flowLogsEnabled: true,
        flowLogsS3Bucket: "homeport-prod-123456789012-logs-us-east-1",
        flowLogsS3Prefix: "load-balancers/accelerator-chat-internal",
      },
    });
    expect(plan.only("aws:globalaccelerator/listener:Listener").inputs).toMatchObject({
      portRanges: [{ fromPort: 443, toPort: 443 }],
      clientAffinity: "NONE",
    });
    const dials = plan.resources.filter(({ type }) => type === GROUP);
    expect(dials.map(({ inputs }) => [inputs.endpointGroupRegion, inputs.trafficDialPercentage])).toEqual([
      ["us-east-1", 100],
      ["us-west-2", 0],
    ]);
    expect(plan.only(GROUP, "us-east-1/chat-internal").inputs.endpointConfigurations).toEqual([
      { endpointId: "<arn of us-east-1/chat-internal>", clientIpPreservationEnabled: true },
    ]);
  });

  it("a lost region has no endpoint", async () => {
    const { plan } = await entrances({ ...TWO, traffic: ACCELERATED, regionStates: { "us-west-2": "lost" } });
    expect(plan.only(GROUP).inputs.endpointGroupRegion).toBe("us-east-1");
  });
});

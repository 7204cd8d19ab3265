import { judgePlan } from "../../../support/aws/conforms";
import { entrances } from "../../../support/aws-entrances";
import type { Plan } from "../../../support/plan";

/** Proves what is asked of AWS and of the cluster, and that AWS's published schemas take it; not how traffic flows. */

const LB = "aws:lb/loadBalancer:LoadBalancer";
const GROUP = "aws:lb/targetGroup:TargetGroup";
const LISTENER = "aws:lb/listener:Listener";
const BINDING = "kubernetes:elbv2.k8s.aws/v1beta1:TargetGroupBinding";
const INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";

const NAME = "us-east-1/chat-internal";
const ZONE = { hostname: "llm.example.com", hostedZoneId: "Z0123456789ABCDEFGHIJ" };
const PUBLIC = { ...ZONE, exposure: "public", allowedCidrs: ["203.0.113.0/24", "198.51.100.0/24"] };

describe("an internal entrance without a host name", () => {
  let plan: Plan;
  beforeAll(async () => {
    ({ plan } = await entrances());
  });

  it("has exactly these parts, in a preview too", async () => {
    expect(plan.counts()).toMatchObject({
      [LB]: 1,
      [GROUP]: 1,
      [LISTENER]: 1,
      [BINDING]: 1,
      "aws:ec2/securityGroup:SecurityGroup": 1,
      [INGRESS]: 2,
      "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": 1,
      "aws:cloudwatch/metricAlarm:MetricAlarm": 1,
    });
    expect((await entrances({}, { preview: true })).plan.urns()).toEqual(plan.urns());
  });

  it("stands in the private subnets, is protected and writes its log to the region's bucket", () => {
    expect(plan.only(LB).inputs).toMatchObject({
      loadBalancerType: "network",
      internal: true,
      subnets: ["subnet-private-1", "subnet-private-2"],
      enableCrossZoneLoadBalancing: true,
      enableDeletionProtection: true,
      accessLogs: {
        enabled: true,
        bucket: "homeport-prod-123456789012-logs-us-east-1",
        prefix: "load-balancers/chat-internal",
      },
    });
  });

  it("takes plain connections from the VPC alone and hands them to the proxies' port alone", () => {
    expect(plan.only(LISTENER).inputs).toMatchObject({ port: 80, protocol: "TCP", tcpIdleTimeoutSeconds: 350 });
    expect(plan.only(INGRESS, "clients-10.64.0.0/16").inputs).toMatchObject({ fromPort: 80, toPort: 80 });
    const out = plan.only("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule").inputs;
    expect(out).toMatchObject({ fromPort: 10_080, toPort: 10_080, referencedSecurityGroupId: "sg-0a1b2c3d4e5f60718" });
    const into = plan.only(INGRESS, "proxies-from-load-balancers").inputs;
    expect(into).toMatchObject({
      securityGroupId: "sg-0a1b2c3d4e5f60718",
      referencedSecurityGroupId: "<id of us-east-1/load-balancers>",
      fromPort: 10_080,
    });
  });

  it("asks through the proxies for the model's readiness and cuts no stream by itself", () => {
    expect(plan.only(GROUP).inputs).toMatchObject({
      protocol: "TCP",
      targetType: "ip",
      port: 10_080,
      healthCheck: { protocol: "HTTP", port: "traffic-port", path: "/homeport/ready/chat", matcher: "200" },
      deregistrationDelay: 210,
      connectionTermination: false,
      targetHealthStates: [{ enableUnhealthyConnectionTermination: false, unhealthyDrainingInterval: 210 }],
      preserveClientIp: "false",
      proxyProtocolV2: true,
    });
  });

  it("is bound to the pods of the class's gateway, when somebody already checks them", () => {
    const binding = plan.only(BINDING);
    expect(binding.inputs).toMatchObject({
      metadata: { name: "chat-internal-network", namespace: "envoy-gateway-system" },
      spec: {
        targetGroupARN: `<arn of ${NAME}>`,
        targetType: "ip",
        serviceRef: { name: "homeport-internal", port: 80 },
      },
    });
    expect(binding.dependencies).toContain(plan.only(LISTENER).urn);
  });

  it("says by an alarm that no proxy reaches a ready release", () => {
    expect(plan.only("aws:cloudwatch/metricAlarm:MetricAlarm").inputs).toMatchObject({
      namespace: "AWS/NetworkELB",
      metricName: "HealthyHostCount",
      statistic: "Maximum",
      threshold: 1,
      treatMissingData: "breaching",
      dimensions: { LoadBalancer: `<arn suffix of ${NAME}>`, TargetGroup: `<arn suffix of ${NAME}>` },
    });
  });
});

describe("with a hosted zone", () => {
  it("clients talk TLS with a certificate that the zone proves, and the proof stays", async () => {
    const { plan } = await entrances({ traffic: ZONE });
    expect(plan.only("aws:acm/certificate:Certificate").inputs).toMatchObject({ domainName: "*.llm.example.com" });
    const proof = plan.only("aws:route53/record:Record", "models-proof");
    expect([proof.retainOnDelete, proof.inputs.allowOverwrite]).toEqual([true, true]);
    expect(plan.only(LISTENER).inputs).toMatchObject({
      port: 443,
      protocol: "TLS",
      sslPolicy: "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09",
      certificateArn: "<arn of us-east-1/models>",
    });
    expect(plan.only(LISTENER).dependencies).toContain(
      plan.only("aws:acm/certificateValidation:CertificateValidation").urn,
    );
    expect(plan.only(LISTENER).inputs.tcpIdleTimeoutSeconds).toBeUndefined();
  });

  it("a certificate that was given is used and none is made", async () => {
    const arn = "arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-1234-1234-123456789012";
    const { plan } = await entrances({ traffic: { ...ZONE, certificates: { "us-east-1": arn } } });
    expect(plan.counts()["aws:acm/certificate:Certificate"]).toBeUndefined();
    expect(plan.only(LISTENER).inputs.certificateArn).toBe(arn);
  });

  it("a public one stands in the public subnets, for the clients' networks alone", async () => {
    const { plan } = await entrances({ traffic: PUBLIC });
    expect(plan.only(LB).inputs).toMatchObject({ internal: false, subnets: ["subnet-public-1", "subnet-public-2"] });
    const clients = plan.resources.filter(({ type, name }) => type === INGRESS && name.includes("clients-"));
    expect(clients.map(({ inputs }) => [inputs.cidrIpv4, inputs.fromPort])).toEqual([
      ["203.0.113.0/24", 443],
      ["198.51.100.0/24", 443],
    ]);
  });
});

describe("with TLS that passes through to Envoy", () => {
  const through = { ...ZONE, tlsSecret: "models-tls", streamIdleSeconds: 1800 };

  it("the listener opens nothing and remembers as long as a stream may be silent", async () => {
    const { plan } = await entrances({ traffic: through });
    const { inputs } = plan.only(LISTENER);
    expect(inputs).toMatchObject({ port: 443, protocol: "TCP", tcpIdleTimeoutSeconds: 1810 });
    for (const absent of ["certificateArn", "sslPolicy", "alpnPolicy"]) expect(inputs[absent]).toBeUndefined();
    expect(plan.counts()["aws:acm/certificate:Certificate"]).toBeUndefined();
    expect(plan.only("aws:route53/record:Record", "us-east-1/chat-internal").inputs.name).toBe("chat.llm.example.com");
  });

  it("checks reach the readiness route through the same TLS, at the proxies' own port", async () => {
    const { plan, addresses } = await entrances({ traffic: through });
    expect(plan.only(GROUP).inputs).toMatchObject({
      protocol: "TCP",
      port: 10_443,
      proxyProtocolV2: true,
      healthCheck: { protocol: "HTTPS", port: "traffic-port", path: "/homeport/ready/chat", matcher: "200" },
    });
    expect(plan.only(BINDING).inputs).toMatchObject({ spec: { serviceRef: { port: 443 } } });
    expect(plan.only(INGRESS, "proxies-from-load-balancers").inputs).toMatchObject({ fromPort: 10_443 });
    expect(addresses.chat?.app).toMatch(/^https:\/\/chat\.llm\.example\.com\/p\/app/);
  });

  it("never names the Secret to AWS, and forgets a short silence no sooner than after 350 s", async () => {
    const { plan } = await entrances({ traffic: { ...through, streamIdleSeconds: 60 } });
    expect(plan.only(LISTENER).inputs.tcpIdleTimeoutSeconds).toBe(350);
    expect(JSON.stringify(plan.resources.map(({ inputs }) => inputs))).not.toContain("models-tls");
  });
});

it("models and classes have load balancers of their own, and adding one touches no other", async () => {
  const releases = { r1: `sha256:${"1".repeat(64)}` };
  const chat = { models: { chat: { live: "r1", releases }, code: { live: "r1", releases } } };
  const app = { app: { models: ["chat"], class: "internal" } };
  const all = { models: ["chat", "code"], class: "restricted" };
  const { plan: one } = await entrances({ ...chat, policies: app });
  const { plan: two } = await entrances({ ...chat, policies: { ...app, all } });
  expect(two.urns()).toEqual(expect.arrayContaining(one.urns()));
  expect(one.changedTo(two)).toEqual([]);
  expect(two.resources.filter(({ type }) => type === LB).map(({ name }) => name)).toEqual([
    NAME,
    "us-east-1/chat-restricted",
    "us-east-1/code-restricted",
  ]);
  expect(two.only(BINDING, "code-restricted-network").inputs).toMatchObject({
    spec: { serviceRef: { name: "homeport-restricted" } },
  });
});

it("a web firewall stands before application load balancers, and bodies are only looked at", async () => {
  const { plan } = await entrances({ traffic: { ...PUBLIC, webFirewall: true, streamIdleSeconds: 900 } });
  expect(plan.only(LB).inputs).toMatchObject({
    loadBalancerType: "application",
    idleTimeout: 960,
    dropInvalidHeaderFields: true,
    xffHeaderProcessingMode: "append",
  });
  expect(plan.only(GROUP).inputs).toMatchObject({ protocol: "HTTP", targetType: "ip" });
  expect(plan.only(GROUP).inputs).not.toHaveProperty("proxyProtocolV2");
  expect(plan.only(LISTENER).inputs).toMatchObject({ port: 443, protocol: "HTTPS" });
  expect(plan.only(BINDING).inputs).toMatchObject({ metadata: { name: "chat-internal-application" } });
  expect(plan.only("aws:wafv2/webAclAssociation:WebAclAssociation", NAME).inputs).toMatchObject({
    resourceArn: `<arn of ${NAME}>`,
  });
  expect(plan.only("aws:cloudwatch/logGroup:LogGroup").inputs).toMatchObject({
    name: "aws-waf-logs-homeport-prod",
    retentionInDays: 365,
  });
});

it.each([
  ["plain", {}],
  ["with a zone", { traffic: ZONE }],
  ["public", { traffic: PUBLIC }],
  ["with TLS that passes through", { traffic: { ...PUBLIC, tlsSecret: "models-tls", streamIdleSeconds: 3600 } }],
  ["with a web firewall and an accelerator", { traffic: { ...PUBLIC, webFirewall: true, globalAccelerator: true } }],
])("AWS's schemas take every input: %s", async (_, sections) => {
  const { plan } = await entrances({ ...sections, regions: ["us-east-1", "us-west-2"] });
  const { judged, problems } = judgePlan(plan.resources);
  expect(problems).toEqual([]);
  expect(judged).toBeGreaterThan(10);
});

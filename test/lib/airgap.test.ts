import { readStack } from "../../infra/config/read-stack";
import { closureOf } from "../../scripts/lib/airgap/closure";
import { holesIn, type NeededEndpoint } from "../../scripts/lib/airgap/holes";
import { imagesIn } from "../../scripts/lib/airgap/images";
import type { PlannedResource } from "../../scripts/lib/render/recorder";
import type { RenderedStack } from "../../scripts/lib/render/render";
import { ROOT, Stacks } from "../support/stacks";

/** The airgapped stack's plan has no hole, and each hole that is made in it is found: what is proven is the plan, no network. */

const stacks = new Stacks();
let rendered: RenderedStack;
const stack = readStack(ROOT, "airgapped");
const account = stack.config.environment.account ?? "";

jest.setTimeout(120_000);

beforeAll(async () => {
  rendered = await stacks.render("airgapped");
});

const withResource = (type: string, inputs: Record<string, unknown>): RenderedStack => {
  const resource = { type, name: "us-east-1/made", inputs } as PlannedResource;
  return { ...rendered, plan: [...rendered.plan, resource] };
};

const holes = (plan: RenderedStack): string[] =>
  closureOf(stack, plan).holes.map(({ where, what }) => `${where}: ${what}`);

it("finds no hole in the airgapped stack", () => {
  expect(holes(rendered)).toEqual([]);
});

it("lists every endpoint with who calls it, the add-ons, and the releases that the buckets must hold", () => {
  const { endpoints, weights, addOns } = closureOf(stack, rendered);
  expect(addOns).toContainEqual(expect.stringMatching(/^vpc-cni v\d/));
  expect(endpoints.find(({ name }) => name === "com.amazonaws.us-east-1.eks-auth")?.by).toEqual(["pod identity"]);
  expect(endpoints.map(({ name }) => name)).toContain("com.amazonaws.us-east-1.s3");
  expect(weights.map(({ bucket, release, bytes }) => [bucket, release, bytes])).toEqual([
    ["homeport-airgapped-123456789012-weights-us-east-1", "r42", 93_408_104_292],
    ["homeport-airgapped-123456789012-weights-us-east-1", "r41", 14_499_385_419],
  ]);
});

it("lists the engines of releases whose weights are still to come, and puts every image once", () => {
  const { images } = closureOf(stack, { ...rendered, plan: [], objects: [], charts: [] });
  const names = Object.keys(images);
  expect(names).toContainEqual(expect.stringContaining("/homeport/docker.io/vllm/vllm-openai@sha256:"));
  expect(Object.keys(closureOf(stack, rendered).images)).toEqual(names);
});

it.each<[string, string, Record<string, unknown>]>([
  ["an internet gateway", "aws:ec2/internetGateway:InternetGateway", {}],
  ["a NAT gateway", "aws:ec2/natGateway:NatGateway", { connectivityType: "public" }],
  ["a public address", "aws:ec2/eip:Eip", {}],
  ["a route to 0.0.0.0/0", "aws:ec2/route:Route", { destinationCidrBlock: "0.0.0.0/0" }],
  ["a route to 0.0.0.0/0", "aws:ec2/routeTable:RouteTable", { routes: [{ cidrBlock: "0.0.0.0/0" }] }],
  ["public addresses for its nodes", "aws:ec2/subnet:Subnet", { mapPublicIpOnLaunch: true }],
  [
    "public addresses for its nodes",
    "aws:ec2/launchTemplate:LaunchTemplate",
    { networkInterfaces: [{ associatePublicIpAddress: "true" }] },
  ],
  ["a public load balancer", "aws:lb/loadBalancer:LoadBalancer", { loadBalancerType: "network" }],
  ["a public endpoint of the Kubernetes API", "aws:eks/cluster:Cluster", { vpcConfig: { subnetIds: [] } }],
  [
    "connections from 0.0.0.0/0 are let in",
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
    { cidrIpv4: "0.0.0.0/0" },
  ],
  ["public addresses of Global Accelerator", "aws:globalaccelerator/accelerator:Accelerator", {}],
])("finds %s", (what, type, inputs) => {
  expect(holes(withResource(type, inputs))).toEqual([`${type.split(":").at(-1)} us-east-1/made: ${what}`]);
});

it("leaves alone what only looks like one", () => {
  const rows: [string, Record<string, unknown>][] = [
    ["aws:ec2/route:Route", { destinationCidrBlock: "10.1.0.0/16" }],
    ["aws:lb/loadBalancer:LoadBalancer", { internal: true }],
    ["aws:eks/cluster:Cluster", { vpcConfig: { endpointPublicAccess: false } }],
    ["aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule", { cidrIpv4: "0.0.0.0/0" }],
  ];
  for (const [type, inputs] of rows) expect(holes(withResource(type, inputs))).toEqual([]);
});

it("finds a declared service without its endpoint", () => {
  const plan = rendered.plan.filter(({ inputs }) => inputs.serviceName !== "com.amazonaws.us-east-1.ecr.dkr");
  expect(plan).toHaveLength(rendered.plan.length - 1);
  expect(holes({ ...rendered, plan })).toEqual(["com.amazonaws.us-east-1.ecr.dkr: no endpoint, and nodes needs it"]);
  const there: NeededEndpoint[] = [
    { region: "us-east-1", service: "x", name: "x", by: ["nodes"], why: [], exists: true },
  ];
  expect(holesIn({ ...rendered, plan: [], objects: [], charts: [] }, account, there)).toEqual([]);
});

it("lists every chart with its archive, and finds one that Helm would look for elsewhere", () => {
  const { charts } = closureOf(stack, rendered);
  expect(charts).toEqual([
    "envoy-gateway v1.9.1 from ../.homeport/charts/gateway-helm-v1.9.1.tgz",
    "aws-load-balancer-controller 3.5.0 from ../.homeport/charts/aws-load-balancer-controller-3.5.0.tgz",
  ]);
  const RELEASE = "kubernetes:helm.sh/v3:Release";
  const archive = "../.homeport/charts/gateway-helm-v1.9.1.tgz";
  const oci = `oci://docker.io/envoyproxy/gateway-helm@sha256:${"9".repeat(64)}`;
  const rows: [Record<string, unknown>, string][] = [
    [{ chart: oci }, oci],
    [{ chart: "gateway-helm", repositoryOpts: { repo: "https://example.com" } }, "https://example.com gateway-helm"],
    [{ chart: archive, repositoryOpts: { repo: "https://example.com" } }, `https://example.com ${archive}`],
    [{ chart: "../.homeport/charts/other-1.tgz" }, "../.homeport/charts/other-1.tgz"],
  ];
  for (const [inputs, chart] of rows)
    expect(holes(withResource(RELEASE, inputs))).toEqual([
      `Release us-east-1/made: chart ${chart} is not an archive of the bundle`,
    ]);
  expect(holes(withResource(RELEASE, { chart: archive }))).toEqual([]);
});

it("finds an image outside the account's registry of the region, in our objects and in a chart's values", () => {
  const [first] = rendered.objects;
  const pod = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "stray" },
    spec: { containers: [{ image: "docker.io/x" }] },
  };
  const objects = [...rendered.objects, { ...first!, object: pod }];
  expect(holes({ ...rendered, objects })).toEqual([
    "us-east-1 Pod stray: image docker.io/x is not in the registry of the account and region",
  ]);
  const elsewhere = {
    ...pod,
    spec: { containers: [{ image: `${account}.dkr.ecr.us-west-2.amazonaws.com/x@sha256:1` }] },
  };
  expect(holes({ ...rendered, objects: [...rendered.objects, { ...first!, object: elsewhere }] })).toHaveLength(1);
  const chart = {
    region: "us-east-1",
    name: "c",
    version: "1",
    values: { image: { repository: "quay.io/c", tag: "2" } },
  };
  expect(imagesIn({ objects: [], charts: [chart as never] })).toEqual([
    { region: "us-east-1", image: "quay.io/c:2", by: "chart c" },
  ]);
});

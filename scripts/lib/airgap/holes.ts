import { registryHost } from "../../../infra/core/aws/names";
import { chartPath, readVersions } from "../../../infra/values/versions";
import type { PlannedResource } from "../render/recorder";
import type { RenderedStack } from "../render/render";
import { imagesIn } from "./images";

/** One way to or from the internet that a plan has, or one that it needs and lacks. */
export interface Hole {
  /** Which resource or object, as the plan names it. */
  where: string;
  what: string;
}

type Inputs = Record<string, unknown>;

const EVERYWHERE = ["0.0.0.0/0", "::/0"];

const isEverywhere = (value: unknown): boolean => EVERYWHERE.includes(String(value));

/** Values under a path, through lists: `networkInterfaces.associatePublicIpAddress`. */
function under(inputs: unknown, path: readonly string[]): unknown[] {
  if (Array.isArray(inputs)) return inputs.flatMap((inner) => under(inner, path));
  const [key, ...rest] = path;
  if (key === undefined) return [inputs];
  return inputs !== null && typeof inputs === "object" ? under((inputs as Inputs)[key], rest) : [];
}

const has = (path: string, is: (value: unknown) => boolean) => (inputs: Inputs) =>
  under(inputs, path.split(".")).some(is);

const isOn = (value: unknown): boolean => String(value) === "true";

/** What must not be in the plan of an airgapped environment: always, or with some inputs. */
const FORBIDDEN: readonly [type: string, what: string, when?: (inputs: Inputs) => boolean][] = [
  ["aws:ec2/internetGateway:InternetGateway", "an internet gateway"],
  ["aws:ec2/egressOnlyInternetGateway:EgressOnlyInternetGateway", "a way out for IPv6"],
  ["aws:ec2/natGateway:NatGateway", "a NAT gateway"],
  ["aws:ec2/eip:Eip", "a public address"],
  ["aws:globalaccelerator/accelerator:Accelerator", "public addresses of Global Accelerator"],
  ["aws:ec2/route:Route", "a route to 0.0.0.0/0", has("destinationCidrBlock", isEverywhere)],
  ["aws:ec2/route:Route", "a route to ::/0", has("destinationIpv6CidrBlock", isEverywhere)],
  ["aws:ec2/routeTable:RouteTable", "a route to 0.0.0.0/0", has("routes.cidrBlock", isEverywhere)],
  ["aws:ec2/subnet:Subnet", "public addresses for its nodes", has("mapPublicIpOnLaunch", isOn)],
  ["aws:ec2/instance:Instance", "a public address", has("associatePublicIpAddress", isOn)],
  [
    "aws:ec2/launchTemplate:LaunchTemplate",
    "public addresses for its nodes",
    has("networkInterfaces.associatePublicIpAddress", isOn),
  ],
  ["aws:lb/loadBalancer:LoadBalancer", "a public load balancer", ({ internal }) => internal !== true],
  [
    "aws:eks/cluster:Cluster",
    "a public endpoint of the Kubernetes API",
    // AWS's default is a public one.
    (inputs) => !under(inputs, ["vpcConfig", "endpointPublicAccess"]).includes(false),
  ],
  [
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
    "connections from 0.0.0.0/0 are let in",
    (inputs) => isEverywhere(inputs.cidrIpv4) || isEverywhere(inputs.cidrIpv6),
  ],
  [
    "aws:ec2/securityGroup:SecurityGroup",
    "connections from 0.0.0.0/0 are let in",
    has("ingress.cidrBlocks", isEverywhere),
  ],
];

const openings = (plan: readonly PlannedResource[]): Hole[] =>
  plan.flatMap(({ type, name, inputs }) =>
    FORBIDDEN.filter(([kind, , when]) => kind === type && (when?.(inputs) ?? true)).map(([, what]) => ({
      where: `${type.split(":").at(-1)} ${name}`,
      what,
    })),
  );

/** Images that no node could pull. */
const foreignImages = (rendered: RenderedStack, account: string): Hole[] =>
  imagesIn(rendered)
    .filter(({ region, image }) => !image.startsWith(`${registryHost({ account, region })}/`))
    .map(({ region, image, by }) => ({
      where: `${region} ${by}`,
      what: `image ${image} is not in the registry of the account and region`,
    }));

/** Charts that Helm would look for elsewhere than among the archives of the bundle. */
const foreignCharts = (plan: readonly PlannedResource[]): Hole[] => {
  const archives = Object.values(readVersions().charts).map(chartPath);
  return plan
    .filter(({ type }) => type.startsWith("kubernetes:helm.sh/"))
    .filter(({ inputs }) => !archives.includes(String(inputs.chart)) || inputs.repositoryOpts !== undefined)
    .map(({ type, name, inputs }) => ({
      where: `${type.split(":").at(-1)} ${name}`,
      what: `chart ${[...under(inputs, ["repositoryOpts", "repo"]).filter(Boolean), inputs.chart].join(" ")} is not an archive of the bundle`,
    }));
};

/** Endpoints of a service without which what declared it would wait for an answer for ever. */
const missingEndpoints = (plan: readonly PlannedResource[], needed: readonly NeededEndpoint[]): Hole[] => {
  const made = new Set(
    plan
      .filter(({ type }) => type === "aws:ec2/vpcEndpoint:VpcEndpoint")
      .map(({ inputs }) => String(inputs.serviceName)),
  );
  return needed
    .filter(({ name, exists }) => !exists && !made.has(name))
    .map(({ name, by }) => ({
      where: name,
      what: `no endpoint, and ${by.join(", ")} need${by.length === 1 ? "s" : ""} it`,
    }));
};

export interface NeededEndpoint {
  region: string;
  /** `ecr.api`. */
  service: string;
  /** `com.amazonaws.us-east-1.ecr.api`. */
  name: string;
  by: string[];
  why: string[];
  /** In a VPC that was there before. */
  exists: boolean;
}

/** Every hole of a plan; none proves that nothing in it reaches the internet, or waits for something that does not come. */
export const holesIn = (rendered: RenderedStack, account: string, needed: readonly NeededEndpoint[]): Hole[] => [
  ...openings(rendered.plan),
  ...missingEndpoints(rendered.plan, needed),
  ...foreignImages(rendered, account),
  ...foreignCharts(rendered.plan),
];

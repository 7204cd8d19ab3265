import { Network } from "../../../../infra/components/aws/network/network";
import { ACCOUNT, awsCell, registered, type Sections } from "../../../support/aws-cell";
import type { Plan } from "../../../support/plan";

/** Proves what is asked of AWS, not that AWS gives it. */

const ZONES = ["use1-az1", "use1-az4"];
const TWO_ZONES = { network: { zones: { "us-east-1": ZONES } } };
const AIRGAPPED = { environment: { airgapped: true }, cluster: { access: { via: "inside" } } };

const network = (sections: Sections = TWO_ZONES, preview = false): Promise<Plan> =>
  registered((parent) => new Network(awsCell(sections), { parent }), { preview });

const named = (plan: Plan, type: string) => plan.resources.filter((r) => r.type === type).map(({ name }) => name);
const routes = (plan: Plan) =>
  plan.resources.filter(({ type }) => type === "aws:ec2/route:Route").map(({ inputs }) => inputs);

let base: Plan;

beforeAll(async () => {
  base = await network();
});

describe("a region's own VPC", () => {
  it("has exactly these parts, in a preview too", async () => {
    const preview = await network(TWO_ZONES, true);
    expect(base.counts()).toMatchObject({
      "aws:ec2/vpc:Vpc": 1,
      "aws:ec2/subnet:Subnet": 6,
      "aws:ec2/internetGateway:InternetGateway": 1,
      "aws:ec2/natGateway:NatGateway": 2,
      "aws:ec2/eip:Eip": 2,
      "aws:ec2/routeTable:RouteTable": 4,
      "aws:ec2/routeTableAssociation:RouteTableAssociation": 6,
      "aws:ec2/route:Route": 3,
      "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": 1,
      "aws:ec2/flowLog:FlowLog": 1,
    });
    expect(preview.urns()).toEqual(base.urns());
  });

  it("puts each subnet into its zone by id, at the place that the zone's number says", () => {
    const { inputs } = base.only("aws:ec2/subnet:Subnet", "us-east-1/gpu-use1-az4");
    expect(inputs).toMatchObject({
      availabilityZoneId: "use1-az4",
      cidrBlock: "10.64.144.0/20",
      mapPublicIpOnLaunch: false,
      tags: { "homeport.dev/subnet": "gpu" },
    });
  });

  it("stays as it is when a zone is added", async () => {
    const three = await network({ network: { zones: { "us-east-1": [...ZONES, "use1-az6"] } } });
    expect(three.urns()).toEqual(expect.arrayContaining(base.urns()));
    const changed = base.changedTo(three).filter((name) => !name.startsWith("aws:ec2/vpcEndpoint:"));
    expect(changed).toEqual([]); // endpoints get one more subnet or table, in place
  });

  it("closes the group that whatever names no group gets", () => {
    const { inputs } = base.only("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup");
    expect(inputs).toMatchObject({ ingress: [], egress: [] });
  });
});

describe("ways out", () => {
  const gpuTable = "<id of us-east-1/gpu>";

  it("lead from private subnets through their own zone's NAT gateway, and never from GPU subnets", () => {
    expect(routes(base)).toEqual(
      expect.arrayContaining([
        {
          routeTableId: "<id of us-east-1/public>",
          destinationCidrBlock: "0.0.0.0/0",
          gatewayId: "<id of us-east-1/internet>",
        },
        {
          routeTableId: "<id of us-east-1/private-use1-az4>",
          destinationCidrBlock: "0.0.0.0/0",
          natGatewayId: "<id of us-east-1/nat-use1-az4>",
        },
      ]),
    );
    expect(routes(base).map(({ routeTableId }) => routeTableId)).not.toContain(gpuTable);
  });

  it("are one NAT gateway for all zones where the stack says so", async () => {
    const plan = await network({ network: { ...TWO_ZONES.network, nat: "single" } });
    expect(named(plan, "aws:ec2/natGateway:NatGateway")).toEqual(["us-east-1/nat-use1-az1"]);
    const exits = routes(plan).flatMap(({ natGatewayId }) => natGatewayId ?? []);
    expect(exits).toEqual(["<id of us-east-1/nat-use1-az1>", "<id of us-east-1/nat-use1-az1>"]);
  });

  it.each([
    ["airgapped", AIRGAPPED],
    ["airgapped, though NAT is asked for", { ...AIRGAPPED, network: { nat: "zonal" } }],
    ["without NAT and internal", { network: { nat: "none" } }],
  ])("do not exist: %s", async (_, sections) => {
    const plan = await network(sections);
    for (const type of ["internetGateway:InternetGateway", "natGateway:NatGateway", "eip:Eip", "route:Route"])
      expect(named(plan, `aws:ec2/${type}`)).toEqual([]);
    expect(named(plan, "aws:ec2/subnet:Subnet").join()).not.toContain("public");
  });
});

describe("endpoints", () => {
  const endpoints = (plan: Plan) =>
    named(plan, "aws:ec2/vpcEndpoint:VpcEndpoint")
      .map((name) => name.split("/")[1])
      .sort();

  it("give every route table the way to S3, for this account's buckets and the layers of images only", () => {
    const { inputs } = base.only("aws:ec2/vpcEndpoint:VpcEndpoint", "us-east-1/s3");
    expect(inputs.routeTableIds).toEqual([
      "<id of us-east-1/public>",
      "<id of us-east-1/private-use1-az1>",
      "<id of us-east-1/private-use1-az4>",
      "<id of us-east-1/gpu>",
    ]);
    const { Statement } = JSON.parse(`${inputs.policy}`);
    expect(Statement.map(({ Sid }: { Sid: string }) => Sid)).toEqual(["OwnBuckets", "ImageLayers"]);
    expect(Statement[0].Condition.StringEquals["aws:ResourceAccount"]).toBe(ACCOUNT);
  });

  it("are those that the stack's components call, and more with each option", async () => {
    expect(endpoints(base)).toEqual([
      "aps-workspaces",
      "autoscaling",
      "ec2",
      "ecr.api",
      "ecr.dkr",
      "eks",
      "eks-auth",
      "elasticloadbalancing",
      "s3",
    ]);
    const tunnel = await network({ cluster: { access: { via: "tunnel" } }, monitoring: { prometheus: "cluster" } });
    expect(endpoints(tunnel)).toEqual([
      "autoscaling",
      "ec2",
      "ecr.api",
      "ecr.dkr",
      "eks",
      "eks-auth",
      "elasticloadbalancing",
      "s3",
      "ssm",
      "ssmmessages",
    ]);
    const karpenter = { instanceType: "g6.12xlarge", manager: "karpenter" };
    expect(endpoints(await network({ pools: { g: karpenter } }))).toEqual(
      expect.arrayContaining(["sqs", "ssm", "sts"]),
    );
  });

  it("answer in every zone, to the VPC's own range only", () => {
    const { inputs } = base.only("aws:ec2/vpcEndpoint:VpcEndpoint", "us-east-1/ec2");
    expect(inputs).toMatchObject({
      privateDnsEnabled: true,
      subnetIds: ["<id of us-east-1/private-use1-az1>", "<id of us-east-1/private-use1-az4>"],
      securityGroupIds: ["<id of us-east-1/endpoints>"],
    });
    const rule = base.only("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule").inputs;
    expect(rule).toMatchObject({ cidrIpv4: "10.64.0.0/16", fromPort: 443, toPort: 443 });
  });
});

describe("a VPC that is there already", () => {
  const existing = {
    vpcId: "vpc-0a1b2c3d",
    cidr: "10.20.0.0/16",
    privateSubnets: { "use1-az1": "subnet-0a1b2c31", "use1-az4": "subnet-0a1b2c32" },
    gpuSubnets: { "use1-az1": "subnet-0a1b2c33" },
    routeTables: ["rtb-0a1b2c3d"],
    endpoints: ["ec2", "ecr.api"],
  };

  it("gets the endpoints that it lacks, a group for them and flow logs, and nothing else", async () => {
    const plan = await network({ network: { existing: { "us-east-1": existing } } });
    const types = Object.keys(plan.counts()).filter((type) => type.startsWith("aws:"));
    expect(types.sort()).toEqual([
      "aws:ec2/flowLog:FlowLog",
      "aws:ec2/securityGroup:SecurityGroup",
      "aws:ec2/vpcEndpoint:VpcEndpoint",
      "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
    ]);
    const made = named(plan, "aws:ec2/vpcEndpoint:VpcEndpoint");
    expect(made).toContain("us-east-1/ecr.dkr");
    expect(made).not.toContain("us-east-1/ecr.api");
    expect(plan.only("aws:ec2/vpcEndpoint:VpcEndpoint", "/s3").inputs.routeTableIds).toEqual(["rtb-0a1b2c3d"]);
  });
});

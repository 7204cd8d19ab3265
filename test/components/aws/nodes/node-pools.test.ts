import * as pulumi from "@pulumi/pulumi";
import { NodePools } from "../../../../infra/components/aws/nodes/node-pools";
import { judgePlan } from "../../../support/aws/conforms";
import { awsCell, registered, type Sections } from "../../../support/aws-cell";
import type { Plan } from "../../../support/plan";

/** Proves what is registered and what waits for what; what a group asks for is proved in values. */

const zones = (kind: string) =>
  Object.fromEntries(
    ["use1-az1", "use1-az2", "use1-az4"].map((zone) => [zone, pulumi.output(`subnet-${kind}-${zone}`)]),
  );
const network = {
  vpcId: pulumi.output("vpc-1"),
  subnets: { public: {}, private: zones("private"), gpu: zones("gpu") },
};
const cluster = { name: "homeport-prod", securityGroupId: pulumi.output("sg-cluster") };

class Before extends pulumi.CustomResource {}

const pools = (sections: Sections, preview = false): Promise<Plan> =>
  registered(
    (parent) => {
      const before = new Before("test:index:Before", "before", {}, { parent });
      new NodePools(awsCell(sections), { network, cluster }, { parent, dependsOn: [before] });
    },
    { preview },
  );

const A100 = { pools: { a100: { instanceType: "p4d.24xlarge", capacity: ["on-demand", "spot"] } } };
const GROUP = "aws:eks/nodeGroup:NodeGroup";

let base: Plan;
beforeAll(async () => {
  base = await pools(A100);
});

describe("a region's nodes", () => {
  it("are exactly these resources, in a preview too", async () => {
    expect(base.counts()).toMatchObject({
      "homeport:aws:NodePools": 1,
      "homeport:aws:NodePool": 3,
      [GROUP]: 9,
      "aws:ec2/launchTemplate:LaunchTemplate": 3,
      "aws:iam/role:Role": 1,
      "aws:iam/rolePolicyAttachment:RolePolicyAttachment": 2,
    });
    for (const type of ["aws:ec2/placementGroup:PlacementGroup", "aws:ec2/securityGroup:SecurityGroup"])
      expect(base.counts()[type]).toBeUndefined();
    expect((await pools(A100, true)).urns()).toEqual(base.urns());
  });

  it("lie in the subnets of their kind, and their template names none", () => {
    const subnets = (key: string) =>
      base.resources
        .filter(({ type, name }) => type === GROUP && name.includes(`/${key}/`))
        .map(({ name, inputs }) => [name.split("/").at(-1), inputs.subnetIds]);
    const zones = ["use1-az1", "use1-az2", "use1-az4"];
    expect(subnets("system")).toEqual(zones.map((zone) => [zone, [`subnet-private-${zone}`]]));
    expect(subnets("a100-spot")).toEqual(zones.map((zone) => [zone, [`subnet-gpu-${zone}`]]));
    const template = base.only("aws:ec2/launchTemplate:LaunchTemplate", "/a100-spot").inputs;
    expect(JSON.stringify(template)).not.toContain("subnet");
    expect(template).not.toHaveProperty("networkInterfaces");
    expect(template).not.toHaveProperty("imageId");
  });

  it("wait for the cluster and for every policy of their role", () => {
    for (const key of ["system/use1-az1", "a100-on-demand/use1-az4", "a100-spot/use1-az1"]) {
      const { dependencies } = base.only(GROUP, `/${key}`);
      expect(dependencies.filter((urn) => urn.includes("rolePolicyAttachment"))).toHaveLength(2);
      expect(dependencies.some((urn) => urn.includes("test:index:Before"))).toBe(true);
    }
  });

  it("change one after the other where they are a pool's GPU nodes, for EKS changes one of each group at a time", () => {
    const waitsFor = (key: string) =>
      base
        .only(GROUP, `/${key}`)
        .dependencies.filter((urn) => urn.includes(GROUP))
        .map((urn) => urn.split("::us-east-1/").at(-1));
    expect(waitsFor("a100-on-demand/use1-az2")).toEqual(["a100-on-demand/use1-az1"]);
    expect(waitsFor("a100-on-demand/use1-az4")).toEqual(["a100-on-demand/use1-az2"]);
    expect(waitsFor("a100-spot/use1-az1")).toContain("a100-on-demand/use1-az4");
    expect(waitsFor("system/use1-az4")).toEqual([]);
  });

  it("use one version of their template, by number", () => {
    expect(base.only(GROUP, "/system/use1-az1").inputs.launchTemplate).toEqual({
      id: expect.any(String),
      version: "1",
    });
  });

  it("change nothing of the others when a pool or a rung is added", async () => {
    const more = {
      pools: {
        a100: { ...A100.pools.a100, capacity: ["on-demand", "spot", "reservation"], reservation: RESERVATION },
        l40s: { instanceType: "g6e.12xlarge" },
      },
    };
    const grown = await pools(more);
    expect(grown.urns()).toEqual(expect.arrayContaining(base.urns()));
    expect(base.changedTo(grown)).toEqual([]);
    // A template and a component each, a group in the reservation's zone and three of the other pool.
    expect(grown.resources.length - base.resources.length).toBe(8);
  });
});

const RESERVATION = { id: "cr-0fedcba9876543210", zone: "use1-az4" };

describe("nodes that work together", () => {
  it("are close to each other, and may say anything to each other only", async () => {
    const plan = await pools({ pools: { a100: { instanceType: "p4de.24xlarge", multiNode: true } } });
    expect(plan.only("aws:ec2/placementGroup:PlacementGroup").inputs).toMatchObject({
      name: "homeport-prod-a100-on-demand",
      strategy: "cluster",
    });
    const group = `<id of us-east-1/efa>`;
    for (const type of [
      "securityGroupIngressRule:SecurityGroupIngressRule",
      "securityGroupEgressRule:SecurityGroupEgressRule",
    ])
      expect(plan.only(`aws:vpc/${type}`).inputs).toMatchObject({
        securityGroupId: group,
        referencedSecurityGroupId: group,
        ipProtocol: "-1",
      });
    const { placement, networkInterfaces } = plan.only(
      "aws:ec2/launchTemplate:LaunchTemplate",
      "/a100-on-demand",
    ).inputs;
    expect(placement).toEqual({ groupName: "homeport-prod-a100-on-demand" });
    expect(networkInterfaces).toHaveLength(4);
    for (const one of networkInterfaces as object[])
      expect(one).toMatchObject({ securityGroups: ["sg-cluster", group], deleteOnTermination: "true" });
    expect(plan.only("aws:ec2/launchTemplate:LaunchTemplate", "/system").inputs).not.toHaveProperty(
      "networkInterfaces",
    );
  });
});

describe("nodes with nights off", () => {
  it("are scheduled on the group's own autoscaling group", async () => {
    const offHours = { stop: "19:00", start: "07:00", timeZone: "America/New_York" };
    const plan = await pools({ pools: { l40s: { instanceType: "g6e.2xlarge", offHours } } });
    expect(plan.only("aws:autoscaling/schedule:Schedule", "/use1-az4/stop").inputs).toEqual({
      autoscalingGroupName: "<autoscaling group of us-east-1/l40s-on-demand/use1-az4>",
      scheduledActionName: "off-hours-stop",
      recurrence: "0 19 * * *",
      timeZone: "America/New_York",
      minSize: 0,
      maxSize: 0,
      desiredCapacity: 0,
    });
  });
});

describe("a capacity block", () => {
  const block = { ...RESERVATION, ends: "2027-03-01T11:30:00Z" };
  const withBlock = (capacity: string[]) =>
    pools({ pools: { a100: { instanceType: "p4d.24xlarge", capacity, block, min: 2, max: 2 } } });

  it("ends with a word a day ahead, and with nodes of the next way by the group's real name", async () => {
    const plan = await withBlock(["block", "on-demand"]);
    const schedule = (name: string) =>
      plan.only("aws:scheduler/schedule:Schedule", name).inputs as {
        scheduleExpression: string;
        target: { arn: string; input: string };
      };
    for (const { inputs } of plan.resources.filter(({ type }) => type === "aws:scheduler/schedule:Schedule"))
      expect(`${inputs.namePrefix}`).toMatch(/^a100-(reminder|handover-az[12])-$/);
    expect(schedule("/a100-block-reminder").target.arn).toBe("arn:aws:scheduler:::aws-sdk:sns:publish");
    const handover = schedule("/a100-block-handover-az2");
    expect(handover.scheduleExpression).toBe("at(2027-03-01T09:50:00)");
    expect(JSON.parse(handover.target.input)).toEqual({
      ClusterName: "homeport-prod",
      NodegroupName: "<node group of us-east-1/a100-on-demand/use1-az2>",
      ScalingConfig: { MinSize: 1, DesiredSize: 1 },
    });
  });

  it("has no successor where the ladder ends with it", async () => {
    const plan = await withBlock(["block"]);
    expect(plan.counts()["aws:scheduler/schedule:Schedule"]).toBe(1);
  });
});

describe("nodes that Karpenter makes", () => {
  it("have a profile of a known name, and a queue that hears of interruptions", async () => {
    const plan = await pools({ pools: { small: { instanceType: "g6e.2xlarge", manager: "karpenter" } } });
    expect(plan.only("aws:iam/instanceProfile:InstanceProfile").inputs).toMatchObject({
      name: "homeport-prod-us-east-1-node",
    });
    expect(plan.only("aws:sqs/queue:Queue").inputs).toMatchObject({
      name: "homeport-prod-interruptions",
      messageRetentionSeconds: 300,
      sqsManagedSseEnabled: true,
    });
    expect(plan.counts()).toMatchObject({
      "aws:cloudwatch/eventRule:EventRule": 4,
      "aws:cloudwatch/eventTarget:EventTarget": 4,
      [GROUP]: 3,
    });
    expect(base.counts()["aws:sqs/queue:Queue"]).toBeUndefined();
  });

  it("join with the role of the managed groups, for which EKS makes the access entry", async () => {
    const plan = await pools({ pools: { small: { instanceType: "g6e.2xlarge", manager: "karpenter" } } });
    const profile = plan.only("aws:iam/instanceProfile:InstanceProfile").inputs;
    const groups = plan.resources.filter(({ type }) => type === GROUP);
    expect(groups.length).toBeGreaterThan(0);
    const [arn] = [...new Set(groups.map(({ inputs }) => inputs.nodeRoleArn))];
    expect(arn).toBe("<arn of us-east-1/node>");
    expect(profile.role).toBe("homeport-prod-us-east-1-node");
    expect(plan.only("aws:iam/role:Role", "us-east-1/node").inputs.name).toBe(profile.role);
  });
});

describe("operators who come through a tunnel", () => {
  it("come by the nodes' SSM agent", async () => {
    const plan = await pools({ ...A100, cluster: { access: { via: "tunnel" } } });
    expect(plan.counts()["aws:iam/rolePolicyAttachment:RolePolicyAttachment"]).toBe(3);
  });
});

describe("AWS's own schemas", () => {
  const block = { id: "cr-0123456789abcdef0", zone: "use1-az4", ends: "2027-03-01T11:30:00Z" };
  const every = {
    pools: {
      a100: {
        instanceType: "p4de.24xlarge",
        capacity: ["block", "reservation", "on-demand", "spot"],
        block,
        reservation: RESERVATION,
        multiNode: true,
        offHours: { stop: "19:00", start: "07:00" },
      },
      h100: { instanceType: "p5.48xlarge", multiNode: true },
      small: { instanceType: "g6e.2xlarge", manager: "karpenter" },
    },
  };

  it("take every way to get nodes, nodes that work together, nights off, a block's end and Karpenter's queue", async () => {
    const plan = await pools(every);
    const { judged, problems } = judgePlan(plan.resources);
    expect(problems).toEqual([]);
    expect(judged).toBeGreaterThan(30);
  });
});

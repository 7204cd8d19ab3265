import { SCHEMAS } from "../support/aws/cloudformation";
import { judgePlan } from "../support/aws/conforms";
import { MAPPED_TYPES, UNMAPPED_TYPES } from "../support/aws/mapped-types";
import { planned } from "../support/aws/planned";
import { statefulLosses } from "../support/aws/replacements";

/** That the judge can tell good from bad; what it says of the real stacks is in stacks.test.ts. */

const NODE_GROUP = {
  clusterName: "homeport-prod",
  amiType: "AL2023_x86_64_NVIDIA",
  capacityType: "ON_DEMAND",
  nodeRoleArn: "<arn of us-east-1/nodes>",
  subnetIds: ["<id of us-east-1/gpu-use1-az4>"],
  instanceTypes: ["p4de.24xlarge"],
  scalingConfig: { minSize: 0, maxSize: 2, desiredSize: 1 },
  taints: [{ key: "nvidia.com/gpu", value: "present", effect: "NO_SCHEDULE" }],
  labels: { "homeport.dev/pool": "a100" },
  launchTemplate: { id: "<id of us-east-1/a100>", version: "1" },
};

const problems = (type: string, inputs: Record<string, unknown>): string[] =>
  judgePlan([planned(type, "it", inputs)]).problems;

describe("a resource as AWS takes it", () => {
  it.each([
    ["aws:eks/nodeGroup:NodeGroup", NODE_GROUP],
    ["aws:ec2/vpc:Vpc", { cidrBlock: "10.64.0.0/16", enableDnsHostnames: true, tags: { Name: "homeport" } }],
    [
      "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
      { bucket: "logs", rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms" } }] },
    ],
    [
      "aws:eks/cluster:Cluster",
      { roleArn: "<arn of a>", vpcConfig: { subnetIds: [] }, enabledClusterLogTypes: ["audit"] },
    ],
  ])("has no problems: %s", (type, inputs) => {
    expect(judgePlan([planned(type, "it", inputs)])).toEqual({ judged: 1, unjudged: 0, problems: [] });
  });
});

describe("a resource that AWS would refuse", () => {
  it.each<[string, Record<string, unknown>, RegExp]>([
    [
      "a misspelt enum",
      { amiType: "AL2023_x86_64_NVIDA" },
      /\/AmiType must be equal to one of .*"AL2023_x86_64_NVIDA"/,
    ],
    ["an enum inside a list", { taints: [{ key: "a", effect: "NoSchedule" }] }, /\/Taints\/0\/Effect/],
    [
      "a number below its least",
      { scalingConfig: { minSize: -1, maxSize: 1, desiredSize: 0 } },
      /MinSize must be >= 0/,
    ],
    ["a property that is required", { nodeRoleArn: undefined }, /required property 'NodeRole'/],
    ["a property of another type", { instanceTypes: [{ a: 1 }] }, /InstanceTypes\/0 must be string/],
    [
      "a property that nobody knows",
      { nodeRepair: { enabled: true } },
      /^.*nodeRepair is neither in AWS::EKS::Nodegroup/,
    ],
    ["one that nobody knows further in", { updateConfig: { maxUnavailible: 1 } }, /updateConfig\.maxUnavailible is/],
  ])("%s", (_, change, text) => {
    expect(problems("aws:eks/nodeGroup:NodeGroup", { ...NODE_GROUP, ...change })).toEqual([
      expect.stringMatching(text),
    ]);
  });

  it("a list whose items CloudFormation wraps", () => {
    const cluster = { roleArn: "<arn of a>", vpcConfig: { subnetIds: [] }, enabledClusterLogTypes: ["audits"] };
    expect(problems("aws:eks/cluster:Cluster", cluster)).toEqual([
      expect.stringMatching(/EnabledTypes\/0\/Type.*audits/),
    ]);
  });

  it("a name against its pattern", () => {
    expect(problems("aws:s3/bucket:Bucket", { bucket: "Homeport_Logs" })).toEqual([
      expect.stringMatching(/BucketName/),
    ]);
  });

  it("a type that is not in the map", () => {
    expect(problems("aws:lightsail/bucket:Bucket", {})).toEqual([expect.stringMatching(/is not in .*mapped-types/)]);
  });
});

describe("the map", () => {
  it("names only types that the fixture has, and the fixture none that the map lacks", () => {
    const named = new Set(Object.values(MAPPED_TYPES).map(({ schema }) => schema));
    expect([...named].sort()).toEqual(Object.keys(SCHEMAS.types).sort());
    expect(Object.keys(UNMAPPED_TYPES).filter((type) => type in MAPPED_TYPES)).toEqual([]);
  });

  it("has only patterns that JavaScript reads", () => {
    const patterns = [...JSON.stringify(SCHEMAS.types).matchAll(/"pattern": ?("(?:[^"\\]|\\.)*")/g)];
    expect(patterns.length).toBeGreaterThan(150);
    for (const [, text] of patterns) expect(() => new RegExp(JSON.parse(text as string), "u")).not.toThrow();
  });
});

describe("what holds state", () => {
  const bucket = planned("aws:s3/bucket:Bucket", "us-east-1/weights", {
    bucket: "homeport-weights",
    objectLockEnabled: true,
  });
  const subnet = planned("aws:ec2/subnet:Subnet", "us-east-1/gpu-use1-az4", {
    vpcId: "<id of vpc>",
    cidrBlock: "10.64.32.0/20",
    availabilityZoneId: "use1-az4",
    mapPublicIpOnLaunch: false,
  });
  const cluster = planned("aws:eks/cluster:Cluster", "us-east-1/cluster", {
    name: "homeport-prod",
    roleArn: "<arn of role>",
    version: "1.34",
    kubernetesNetworkConfig: { serviceIpv4Cidr: "172.20.0.0/16" },
  });
  const before = [bucket, subnet, cluster];
  const changed = (one: (typeof before)[number], inputs: Record<string, unknown>) =>
    before.map((resource) => (resource === one ? { ...one, inputs: { ...one.inputs, ...inputs } } : resource));

  it("stays through a change that AWS makes in place, and an addition", () => {
    const after = [...changed(cluster, { version: "1.35" }), planned("aws:ec2/vpc:Vpc", "other", {})];
    expect(statefulLosses(before, after)).toEqual([]);
    expect(statefulLosses(before, changed(subnet, { mapPublicIpOnLaunch: true }))).toEqual([]);
  });

  it.each([
    ["another bucket name", bucket, { bucket: "other" }, /Bucket us-east-1\/weights: BucketName/],
    ["object lock, by Pulumi's own rule", bucket, { objectLockEnabled: false }, /objectLockEnabled/],
    ["another range of a subnet", subnet, { cidrBlock: "10.64.48.0/20" }, /CidrBlock/],
    ["another zone", subnet, { availabilityZoneId: "use1-az6" }, /availabilityZoneId/],
    [
      "a property inside another",
      cluster,
      { kubernetesNetworkConfig: { serviceIpv4Cidr: "10.0.0.0/16" } },
      /ServiceIpv4Cidr/,
    ],
  ])("is lost by %s", (_, one, inputs, text) => {
    expect(statefulLosses(before, changed(one, inputs))).toEqual(expect.arrayContaining([expect.stringMatching(text)]));
  });

  it("is lost by another region, and by another name in the program", () => {
    const moved = { ...bucket, provider: bucket.provider.replace("us-east-1", "us-west-2") };
    expect(statefulLosses([bucket], [moved])).toEqual([expect.stringMatching(/its region/)]);
    expect(statefulLosses([bucket], [{ ...bucket, urn: `${bucket.urn}-b` }])).toEqual([
      expect.stringMatching(/removed/),
    ]);
  });
});

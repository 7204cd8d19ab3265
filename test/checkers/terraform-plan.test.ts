import { policyDocuments } from "../../scripts/lib/checkers/policy-documents";
import { terraformPlan, terraformType } from "../../scripts/lib/checkers/terraform-plan";
import { planned } from "../support/aws/planned";

const valuesOf = (...plan: ReturnType<typeof planned>[]) =>
  Object.fromEntries(
    terraformPlan(plan).planned_values.root_module.resources.map(({ address, values }) => [address, values]),
  );

describe("a plan in Terraform's words", () => {
  it.each([
    ["aws:ec2/vpc:Vpc", "aws_vpc"],
    ["aws:ec2/capacityReservation:CapacityReservation", "aws_ec2_capacity_reservation"],
    ["aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "aws_vpc_security_group_ingress_rule"],
    ["aws:eks/nodeGroup:NodeGroup", "aws_eks_node_group"],
    ["aws:lb/loadBalancer:LoadBalancer", "aws_lb"],
    ["aws:lb/targetGroup:TargetGroup", "aws_lb_target_group"],
    [
      "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
      "aws_s3_bucket_server_side_encryption_configuration",
    ],
    ["aws:s3/bucketReplicationConfig:BucketReplicationConfig", "aws_s3_bucket_replication_configuration"],
    ["aws:amp/workspace:Workspace", "aws_prometheus_workspace"],
    ["aws:costexplorer/anomalyMonitor:AnomalyMonitor", "aws_ce_anomaly_monitor"],
    ["aws:cloudtrail/trail:Trail", "aws_cloudtrail"],
    ["aws:wafv2/webAcl:WebAcl", "aws_wafv2_web_acl"],
  ])("calls %s %s", (type, name) => {
    expect(terraformType(type)).toBe(name);
  });

  it("writes single objects and lists of them as blocks, by the single's name, and leaves maps and lists of text", () => {
    const group = planned("aws:eks/nodeGroup:NodeGroup", "us-east-1/a100", {
      scalingConfig: { minSize: 0 },
      taints: [{ key: "nvidia.com/gpu", effect: "NO_SCHEDULE" }],
      nodeRepairConfig: { nodeRepairConfigOverrides: [{ repairAction: "Replace" }] },
      instanceTypes: ["p4de.24xlarge"],
      labels: { "homeport.dev/pool": "a100" },
      version: undefined,
    });
    expect(valuesOf(group)).toEqual({
      "aws_eks_node_group.us-east-1_a100": {
        scaling_config: [{ min_size: 0 }],
        taint: [{ key: "nvidia.com/gpu", effect: "NO_SCHEDULE" }],
        node_repair_config: [{ node_repair_config_overrides: [{ repair_action: "Replace" }] }],
        instance_types: ["p4de.24xlarge"],
        labels: { "homeport.dev/pool": "a100" },
      },
    });
  });

  it.each([
    ["metricQueries", "metric_query"],
    ["failoverRoutingPolicies", "failover_routing_policy"],
    ["aliases", "alias"],
    ["rules", "rule"],
    ["statuses", "status"],
    ["blockDeviceMappings", "block_device_mappings"],
    ["access", "access"],
  ])("calls the blocks of %s %s", (name, single) => {
    expect(Object.values(valuesOf(planned("aws:ec2/vpc:Vpc", "a", { [name]: [{ a: 1 }] })))).toEqual([
      { [single]: [{ a: 1 }] },
    ]);
  });

  it("joins what belongs together: by id and ARN among what it depends on, by the plain name of a bucket", () => {
    const vpc = planned("aws:ec2/vpc:Vpc", "us-east-1/vpc", {});
    const namesake = planned("aws:ec2/securityGroup:SecurityGroup", "us-east-1/vpc", {});
    const subnet = {
      ...planned("aws:ec2/subnet:Subnet", "s", { vpcId: "<id of us-east-1/vpc>" }),
      dependencies: [vpc.urn],
    };
    const bucket = planned("aws:s3/bucket:Bucket", "logs", { bucket: "homeport-logs" });
    const versioning = planned("aws:s3/bucketVersioning:BucketVersioning", "logs", { bucket: "homeport-logs" });
    expect(valuesOf(namesake, vpc, subnet, bucket, versioning)).toMatchObject({
      "aws_subnet.s": { vpc_id: "aws_vpc.us-east-1_vpc.id" },
      "aws_s3_bucket.logs": { bucket: "homeport-logs" },
      "aws_s3_bucket_versioning.logs": { bucket: "aws_s3_bucket.logs.id" },
    });
  });
});

describe("the policies of a plan", () => {
  it("are found wherever a resource holds one, with ARNs of the right form where they are not known yet", () => {
    const key = planned("aws:kms/key:Key", "us-east-1/cluster", { policy: '{"Statement":[]}' });
    const role = planned("aws:iam/role:Role", "us-east-1/cluster", { assumeRolePolicy: '{"Version":"2012-10-17"}' });
    const use = planned("aws:iam/rolePolicy:RolePolicy", "us-east-1/cluster", {
      policy: '{"Statement":[{"Action":"kms:Decrypt","Resource":"<arn of us-east-1/cluster>"}]}',
    });
    const found = policyDocuments([key, role, use, planned("aws:ec2/vpc:Vpc", "a", { policy: "{}" })]);
    expect(found.map(({ kind, resource }) => [kind, resource.type])).toEqual([
      ["resource", key.type],
      ["trust", role.type],
      ["identity", use.type],
    ]);
    expect(JSON.stringify(found[2]?.document)).toContain("arn:aws:kms:us-east-1:123456789012:key/");
  });

  it("that are no text cannot be passed over", () => {
    const odd = planned("aws:iam/rolePolicy:RolePolicy", "a", { policy: { Statement: [] } });
    expect(() => policyDocuments([odd])).toThrow(/policy is no text/);
  });
});

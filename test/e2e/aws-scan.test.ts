import { ACCEPTED_AWS } from "../../scripts/lib/checkers/accepted-aws";
import { checkPlan, type PlanCheckResult } from "../../scripts/lib/checkers/check-plan";
import { policyDocuments } from "../../scripts/lib/checkers/policy-documents";
import { complaints, planTable } from "../../scripts/lib/checkers/report-check";
import type { PlannedResource } from "../../scripts/lib/render/recorder";
import { withAllOptions } from "../support/aws/all-options";
import { planned } from "../support/aws/planned";
import { Stacks } from "../support/stacks";

jest.setTimeout(900_000); // on a bare machine the checkers are installed first

const stacks = new Stacks();
const used = new Set<string>();

const ALL = "with all options";

describe.each(["dev", "staging", "prod", "airgapped", ALL])("every AWS resource of stack %s", (stack) => {
  let plan: PlannedResource[];
  let result: PlanCheckResult;
  beforeAll(async () => {
    plan = (await (stack === ALL ? stacks.changed("prod", withAllOptions) : stacks.render(stack))).plan;
    result = await checkPlan(plan, ACCEPTED_AWS);
    for (const { reason } of result.accepted) used.add(reason);
    console.info(`${stack}\n${planTable(result)}`);
  });

  it("passes checkov, parliament and cloudsplaining, the accepted rows aside", () => {
    expect(complaints(result, "accepted-aws.ts")).toEqual([]);
  });

  it("was really judged: half of the resources by checkov, each policy by parliament, those of roles by cloudsplaining", () => {
    const policies = policyDocuments(plan);
    const holders = (kinds: readonly string[]): number =>
      new Set(policies.filter(({ kind }) => kinds.includes(kind)).map(({ resource }) => resource.urn)).size;
    const seen = Object.fromEntries(result.tallies.map(({ checker, resources }) => [checker, resources]));
    expect(result.expected).toBe(plan.filter(({ type }) => type.startsWith("aws:")).length);
    expect(seen.parliament).toBe(holders(["identity", "resource", "trust"]));
    expect(seen.cloudsplaining).toBe(holders(["identity"]));
    expect(policies.length).toBeGreaterThanOrEqual(10);
    expect(seen.checkov).toBeGreaterThanOrEqual(result.expected / 2);
  });
});

it("every accepted row is needed by one of the stacks", () => {
  expect(ACCEPTED_AWS.filter(({ reason }) => !used.has(reason))).toEqual([]);
});

describe("a known-bad stack", () => {
  const policy = (action: string | string[], resource: string, extra = {}) =>
    JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Action: action, Resource: resource, ...extra }],
    });
  const bad = [
    planned("aws:s3/bucket:Bucket", "open", { bucket: "homeport-open" }),
    planned("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", "open", {
      bucket: "homeport-open",
      blockPublicAcls: false,
      blockPublicPolicy: false,
    }),
    planned("aws:eks/cluster:Cluster", "open", {
      name: "open",
      roleArn: "<arn of role>",
      vpcConfig: { endpointPublicAccess: true, publicAccessCidrs: ["0.0.0.0/0"], subnetIds: [] },
    }),
    planned("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "open", {
      cidrIpv4: "0.0.0.0/0",
      fromPort: 22,
      toPort: 22,
      ipProtocol: "tcp",
    }),
    planned("aws:ec2/launchTemplate:LaunchTemplate", "open", { metadataOptions: { httpTokens: "optional" } }),
    planned("aws:kms/key:Key", "open", { enableKeyRotation: false }),
    planned("aws:lb/listener:Listener", "open", { port: 80, protocol: "HTTP" }),
    planned("aws:iam/rolePolicy:RolePolicy", "admin", { policy: policy("*", "*") }),
    planned("aws:iam/rolePolicy:RolePolicy", "typo", { policy: policy("s3:GetObjekt", "arn:aws:s3:::b/*") }),
    planned("aws:iam/rolePolicy:RolePolicy", "mismatch", { policy: policy("s3:GetObject", "arn:aws:s3:::b") }),
    planned("aws:iam/rolePolicy:RolePolicy", "reader", { policy: policy(["s3:GetObject"], "*") }),
  ];
  let result: PlanCheckResult;
  beforeAll(async () => {
    result = await checkPlan(bad, []);
  });
  const failed = (checker: string): string[] =>
    result.failed.filter((finding) => finding.checker === checker).map(({ check, object }) => `${check} ${object}`);

  it("is seen by checkov through the converter: encryption, logging, the open port, metadata, rotation", () => {
    expect(failed("checkov")).toEqual(
      expect.arrayContaining([
        "CKV_AWS_53 aws_s3_bucket_public_access_block open",
        "CKV_AWS_21 aws_s3_bucket open",
        "CKV_AWS_37 aws_eks_cluster open",
        "CKV_AWS_38 aws_eks_cluster open",
        "CKV_AWS_58 aws_eks_cluster open",
        "CKV_AWS_24 aws_vpc_security_group_ingress_rule open",
        "CKV_AWS_79 aws_launch_template open",
        "CKV_AWS_7 aws_kms_key open",
        "CKV_AWS_2 aws_lb_listener open",
      ]),
    );
  });

  it("is seen by the readers of IAM: an action that is none, a resource that does not fit, grants of everything", () => {
    expect(failed("parliament")).toEqual(
      expect.arrayContaining([
        "UNKNOWN_ACTION aws_iam_role_policy typo",
        "RESOURCE_MISMATCH aws_iam_role_policy mismatch",
      ]),
    );
    expect(failed("cloudsplaining")).toEqual(
      expect.arrayContaining([
        "DataExfiltration aws_iam_role_policy reader",
        "PrivilegeEscalation aws_iam_role_policy admin",
      ]),
    );
  });
});

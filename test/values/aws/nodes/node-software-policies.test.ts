import {
  autoscalerPolicy,
  karpenterPolicy,
  loadBalancerControllerPolicy,
} from "../../../../infra/values/aws/nodes/node-software-policies";
import { podRoles } from "../../../../infra/values/aws/pod-roles";
import type { PolicyDocument } from "../../../../infra/values/aws/policy";
import { awsCell } from "../../../support/aws-cell";

/** Proves whom the controllers' rights stop at. That AWS knows the actions is proved by the IAM checkers. */

const { place, config } = awsCell();
const changes = ({ Statement }: PolicyDocument) =>
  Statement.filter(({ Action }) => ![Action].flat().every((action) => /:(Describe|Get|List)/.test(action)));
const actions = (statements: PolicyDocument["Statement"]) => statements.flatMap(({ Action }) => Action);

it("the autoscaler resizes groups of its cluster, and nothing else", () => {
  const [scale, ...others] = changes(autoscalerPolicy(place));
  expect(others).toEqual([]);
  expect(scale?.Action).toEqual(["autoscaling:SetDesiredCapacity", "autoscaling:TerminateInstanceInAutoScalingGroup"]);
  expect(scale?.Condition).toEqual({ StringEquals: { "aws:ResourceTag/eks:cluster-name": "homeport-prod" } });
});

it("the load balancer controller registers targets of the environment's groups, and makes nothing", () => {
  const [register, ...others] = changes(loadBalancerControllerPolicy(place));
  expect(others).toEqual([]);
  expect(register?.Action).toEqual(["elasticloadbalancing:RegisterTargets", "elasticloadbalancing:DeregisterTargets"]);
  expect(register?.Condition).toEqual({ StringEquals: { "aws:ResourceTag/homeport.dev/environment": "prod" } });
});

it("Karpenter changes only what bears its cluster's tag, makes no role or profile, and passes one role", () => {
  const statements = changes(karpenterPolicy(place));
  for (const { Sid, Action, Condition, Resource } of statements) {
    const tagged = JSON.stringify(Condition ?? {}).includes("Tag/kubernetes.io/cluster/homeport-prod");
    const narrow = ["LaunchFrom", "GiveNodesTheirRole", "HearOfInterruptions"].includes(Sid);
    expect([Sid, tagged || narrow]).toEqual([Sid, true]);
    if (Sid !== "LaunchFrom") expect(Resource).not.toBe("*");
    expect([Action].flat().filter((action) => /^iam:(?!PassRole)/.test(action))).toEqual([]);
  }
  const passed = statements.find(({ Action }) => Action === "iam:PassRole");
  expect(passed?.Resource).toBe("arn:aws:iam::123456789012:role/homeport-prod-us-east-1-node");
  // Its garbage collection lists profiles whoever made them, and complains for ever where it may not.
  expect(actions(karpenterPolicy(place).Statement)).toContain("iam:ListInstanceProfiles");
});

it("reads no further than the region", () => {
  for (const policy of [autoscalerPolicy(place), loadBalancerControllerPolicy(place), karpenterPolicy(place)])
    for (const { Sid, Resource, Condition } of policy.Statement)
      if (Resource === "*" && !["Prices", "LookForOldProfiles"].includes(Sid))
        expect([Sid, Condition]).toEqual([Sid, { StringEquals: { "aws:RequestedRegion": "us-east-1" } }]);
});

it("no policy is longer than IAM allows for a role", () => {
  for (const policy of [autoscalerPolicy(place), loadBalancerControllerPolicy(place), karpenterPolicy(place)])
    expect(JSON.stringify(policy).length).toBeLessThan(10_240);
});

it("Karpenter has a role only where it makes nodes", () => {
  const purposes = (pools: object) => podRoles(place, awsCell({ pools }).config).map(({ purpose }) => purpose);
  expect(purposes({})).toEqual(expect.arrayContaining(["cluster-autoscaler", "load-balancer-controller"]));
  expect(purposes({})).not.toContain("karpenter");
  expect(purposes({ small: { instanceType: "g6e.2xlarge", manager: "karpenter" } })).toContain("karpenter");
  expect(
    actions(podRoles(place, config).flatMap(({ policy }) => (policy as PolicyDocument | undefined)?.Statement ?? [])),
  ).not.toContain("*");
});

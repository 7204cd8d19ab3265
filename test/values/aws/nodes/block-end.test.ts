import { blockEndPolicy, blockEnds, callTarget } from "../../../../infra/values/aws/nodes/block-end";
import { awsCell, type Sections } from "../../../support/aws-cell";
import { a100, releaseFile } from "../../../support/releases";

const BLOCK = { id: "cr-0123456789abcdef0", zone: "use1-az4", ends: "2027-03-01T11:30:00Z" };

const file = { ...releaseFile({ variants: a100(8) }), mirrored: { "prod/us-east-1": "2026-11-22" } };
const MODELS = { chat: { live: "r1", replicas: 2, releases: { r1: file.id } } };

const endsOf = (pool: object, sections: Sections = {}) => {
  const pools = { a100: { instanceType: "p4de.24xlarge", max: 2, block: BLOCK, ...pool } };
  return blockEnds(awsCell({ pools, models: MODELS, ...sections }, { chat: { r1: file } }));
};

it("tells a day ahead, and has the nodes of the next way ready an hour before EKS drains", () => {
  const [end, ...others] = endsOf({ capacity: ["block", "on-demand", "spot"] });
  expect(others).toEqual([]);
  expect(end?.remindAt).toBe("at(2027-02-28T11:30:00)");
  expect(end?.next).toEqual({
    prepareAt: "at(2027-03-01T09:50:00)",
    groups: [{ key: "a100-on-demand", zone: "use1-az4", nodes: 2 }],
  });
  expect(end?.reminder.Message).toContain("Remove `block` from pools.a100 and run pulumi up");
});

it("says plainly that a pool without another way stops", () => {
  const [end] = endsOf({ capacity: ["block"] });
  expect(end?.next).toBeUndefined();
  expect(end?.reminder.Message).toContain("what runs on it stops");
});

it("has a subject that SNS takes, whatever the pool is called", () => {
  const name = "a".repeat(20);
  const pools = { [name]: { instanceType: "p4de.24xlarge", capacity: ["block"], block: BLOCK } };
  expect(blockEnds(awsCell({ pools }))[0]?.reminder.Subject.length).toBeLessThanOrEqual(100);
});

it("is nothing in a region that the block is not in, and where the pool does not use it", () => {
  expect(endsOf({ capacity: ["block", "spot"] }, { regions: ["us-west-2"] })).toEqual([]);
  expect(endsOf({ capacity: ["spot"] })).toEqual([]);
});

it("may resize the groups of its pools and tell the topic, and nothing else", () => {
  const { place } = awsCell();
  const { Statement } = blockEndPolicy(place, endsOf({ capacity: ["block", "spot"] }));
  const allowed = Object.fromEntries(Statement.map(({ Action, Resource }) => [String([Action].flat()), Resource]));
  expect(allowed).toMatchObject({
    "sns:Publish": "arn:aws:sns:us-east-1:123456789012:homeport-prod-alarms",
    "eks:UpdateNodegroupConfig": ["arn:aws:eks:us-east-1:123456789012:nodegroup/homeport-prod/a100-*/*"],
  });
  expect(Object.keys(allowed)).toHaveLength(3);
  expect(callTarget({ region: "us-gov-west-1" }, "sns:publish")).toBe("arn:aws-us-gov:scheduler:::aws-sdk:sns:publish");
});

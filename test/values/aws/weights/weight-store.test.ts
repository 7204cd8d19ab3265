import { bucketArn, type Place, roleArn, roleName, weightsBucket } from "../../../../infra/core/aws/names";
import { weightsReplication } from "../../../../infra/values/aws/weights/weight-store";
import {
  mirrorPolicy,
  mirrorRoleName,
  nodeCachePolicy,
  replicationPolicy,
  weightsBucketPolicy,
} from "../../../../infra/values/aws/weights/weights-policies";

/** Proves what the policies say under IAM's rules for the conditions used here, not that AWS accepts them. */

const place = (region: string): Place => ({ environment: "prod", account: "123456789012", region });
const first = place("us-east-1");
const other = place("us-west-2");
const object = `${bucketArn(other, weightsBucket(other))}/releases/${"a".repeat(64)}/files/config.json`;
const nodes = roleArn(other, roleName(other, "node-cache"));
const mirror = roleArn(first, mirrorRoleName(first));
const admin = "arn:aws:iam::123456789012:role/platform-admin";
const policy = weightsBucketPolicy(other, first, "vpc-west");

interface Call {
  action: string;
  by: string;
  resource?: string;
  vpc?: string;
  tls?: boolean;
}

/** Sids of the statements that refuse a call. */
function refusals({ action, by, resource = object, vpc, tls = true }: Call): string[] {
  const context: Record<string, string | undefined> = {
    "aws:PrincipalArn": by,
    "aws:SourceVpc": vpc,
    "aws:SecureTransport": `${tls}`,
    "s3:TlsVersion": tls ? "1.3" : undefined,
  };
  const holds = (operator: string, key: string, wanted: unknown) => {
    const values = [wanted].flat();
    if (operator === "NumericLessThan") return context[key] !== undefined && Number(context[key]) < Number(wanted);
    return operator.includes("Not") !== values.includes(context[key]);
  };
  return policy.Statement.filter((statement) => {
    const matches = (patterns: string | readonly string[] | undefined, value: string) =>
      [patterns ?? []].flat().some((pattern) => new RegExp(`^${pattern.replaceAll("*", ".*")}$`).test(value));
    const conditions = Object.entries(("Condition" in statement && statement.Condition) || {}).flatMap(
      ([operator, keys]) => Object.entries(keys as object).map(([key, wanted]) => holds(operator, key, wanted)),
    );
    return matches(statement.Action, action) && matches(statement.Resource, resource) && conditions.every(Boolean);
  }).map(({ Sid }) => Sid);
}

describe("the weights bucket's policy", () => {
  it("lets the region's node cache read from its own network and from nowhere else", () => {
    expect(refusals({ action: "s3:GetObject", by: nodes, vpc: "vpc-west" })).toEqual([]);
    expect(refusals({ action: "s3:GetObject", by: nodes, vpc: "vpc-other" })).toEqual(["NodesOnlyFromTheirNetwork"]);
    expect(refusals({ action: "s3:GetObject", by: nodes })).toEqual(["NodesOnlyFromTheirNetwork"]);
    expect(refusals({ action: "s3:PutObject", by: nodes, vpc: "vpc-west" })).toEqual(["OnlyMirrorWrites"]);
  });

  it("lets whoever mirrors write and read back from anywhere, and nobody else, administrators included", () => {
    for (const action of ["s3:PutObject", "s3:GetObject", "s3:ListBucket"])
      expect(refusals({ action, by: mirror })).toEqual([]);
    expect(refusals({ action: "s3:GetObject", by: admin })).toEqual(["OnlyNodesAndMirrorRead"]);
    expect(refusals({ action: "s3:PutObject", by: admin })).toEqual(["OnlyMirrorWrites"]);
    const ofFirst = roleArn(first, roleName(first, "node-cache"));
    expect(refusals({ action: "s3:GetObject", by: ofFirst, vpc: "vpc-west" })).toEqual(["OnlyNodesAndMirrorRead"]);
  });

  it("never locks out whoever may change the policy, and lets nobody delete or talk in plain", () => {
    const bucket = bucketArn(other, weightsBucket(other));
    for (const action of ["s3:PutBucketPolicy", "s3:PutLifecycleConfiguration", "s3:ListBucket"])
      expect(refusals({ action, by: admin, resource: bucket })).toEqual([]);
    expect(refusals({ action: "s3:DeleteObjectVersion", by: mirror })).toEqual(["NobodyDeletes"]);
    expect(refusals({ action: "s3:BypassGovernanceRetention", by: admin })).toEqual(["NobodyDeletes"]);
    expect(refusals({ action: "s3:ListBucket", by: admin, resource: bucket, tls: false })).toEqual(["OnlyTls"]);
  });

  it("leaves replication alone: its actions are others than a client's", () => {
    const by = roleArn(first, "replication-1a2b3c");
    const actions = replicationPolicy(first, [other]).Statement.flatMap(({ Action }) => Action);
    for (const action of actions.filter((name) => name.startsWith("s3:") && name !== "s3:ListBucket"))
      expect([action, refusals({ action, by })]).toEqual([action, []]);
  });
});

describe("roles around the weights", () => {
  it("give the node cache its own region's bucket and key, and no more", () => {
    const text = JSON.stringify(nodeCachePolicy(other));
    expect(text).not.toContain("us-east-1");
    expect(nodeCachePolicy(other).Statement.flatMap(({ Action }) => Action)).toEqual([
      "s3:ListBucket",
      "s3:GetObject",
      "kms:Decrypt",
    ]);
    expect(nodeCachePolicy(other).Statement.at(-1)?.Condition).toEqual({
      StringEquals: { "kms:ViaService": "s3.us-west-2.amazonaws.com" },
      "ForAnyValue:StringEquals": { "kms:ResourceAliases": "alias/homeport-prod-weights" },
    });
  });

  it("let whoever mirrors ask all that the command asks: also whether objects replicate by themselves", () => {
    const all = mirrorPolicy([first, other]).Statement.flatMap(({ Action }) => Action);
    for (const action of ["s3:ListBucket", "s3:GetObject", "s3:GetObjectTagging", "s3:GetReplicationConfiguration"])
      expect(all).toContain(action);
    const onBuckets = mirrorPolicy([first, other]).Statement.find(({ Sid }) => Sid === "List");
    expect(onBuckets?.Action).toContain("s3:GetReplicationConfiguration");
  });

  it("let nobody delete, and name no resource by a star alone", () => {
    for (const { Statement } of [
      nodeCachePolicy(other),
      mirrorPolicy([first, other]),
      replicationPolicy(first, [other]),
    ])
      for (const { Action, Resource } of Statement) {
        expect([Action].flat().filter((action) => /Delete|\*/.test(action))).toEqual([]);
        expect([Resource].flat()).not.toContain("*");
      }
  });
});

it("replicates into every other region under its own key, with a time that S3 is held to", () => {
  const rules = weightsReplication([other, place("eu-central-1")]);
  expect(rules.map(({ id, priority }) => [id, priority])).toEqual([
    ["to-us-west-2", 1],
    ["to-eu-central-1", 2],
  ]);
  expect(rules[0]?.destination).toEqual({
    bucket: "arn:aws:s3:::homeport-prod-123456789012-weights-us-west-2",
    encryptionConfiguration: { replicaKmsKeyId: "arn:aws:kms:us-west-2:123456789012:alias/homeport-prod-weights" },
    replicationTime: { status: "Enabled", time: { minutes: 15 } },
    metrics: { status: "Enabled", eventThreshold: { minutes: 15 } },
  });
});

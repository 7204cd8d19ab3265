import * as pulumi from "@pulumi/pulumi";
import { WeightStore } from "../../../infra/components/aws/weight-store";
import { ACCOUNT, awsCell, registered } from "../../support/aws-cell";
import type { Plan } from "../../support/plan";

/** Proves what is asked for, not that S3 takes it. */

const sections = { regions: ["us-east-1", "us-west-2"] };
const network = { vpcId: pulumi.output("vpc-1") };
const S3 = "aws:s3";

const store = (region: string, preview = false): Promise<Plan> => {
  const cell = awsCell(sections);
  const inRegion = { ...cell, region, place: { ...cell.place, region } };
  return registered((parent) => new WeightStore(inRegion, { network }, { parent }), { preview });
};

it("sets every setting of the first region's bucket, replicates from there and lets one role mirror", async () => {
  const plan = await store("us-east-1");
  const counts = Object.entries(plan.counts()).filter(([type]) => type.startsWith("aws:"));
  expect(Object.fromEntries(counts)).toEqual({
    "aws:iam/role:Role": 2,
    "aws:iam/rolePolicy:RolePolicy": 2,
    [`${S3}/bucketLifecycleConfiguration:BucketLifecycleConfiguration`]: 1,
    [`${S3}/bucketObjectLockConfiguration:BucketObjectLockConfiguration`]: 1,
    [`${S3}/bucketOwnershipControls:BucketOwnershipControls`]: 1,
    [`${S3}/bucketPolicy:BucketPolicy`]: 1,
    [`${S3}/bucketPublicAccessBlock:BucketPublicAccessBlock`]: 1,
    [`${S3}/bucketReplicationConfig:BucketReplicationConfig`]: 1,
    [`${S3}/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration`]: 1,
    [`${S3}/bucketVersioning:BucketVersioning`]: 1,
  });
  const bucket = `homeport-prod-${ACCOUNT}-weights-us-east-1`;
  const settings = plan.resources.filter(({ type }) => type.startsWith("aws:s3/"));
  expect(settings.map(({ inputs }) => inputs.bucket)).toEqual(settings.map(() => bucket));
  const encryption = plan.only(`${S3}/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration`);
  expect(JSON.stringify(encryption.inputs.rules)).toContain(`us-east-1:${ACCOUNT}:alias/homeport-prod-weights`);
  expect(plan.only("aws:iam/role:Role", "mirror").inputs.name).toBe("homeport-prod-us-east-1-mirror");
});

it("only sets the bucket where another region leads", async () => {
  const counts = (await store("us-west-2")).counts();
  expect(counts["aws:iam/role:Role"]).toBeUndefined();
  expect(counts[`${S3}/bucketReplicationConfig:BucketReplicationConfig`]).toBeUndefined();
  expect(counts[`${S3}/bucketPolicy:BucketPolicy`]).toBe(1);
});

it("leaves the bucket as it is when the environment goes, but for replication, whose role goes too", async () => {
  const plan = await store("us-east-1");
  const kept = plan.resources.filter(({ retainOnDelete }) => retainOnDelete).map(({ type }) => type);
  expect(kept).toHaveLength(7);
  expect(kept.join()).not.toContain("Replication");
});

it("replicates only after versioning is on and the role may", async () => {
  const plan = await store("us-east-1");
  const replication = plan.only(`${S3}/bucketReplicationConfig:BucketReplicationConfig`);
  expect(replication.dependencies).toEqual(
    expect.arrayContaining([
      plan.only(`${S3}/bucketVersioning:BucketVersioning`).urn,
      plan.only("aws:iam/rolePolicy:RolePolicy", "replication").urn,
    ]),
  );
});

it("asks for the same in preview, when no id is known", async () => {
  expect((await store("us-east-1", true)).urns()).toEqual((await store("us-east-1")).urns());
});

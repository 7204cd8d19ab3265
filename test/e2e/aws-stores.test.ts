import { DescribeRegistryCommand, ECRClient } from "@aws-sdk/client-ecr";
import { CreateKeyCommand, KMSClient, ListKeysCommand } from "@aws-sdk/client-kms";
import {
  CreateBucketCommand,
  DeleteBucketPolicyCommand,
  GetBucketPolicyCommand,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { type Place, stateBucket, weightsBucket } from "../../infra/core/aws/names";
import { requireAccount } from "../../scripts/lib/aws/account";
import { initItems, planInit, runInit } from "../../scripts/lib/init/init";
import { MOTO_ACCOUNT, type Moto, startMoto } from "../support/moto";

/** The stores of an AWS environment against a real moto server. Proves our calls and their order, not AWS's own rules. */

jest.setTimeout(120_000);

let moto: Moto;
const saved = { ...process.env };
beforeAll(async () => {
  moto = await startMoto();
  Object.assign(process.env, moto.environment);
});
afterAll(async () => {
  await moto?.stop();
  for (const name of Object.keys(moto?.environment ?? {})) delete process.env[name];
  Object.assign(process.env, saved);
});
beforeEach(() => moto.reset());

const place = (region: string): Place => ({ environment: "prod", account: MOTO_ACCOUNT, region });
const first = place("us-east-1");
const second = place("us-west-2");
const input = {
  places: [first, second] as const,
  images: [
    `nvcr.io/nvidia/k8s-device-plugin@sha256:${"1".repeat(64)}`,
    `homeport.local/agent@sha256:${"2".repeat(64)}`,
  ],
  tags: { "homeport.dev/environment": "prod" },
};
const s3 = (region = "us-east-1") => new S3Client({ region, forcePathStyle: true });
const plan = () => planInit(initItems(input));
const todoOf = (planned: Awaited<ReturnType<typeof plan>>) =>
  planned.flatMap(({ name, region, todo }) => todo.map(({ what }) => `${region} ${name}: ${what}`));

async function init(): Promise<string[]> {
  const done: string[] = [];
  await runInit(await plan(), (text) => done.push(text));
  return done;
}

describe("homeport init", () => {
  it("makes everything once; a second run finds nothing to do", async () => {
    const before = await plan();
    expect(before.map(({ name, region }) => `${region} ${name}`)).toEqual([
      "us-east-1 key alias/homeport-prod-state",
      "us-east-1 bucket homeport-prod-123456789012-state-us-east-1",
      "us-east-1 key alias/homeport-prod-weights",
      "us-east-1 bucket homeport-prod-123456789012-weights-us-east-1",
      "us-west-2 key alias/homeport-prod-weights",
      "us-west-2 bucket homeport-prod-123456789012-weights-us-west-2",
      "us-east-1 repository homeport/homeport.local/agent",
      "us-east-1 repository homeport/nvcr.io/nvidia/k8s-device-plugin",
      "us-west-2 repository homeport/homeport.local/agent",
      "us-west-2 repository homeport/nvcr.io/nvidia/k8s-device-plugin",
      "us-east-1 registry homeport/*",
    ]);
    const done = await init();
    expect(done).toHaveLength(3 + 3 * 6 + 4 + 1);
    expect(todoOf(await plan())).toEqual([]);
    const { replicationConfiguration } = await new ECRClient({ region: "us-east-1" }).send(
      new DescribeRegistryCommand({}),
    );
    expect(replicationConfiguration?.rules).toEqual([
      {
        repositoryFilters: [{ filter: "homeport/", filterType: "PREFIX_MATCH" }],
        destinations: [{ region: "us-west-2", registryId: MOTO_ACCOUNT }],
      },
    ]);
  });

  it("goes on where an interrupted run stopped, and makes nothing twice", async () => {
    const planned = await plan();
    let steps = 0;
    const stopAfter = (most: number) => () => {
      if (++steps === most) throw new Error("connection lost");
    };
    await expect(runInit(planned, stopAfter(4))).rejects.toThrow("connection lost");
    const open = todoOf(await plan());
    // Five: the bucket came with its ownership.
    expect(open).toHaveLength(todoOf(planned).length - 5);
    expect(open[0]).toBe("us-east-1 bucket homeport-prod-123456789012-state-us-east-1: public access");
    await init();
    expect(todoOf(await plan())).toEqual([]);
  });

  it("takes up a key that an interrupted run did not come to name", async () => {
    const kms = new KMSClient({ region: "us-east-1" });
    const { KeyMetadata } = await kms.send(new CreateKeyCommand({ Description: "Homeport prod: state" }));
    await init();
    const { Keys = [] } = await kms.send(new ListKeysCommand({}));
    expect(Keys.map(({ KeyId }) => KeyId)).toContain(KeyMetadata?.KeyId);
    expect(Keys).toHaveLength(2); // state and weights
  });

  it("says everything that is another way than it must be, and changes nothing", async () => {
    await s3().send(new CreateBucketCommand({ Bucket: weightsBucket(first) }));
    await init().catch(() => undefined);
    await s3().send(new CreateBucketCommand({ Bucket: stateBucket(first) }));
    const VersioningConfiguration = { Status: "Suspended" as const };
    await s3().send(new PutBucketVersioningCommand({ Bucket: stateBucket(first), VersioningConfiguration }));
    const failure = await plan().catch((error: Error) => error.message);
    expect(failure).toContain("2 settings are not ours, nothing was changed");
    expect(failure).toContain(`${stateBucket(first)} (us-east-1): versioning is Suspended, must be Enabled`);
    expect(failure).toContain(
      `${weightsBucket(first)} (us-east-1): object lock is off, must be on since the bucket was made`,
    );
    const { Keys } = await new KMSClient({ region: "us-east-1" }).send(new ListKeysCommand({}));
    expect(Keys).toEqual([]);
  });

  it("leaves a policy alone that refuses plain requests, and refuses one that does not", async () => {
    await init();
    const Bucket = weightsBucket(second);
    const strict = JSON.parse((await s3("us-west-2").send(new GetBucketPolicyCommand({ Bucket }))).Policy ?? "");
    strict.Statement.push({ ...strict.Statement[0], Sid: "More", Action: "s3:DeleteObject" });
    const put = (policy: unknown) =>
      s3("us-west-2").send(new PutBucketPolicyCommand({ Bucket, Policy: JSON.stringify(policy) }));
    await put(strict);
    expect(todoOf(await plan())).toEqual([]);
    await put({ ...strict, Statement: strict.Statement.slice(1) });
    await expect(plan()).rejects.toThrow("policy is one that allows requests without TLS, must be TLS only");
    await s3("us-west-2").send(new DeleteBucketPolicyCommand({ Bucket }));
    expect(todoOf(await plan())).toEqual([`us-west-2 bucket ${Bucket}: policy`]);
  });

  it("refuses to work in another account", async () => {
    await expect(requireAccount(first)).resolves.toBeUndefined();
    await expect(requireAccount({ ...first, account: "999999999999" })).rejects.toThrow(
      `these credentials belong to account ${MOTO_ACCOUNT}`,
    );
  });
});

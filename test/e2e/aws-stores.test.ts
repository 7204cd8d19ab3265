import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DescribeRegistryCommand, ECRClient } from "@aws-sdk/client-ecr";
import { CreateKeyCommand, KMSClient, ListKeysCommand } from "@aws-sdk/client-kms";
import {
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketPolicyCommand,
  GetBucketPolicyCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  PutBucketPolicyCommand,
  PutBucketReplicationCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { bucketArn, type Place, roleArn, stateBucket, weightsBucket } from "../../infra/core/aws/names";
import { filesPrefix } from "../../infra/core/weights-layout";
import { requireAccount } from "../../scripts/lib/aws/account";
import { exportBundle } from "../../scripts/lib/bundle/export";
import { sendBundle, verifyBundle } from "../../scripts/lib/bundle/import";
import { ecrRegistry, replicaSecondsOf } from "../../scripts/lib/images/mirror";
import { initItems, planInit, runInit } from "../../scripts/lib/init/init";
import { type LocalFile, localFiles } from "../../scripts/lib/weights/local-files";
import { awsStore, mirrorToRegions, type RegionOptions } from "../../scripts/lib/weights/mirror-regions";
import { retire, unpinnedIn } from "../../scripts/lib/weights/retire";
import { missingIn, sendRelease } from "../../scripts/lib/weights-store";
import { attempt, poll, sleep } from "../../scripts/local/command";
import { forwarded } from "../support/forwarded";
import { MOTO_ACCOUNT, type Moto, startMoto } from "../support/moto";
import { bytesOf, releaseOf } from "../support/weights-release";
import { putImage, writableRegistry } from "../support/writable-registry";

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
    expect(done).toHaveLength(3 + 3 * 7 + 4 + 1);
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

  it.each([
    ["the bucket was made", 2, "tags"],
    ["it kept versions", 4, "encryption"],
  ])("goes on where a run was interrupted after %s, and makes nothing twice", async (_, stop, next) => {
    const planned = await plan();
    let steps = 0;
    const stopAfter = (most: number) => () => {
      if (++steps === most) throw new Error("connection lost");
    };
    await expect(runInit(planned, stopAfter(stop))).rejects.toThrow("connection lost");
    const open = todoOf(await plan());
    // One more than was done: the bucket came with its ownership.
    expect(open).toHaveLength(todoOf(planned).length - stop - 1);
    expect(open[0]).toBe(`us-east-1 bucket homeport-prod-123456789012-state-us-east-1: ${next}`);
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

  it("asks before it makes anything, and prints what to type next", async () => {
    const cli = async (...flags: string[]) => {
      const args = [join(__dirname, "../../scripts/homeport.cjs"), "init", "dev", "--json", ...flags];
      const { code, stdout, stderr } = await attempt(process.execPath, args);
      return { code, stderr, ...(JSON.parse(stdout) as { todo: string[]; done: number; next: string[] }) };
    };
    const asked = await cli();
    expect([asked.code, asked.done]).toEqual([3, 0]);
    expect((await cli("--yes")).done).toBe(asked.todo.length);
    const again = await cli("--yes");
    expect([again.code, again.todo]).toEqual([0, []]);
    expect(again.next).toEqual([
      expect.stringMatching(/^pulumi login 's3:\/\/homeport-dev-\d{12}-state-[a-z0-9-]+\?region=[a-z0-9-]+'$/),
      expect.stringMatching(
        /^pulumi stack init dev --secrets-provider 'awskms:\/\/alias\/homeport-dev-state\?region=[a-z0-9-]+'$/,
      ),
    ]);
  });

  it("refuses to work in another account", async () => {
    await expect(requireAccount(first)).resolves.toBeUndefined();
    await expect(requireAccount({ ...first, account: "999999999999" })).rejects.toThrow(
      `these credentials belong to account ${MOTO_ACCOUNT}`,
    );
  });
});

describe("homeport weights mirror on aws", () => {
  const partBytes = 5 * 1024 * 1024; // the least that S3 takes
  const weights = {
    "model.safetensors": bytesOf("aws", 2 * partBytes + 1000),
    "tokenizer/tokenizer.json": bytesOf("t", 5_000),
    "empty.txt": Buffer.alloc(0),
  };
  const release = releaseOf(weights);
  const key = (path: string) => filesPrefix(release.id) + path;
  const shard = key("model.safetensors");
  let directory: string;
  let files: LocalFile[];
  const places = [first, second] as const;
  const mirror = (options: RegionOptions = {}) =>
    mirrorToRegions(release, files, [...places], { pollSeconds: 0.1, replicaSeconds: 20, ...options });
  const stateOf = (at: Place) =>
    missingIn(release, files, { bucket: weightsBucket(at), region: at.region, pathStyle: false, keepsChecksums: true });

  /** moto takes a policy's statements without their conditions: "nothing without TLS" would be "nothing". */
  async function prepared(): Promise<void> {
    await init();
    for (const at of places) await s3(at.region).send(new DeleteBucketPolicyCommand({ Bucket: weightsBucket(at) }));
  }

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), "aws-mirror-"));
    mkdirSync(join(directory, "tokenizer"));
    for (const [path, body] of Object.entries(weights)) writeFileSync(join(directory, path), body);
    files = await localFiles(release.content.weights.files, directory, { width: 2, partBytes });
  });
  beforeEach(prepared);

  it("brings every file into every region, in parts that S3's own checksum vouches for; a second run sends nothing", async () => {
    expect(await mirror()).toEqual([
      { region: "us-east-1", by: "upload", uploaded: 3 },
      { region: "us-west-2", by: "upload", uploaded: 3 },
    ]);
    const head = new HeadObjectCommand({ Bucket: weightsBucket(second), Key: shard, ChecksumMode: "ENABLED" });
    const { ChecksumSHA256, ContentLength } = await s3("us-west-2").send(head);
    expect([ChecksumSHA256, ContentLength]).toEqual([files[0]?.checksum, 2 * partBytes + 1000]);
    expect(files[0]?.parts).toHaveLength(3);
    expect((await mirror()).map(({ by }) => by)).toEqual(["nothing to do", "nothing to do"]);
  });

  /** What a run leaves that was ended after the first part. */
  async function interrupted(firstPart: Buffer): Promise<void> {
    const object = { Bucket: weightsBucket(first), Key: shard };
    const begin = { ...object, Metadata: { sha256: files[0]?.sha256 ?? "" }, ChecksumAlgorithm: "SHA256" as const };
    const { UploadId } = await s3().send(new CreateMultipartUploadCommand(begin));
    await s3().send(new UploadPartCommand({ ...object, UploadId, PartNumber: 1, Body: firstPart }));
  }

  it("goes on with an interrupted upload instead of beginning another", async () => {
    await interrupted(weights["model.safetensors"].subarray(0, partBytes));
    await mirror();
    const { Uploads } = await s3().send(new ListMultipartUploadsCommand({ Bucket: weightsBucket(first) }));
    expect(Uploads ?? []).toEqual([]);
    expect(await stateOf(first)).toEqual([]);
  });

  it("does not accept an object with one flipped byte, whoever put it together", async () => {
    const flipped = Buffer.from(weights["model.safetensors"].subarray(0, partBytes));
    flipped[4711] = (flipped[4711] ?? 0) ^ 1;
    await interrupted(flipped);
    await expect(mirror()).rejects.toThrow("model.safetensors arrived with another checksum");
    expect(await stateOf(first)).toContain(shard);
    await mirror(); // sends it again, whole
    expect(await stateOf(first)).toEqual([]);
  });

  it("finds the flipped byte of a replica and replaces the object", async () => {
    await mirror();
    const path = "tokenizer/tokenizer.json";
    const body = Buffer.from(weights[path]);
    body[7] = (body[7] ?? 0) ^ 1;
    const Metadata = { sha256: files.find((file) => file.path === path)?.sha256 ?? "" };
    const west = s3("us-west-2");
    const object = { Bucket: weightsBucket(second), Key: key(path) };
    await west.send(new PutObjectCommand({ ...object, Body: body, Metadata, ChecksumAlgorithm: "SHA256" }));
    expect(await stateOf(second)).toEqual([key(path)]);
    expect((await mirror()).map(({ by, uploaded }) => [by, uploaded])).toEqual([
      ["nothing to do", 0],
      ["upload", 1],
    ]);
  });

  const replicate = () =>
    s3().send(
      new PutBucketReplicationCommand({
        Bucket: weightsBucket(first),
        ReplicationConfiguration: {
          Role: roleArn(first, "replication"),
          Rules: [
            {
              ID: "to-us-west-2",
              Priority: 1,
              Status: "Enabled",
              Filter: { Prefix: "releases/" },
              DeleteMarkerReplication: { Status: "Disabled" },
              Destination: { Bucket: bucketArn(second, weightsBucket(second)) },
            },
          ],
        },
      }),
    );

  it("sends objects itself that are older than the replication, for those S3 never copies", async () => {
    await replicate();
    expect((await mirror()).map(({ by }) => by)).toEqual(["upload", "upload"]);
  });

  it("waits for replicas that are under way, and sends what S3 gave up", async () => {
    await replicate();
    let status = "PENDING";
    const relay = await forwarded(moto.endpoint, (request) =>
      request.method === "HEAD" && request.url?.includes(weightsBucket(first))
        ? { "x-amz-replication-status": status }
        : {},
    );
    process.env.AWS_ENDPOINT_URL = `http://${relay.host}`;
    const running = mirror();
    await Promise.race([running, poll(async () => ((await stateOf(first)).length === 0 ? true : undefined), 20_000)]);
    await sleep(300); // it is waiting now
    const store = { bucket: weightsBucket(second), region: second.region, pathStyle: false, keepsChecksums: true };
    await sendRelease(release, files, store);
    expect((await running).map(({ by }) => by)).toEqual(["upload", "replication"]);

    process.env.AWS_ENDPOINT_URL = moto.endpoint;
    await moto.reset();
    await prepared();
    await replicate();
    status = "FAILED";
    process.env.AWS_ENDPOINT_URL = `http://${relay.host}`;
    expect((await mirror()).map(({ by }) => by)).toEqual(["upload", "upload"]);
    process.env.AWS_ENDPOINT_URL = moto.endpoint;
    await relay.close();
  });

  it("marks what is pinned no more, and sends a retired release again when it is pinned once more", async () => {
    await mirror();
    const store = awsStore(second, undefined);
    expect(await unpinnedIn(store, [release.id])).toEqual([]);
    const [unpinned] = await unpinnedIn(store, [`sha256:${"0".repeat(64)}`]);
    expect(unpinned).toMatchObject({
      folder: release.id.replace("sha256:", ""),
      keys: expect.arrayContaining([shard]),
    });
    if (unpinned) await retire(store, unpinned);
    const { TagSet } = await s3("us-west-2").send(new GetObjectTaggingCommand({ Bucket: store.bucket, Key: shard }));
    expect(TagSet).toEqual([{ Key: "homeport-retired", Value: "true" }]);
    expect(await stateOf(second)).toHaveLength(4);
    expect((await mirror()).map(({ by, uploaded }) => [by, uploaded])).toEqual([
      ["nothing to do", 0],
      ["upload", 3],
    ]);
    expect(await stateOf(second)).toEqual([]);
  });

  it("fails as a whole where one region refuses, so that none is marked", async () => {
    const relay = await forwarded(
      moto.endpoint,
      () => ({}),
      (request) => request.method === "PUT" && !!request.url?.includes(weightsBucket(second)),
    );
    process.env.AWS_ENDPOINT_URL = `http://${relay.host}`;
    const failure = await mirror().catch((error: Error) => error.message);
    process.env.AWS_ENDPOINT_URL = moto.endpoint;
    await relay.close();
    expect(failure).toContain(`bucket ${weightsBucket(second)}: not allowed: s3:PutObject`);
    expect(await stateOf(first)).toEqual([]);
    expect(await stateOf(second)).not.toEqual([]);
  });
});

it("logs in to the account's registry, and knows whether it replicates", async () => {
  expect(await replicaSecondsOf(first)).toBe(0);
  await init();
  expect(await replicaSecondsOf(first)).toBeGreaterThan(0);
  const { registry, authorization } = await ecrRegistry(second);
  expect(registry).toBe(`${MOTO_ACCOUNT}.dkr.ecr.us-west-2.amazonaws.com`);
  expect(Buffer.from(authorization.replace("Basic ", ""), "base64").toString()).toMatch(/^AWS:/);
});

it("imports a bundle: images into the registries, weights into the buckets, and a second time nothing", async () => {
  await init();
  for (const at of [first, second])
    await s3(at.region).send(new DeleteBucketPolicyCommand({ Bucket: weightsBucket(at) })); // moto reads no conditions
  const scratch = mkdtempSync(join(tmpdir(), "aws-bundle-"));
  const origin = await writableRegistry();
  const registry = await writableRegistry("Basic login");
  const small = { "model.safetensors": bytesOf("bundle", 100_000) };
  mkdirSync(join(scratch, "weights/chat/r1"), { recursive: true });
  for (const [path, body] of Object.entries(small)) writeFileSync(join(scratch, "weights/chat/r1", path), body);
  const image = `${origin.host}/nvidia/plugin@${putImage(origin, "nvidia/plugin")}`;
  const releases = [{ model: "chat", name: "r1", file: releaseOf(small) }];
  const contents = { releases, images: [image], charts: [], tools: [], plugins: [] };
  const folder = join(scratch, "bundle");
  const missing = await exportBundle(contents, folder, {
    weightsFrom: join(scratch, "weights"),
    agentImage: "",
    agentBlobs: async () => undefined,
    onDone: () => undefined,
  });
  expect(missing).toEqual([]);
  await origin.close(); // from here on there is no outside
  const marked: string[] = [];
  const send = async () =>
    sendBundle(
      folder,
      await verifyBundle(folder, contents),
      {
        places: [first, second],
        registries: [{ registry: registry.host, authorization: "Basic login" }],
        images: { replicaSeconds: 0 },
        weights: {},
      },
      () => undefined,
      ({ name }) => marked.push(name),
    );
  const sent = await send();
  expect(sent.images).toEqual([{ image, added: [registry.host] }]);
  expect(sent.weights.flat().map(({ by }) => by)).toEqual(["upload", "upload"]);
  expect(marked).toEqual(["r1"]);
  const again = await send();
  expect(again.images[0]?.added).toEqual([]);
  expect(again.weights.flat().map(({ by }) => by)).toEqual(["nothing to do", "nothing to do"]);
  await registry.close();
});

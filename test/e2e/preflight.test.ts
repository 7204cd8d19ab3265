import { execFile } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { ECRClient, PutImageCommand } from "@aws-sdk/client-ecr";
import { DeleteBucketPolicyCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { readStack } from "../../infra/config/read-stack";
import { addOnVersions } from "../../infra/core/aws/add-ons";
import { repositoryName, weightsBucket } from "../../infra/core/aws/names";
import { releaseKey } from "../../infra/core/weights-layout";
import { stackImages } from "../../infra/values/aws/images";
import { placesOf } from "../../scripts/lib/aws/account";
import { initItems, planInit, runInit } from "../../scripts/lib/init/init";
import type { Answer, Asked } from "../../scripts/lib/preflight/check";
import { answerLine } from "../../scripts/lib/preflight/check";
import { preflight } from "../../scripts/lib/preflight/preflight";
import { type Call, type Front, json, refusal, startFront, xml } from "../support/aws-front";
import { freePort } from "../support/free-port";
import { type Moto, startMoto } from "../support/moto";

/**
 * `homeport preflight` against a real moto server. What moto does not have (quotas of EC2, EKS's add-on versions, Amazon's
 * images, reservations) the server in front of it answers in AWS's words. Proves our questions and sentences, not AWS.
 */

jest.setTimeout(180_000);

const ROOT = resolve(__dirname, "../..");
const tools = mkdtempSync(join(tmpdir(), "homeport-tools-"));
const saved = { ...process.env };
let moto: Moto;
let front: Front;
let asked: Asked;

beforeAll(async () => {
  moto = await startMoto();
  front = await startFront(moto.endpoint);
  for (const tool of ["aws", "pulumi"]) {
    writeFileSync(join(tools, tool), "#!/bin/sh\n");
    chmodSync(join(tools, tool), 0o755);
  }
  Object.assign(process.env, moto.environment, { AWS_ENDPOINT_URL: front.endpoint, PATH: `${tools}:${saved.PATH}` });
  front.answerWith(good);
  const { config, releases, ...stack } = readStack(ROOT, "prod");
  const images = stackImages(config, releases);
  asked = { config, releases, images, places: placesOf({ config, releases, ...stack }) };
  await fill();
});
afterAll(async () => {
  await front?.stop();
  await moto?.stop();
  for (const name of Object.keys(moto?.environment ?? {})) delete process.env[name];
  Object.assign(process.env, saved);
  rmSync(tools, { recursive: true, force: true });
});
afterEach(() => front.answerWith(good));

/** The account as it must be: made by init, with images and weights in it. */
async function fill(): Promise<void> {
  const { places, images, config, releases } = asked;
  await runInit(await planInit(initItems({ places, images, tags: {} })), () => undefined);
  for (const place of places) {
    const ecr = new ECRClient({ region: place.region });
    for (const image of images)
      await ecr.send(
        new PutImageCommand({
          repositoryName: repositoryName(image),
          imageDigest: image.split("@")[1],
          imageTag: image.slice(-12),
          imageManifest: JSON.stringify({ mediaType: "application/vnd.oci.image.manifest.v1+json", image }),
        }),
      );
    const s3 = new S3Client({ region: place.region });
    // moto does not read conditions: "no plain requests" would be "no requests".
    await s3.send(new DeleteBucketPolicyCommand({ Bucket: weightsBucket(place) }));
    for (const [model, { releases: pins }] of Object.entries(config.models))
      for (const name of Object.keys(pins)) {
        const Key = releaseKey(releases[model]?.[name]?.id ?? "");
        await s3.send(new PutObjectCommand({ Bucket: weightsBucket(place), Key, Body: "{}" }));
      }
  }
}

/** What moto has no answer for. */
function good(call: Call) {
  const { service, action, body } = call;
  if (service === "servicequotas") return json({ Quota: { Value: 1000 } });
  if (service === "route53") return hostedZone("example.com.");
  if (service === "eks" && action === "/addons/supported-versions") return addOns(call);
  if (service === "ec2" && action === "DescribeImages") {
    const names = [...new URLSearchParams(body)].flatMap(([key, value]) => (/Value\.\d/.test(key) ? [value] : []));
    const items = names.map((name) => `<item><imageId>ami-1</imageId><name>${name}</name></item>`);
    return xml(`<DescribeImagesResponse><imagesSet>${items.join("")}</imagesSet></DescribeImagesResponse>`);
  }
  return undefined;
}

const hostedZone = (name: string) =>
  xml(
    `<GetHostedZoneResponse><HostedZone><Id>/hostedzone/Z1</Id><Name>${name}</Name><CallerReference>x</CallerReference></HostedZone></GetHostedZoneResponse>`,
  );

/** Every pinned version of Kubernetes 1.34, whichever add-on is asked for. */
const addOns = (_: Call) =>
  json({
    addons: Object.entries(addOnVersions("1.34")).map(([addonName, addonVersion]) => ({
      addonName,
      addonVersions: [{ addonVersion, compatibilities: [{ defaultVersion: true }] }],
    })),
  });

const linesOf = (answers: readonly Answer[], ok: boolean) => answers.filter((a) => a.ok === ok).map(answerLine);

/** The lines that are not good. */
async function complaints(change: Partial<Asked> = {}): Promise<string[]> {
  return linesOf((await preflight({ ...asked, ...change }, () => undefined)).answers, false);
}

describe("homeport preflight", () => {
  it("passes a good account: one line a question, exit code 0, no word of an error", async () => {
    const { stdout, stderr } = await promisify(execFile)(
      process.execPath,
      ["scripts/homeport.cjs", "preflight", "--stack", "prod"],
      { cwd: ROOT, env: { ...process.env } },
    );
    const lines = stdout.trim().split("\n");
    expect(lines.filter((line) => !line.startsWith("✓ "))).toEqual([]);
    expect(lines.length).toBeGreaterThan(20);
    expect(lines).toContain("✓ account: these credentials belong to 123456789012");
    expect(lines).toContain("✓ us-east-1 zones: use1-az1, use1-az2, use1-az4");
    expect(lines).toContain("✓ us-east-1 pool a100: p4de.24xlarge is offered in use1-az4");
    expect(lines).toContain("✓ hosted zone: Z0123456789ABCDEFGHIJ is example.com");
    expect(lines).toContain("✓ us-west-2 cluster: homeport-prod is not made yet");
    expect(stderr).toContain(`all ${lines.length} are good`);
  });

  it("names a quota of 0, with the command that asks for more", async () => {
    front.answerWith((call) =>
      call.service === "servicequotas" && call.region === "us-east-1" && call.body.includes("L-417A185B")
        ? json({ Quota: { Value: 0 } })
        : good(call),
    );
    expect(await complaints()).toEqual([
      "✗ us-east-1 quota on-demand P: 0 vCPUs (Running On-Demand P instances), this stack may run 192; aws service-quotas request-service-quota-increase --service-code ec2 --quota-code L-417A185B --desired-value 192 --region us-east-1",
    ]);
  });

  it("takes AWS's default where nobody ever raised a quota", async () => {
    front.answerWith((call) =>
      call.action === "GetServiceQuota" ? refusal(call, "NoSuchResourceException") : good(call),
    );
    expect(await complaints()).toEqual([]);
  });

  it("names zones that the account does not have, and those that it could use", async () => {
    const network = { ...asked.config.network, zones: { "us-east-1": ["use1-az1", "use1-az9"] } };
    const config = { ...asked.config, network };
    expect(await complaints({ config })).toEqual([
      "✗ us-east-1 zones: use1-az9 not in this account, which has use1-az1, use1-az2, use1-az3, use1-az4, use1-az5, use1-az6; network: { zones: { us-east-1: [use1-az1, use1-az2, use1-az4] } }",
      "✗ us-east-1 pool a100: p4de.24xlarge is not offered in any of this stack's zones; network.zones.us-east-1 must take from use1-az4, use1-az6",
    ]);
  });

  it("names images and weights that are missing", async () => {
    const extra = `quay.io/somebody/something@sha256:${"f".repeat(64)}`;
    const images = [...asked.images, extra];
    const r42 = { ...asked.releases.chat?.r42, id: `sha256:${"0".repeat(64)}` };
    const releases = { chat: { ...asked.releases.chat, r42 } } as Asked["releases"];
    const missing = (region: string) => [
      `✗ ${region} weights: 1 of 2 running releases are not in homeport-prod-123456789012-weights-${region}: chat r42; homeport weights mirror chat r42 --stack prod`,
      `✗ ${region} images: 1 of ${images.length} are not in ECR: quay.io/somebody/something; homeport images mirror --stack prod`,
    ];
    expect(await complaints({ images, releases })).toEqual([...missing("us-east-1"), ...missing("us-west-2")]);
  });

  it("names what init makes where it is not there", async () => {
    const places = asked.places.map((place) => ({ ...place, environment: "other" })) as never;
    const lines = await complaints({ places });
    expect(lines).toContain("✗ us-east-1 key state: alias/homeport-other-state is not there; homeport init other");
    expect(lines).toContain(
      "✗ us-west-2 weights: homeport-other-123456789012-weights-us-west-2 is not there; homeport init other",
    );
  });

  it("names versions that EKS and EC2 no longer have", async () => {
    front.answerWith((call) => {
      if (call.region !== "us-east-1") return good(call);
      if (call.service === "eks" && call.action === "/addons/supported-versions") return json({ addons: [] });
      return call.service === "ec2" && call.action === "DescribeImages" ? xml("<DescribeImagesResponse/>") : good(call);
    });
    const lines = await complaints();
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(
      /^✗ us-east-1 add-ons: EKS has no vpc-cni v1\.\S+ \(EKS takes none\), .* for Kubernetes 1\.34;/,
    );
    expect(lines[1]).toMatch(
      /^✗ us-east-1 node images: EC2 has no amazon-eks-node-al2023-x86_64-nvidia-1\.34-v\d{8}, /,
    );
  });

  it("refuses a zone of another name, and a reservation of another type", async () => {
    front.answerWith((call) => {
      if (call.service === "route53") return hostedZone("other.org.");
      if (call.action !== "DescribeCapacityReservations") return good(call);
      const fields = `<capacityReservationId>cr-0a1b2c3d4e5f60718</capacityReservationId><instanceType>p4d.24xlarge</instanceType><availabilityZoneId>use1-az4</availabilityZoneId><state>expired</state>`;
      return xml(
        `<DescribeCapacityReservationsResponse><capacityReservationSet><item>${fields}</item></capacityReservationSet></DescribeCapacityReservationsResponse>`,
      );
    });
    const a100 = { ...asked.config.pools.a100, capacity: ["reservation", "on-demand"] };
    const pools = { a100: { ...a100, reservation: { id: "cr-0a1b2c3d4e5f60718", zone: "use1-az4" } } };
    expect(await complaints({ config: { ...asked.config, pools } as never })).toEqual([
      "✗ hosted zone: Z0123456789ABCDEFGHIJ is other.org, and traffic.hostname is llm.example.com; correct one of the two: names of one zone cannot be made in another",
      "✗ us-east-1 reservation of pool a100: cr-0a1b2c3d4e5f60718 is expired, not active, holds p4d.24xlarge, not p4de.24xlarge; correct pools.a100.reservation",
    ]);
  });

  it("says whether a cluster that exists can be reached from here", async () => {
    const clusterAt = (endpoint: string) => (call: Call) =>
      call.action === "/clusters/homeport-prod"
        ? json({ cluster: { name: "homeport-prod", status: "ACTIVE", endpoint } })
        : good(call);
    front.answerWith(clusterAt(front.endpoint));
    expect(await complaints()).toEqual([]);
    const nobody = `http://127.0.0.1:${await freePort()}`;
    front.answerWith(clusterAt(nobody));
    expect(await complaints()).toEqual(
      asked.places.map(
        ({ region }) =>
          `✗ ${region} cluster: homeport-prod is ACTIVE, but ${nobody} does not answer here (ECONNREFUSED); run this from an address in cluster.access.cidrs, or add this one`,
      ),
    );
  });

  it("leaves a lost region alone, so that the others can be changed", async () => {
    front.answerWith((call) => (call.region === "us-west-2" ? refusal(call, "InternalFailure", 500) : good(call)));
    const config = { ...asked.config, regionStates: { "us-west-2": "lost" as const } };
    expect(await complaints({ config })).toEqual([]);
  });

  it("judges the certificates that the stack names", async () => {
    const CertificateArn = `arn:aws:acm:us-east-1:123456789012:certificate/${"1".repeat(8)}`;
    const certificates = { "us-east-1": CertificateArn, "us-west-2": CertificateArn };
    const config = { ...asked.config, traffic: { ...asked.config.traffic, certificates } };
    front.answerWith((call) => {
      if (call.service !== "acm") return good(call);
      if (call.region === "us-west-2") return json({ Certificate: { Status: "PENDING_VALIDATION" } });
      return json({ Certificate: { Status: "ISSUED", SubjectAlternativeNames: ["llm.example.com"] } });
    });
    expect(await complaints({ config })).toEqual([
      expect.stringMatching(
        /^✗ us-east-1 certificate: the certificate for llm\.example\.com does not cover chat\S*\.llm\.example\.com.*; request one for \*\.llm\.example\.com$/,
      ),
      "✗ us-west-2 certificate: the certificate is PENDING_VALIDATION, not ISSUED; add the DNS records that ACM asks for, or request it again",
    ]);
  });

  it("asks nothing further with credentials of another account", async () => {
    const places = asked.places.map((place) => ({ ...place, account: "999999999999" })) as never;
    const { answers, unasked } = await preflight({ ...asked, places }, () => undefined);
    expect(linesOf(answers, false)).toEqual([
      expect.stringMatching(
        /^✗ account: these credentials belong to account 123456789012 \(arn:.*\), environment\.account is 999999999999; choose the right profile/,
      ),
    ]);
    expect(unasked).toBeGreaterThan(15);
  });

  it("says once that credentials have expired, with exit code 1 and no stack trace", async () => {
    front.answerWith((call) => refusal(call, "ExpiredToken", 403));
    const failed = await promisify(execFile)(
      process.execPath,
      ["scripts/homeport.cjs", "preflight", "--stack", "prod", "--json"],
      { cwd: ROOT, env: { ...process.env } },
    ).catch((error) => error);
    expect(failed.code).toBe(1);
    const { answers } = JSON.parse(failed.stdout);
    expect(linesOf(answers, false)).toEqual([
      "✗ account: the AWS credentials have expired; log in again (aws sso login)",
    ]);
    expect(`${failed.stdout}${failed.stderr}`).not.toMatch(/\n\s+at /);
  });

  it("names the IAM action of a denied call, and goes on with the others", async () => {
    front.answerWith((call) =>
      call.service === "servicequotas" ? refusal(call, "AccessDeniedException", 400) : good(call),
    );
    const lines = await complaints();
    expect(lines).toHaveLength(4);
    for (const line of lines)
      expect(line).toMatch(
        /quota .*: not allowed: servicequotas:GetServiceQuota .*; let this role do servicequotas:GetServiceQuota$/,
      );
  });

  it("asks again when AWS throttles, and passes when it stops", async () => {
    let throttled = 0;
    front.answerWith((call) =>
      call.action === "DescribeAvailabilityZones" && throttled++ < 3
        ? refusal(call, "RequestLimitExceeded", 503)
        : call.service === "servicequotas" && throttled++ < 6
          ? refusal(call, "ThrottlingException", 429)
          : good(call),
    );
    expect(await complaints()).toEqual([]);
    expect(throttled).toBeGreaterThan(6);
  });

  it("gives up after six attempts when AWS keeps throttling", async () => {
    front.answerWith((call) =>
      call.action === "DescribeAvailabilityZones" && call.region === "us-west-2"
        ? refusal(call, "RequestLimitExceeded", 503)
        : good(call),
    );
    const before = front.calls.length;
    expect(await complaints()).toEqual([
      "✗ us-west-2 zones: AWS throttles ec2:DescribeAvailabilityZones, 6 attempts were in vain; wait a minute and run the command again: what is done is kept",
    ]);
    const asked = front.calls.slice(before).filter((call) => call === "ec2 DescribeAvailabilityZones");
    expect(asked).toHaveLength(1 + 6);
  });
});

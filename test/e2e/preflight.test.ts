import { execFile } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import {
  AssociateRouteTableCommand,
  CreateNatGatewayCommand,
  CreateRouteCommand,
  CreateRouteTableCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  DescribeAvailabilityZonesCommand,
  DescribeRouteTablesCommand,
  EC2Client,
  ModifyVpcAttributeCommand,
} from "@aws-sdk/client-ec2";
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

  it("L6: names a quota of 0, with the command that asks for more", async () => {
    front.answerWith((call) =>
      call.service === "servicequotas" && call.region === "us-east-1" && call.body.includes("L-417A185B")
        ? json({ Quota: { Value: 0 } })
        : good(call),
    );
    expect(await complaints()).toEqual([
      "✗ us-east-1 quota on-demand P: 0 vCPUs (Running On-Demand P instances), this stack may run 192; aws service-quotas request-service-quota-increase --service-code ec2 --quota-code L-417A185B --desired-value 192 --region us-east-1",
    ]);
  });

  it("counts what others run against a quota, and not what this stack runs itself", async () => {
    const node = (cluster: string) =>
      `<item><instanceId>i-1</instanceId><instanceType>p4de.24xlarge</instanceType><tagSet><item><key>eks:cluster-name</key><value>${cluster}</value></item></tagSet></item>`;
    const running = (...clusters: string[]) =>
      xml(
        `<DescribeInstancesResponse><reservationSet><item><instancesSet>${clusters.map(node).join("")}</instancesSet></item></reservationSet></DescribeInstancesResponse>`,
      );
    front.answerWith((call) => {
      if (call.service === "servicequotas") return json({ Quota: { Value: 200 } });
      if (call.action !== "DescribeInstances" || call.region !== "us-east-1") return good(call);
      return running("homeport-prod", "homeport-prod", "homeport-staging");
    });
    expect(await complaints()).toEqual([
      "✗ us-east-1 quota on-demand P: 200 vCPUs (Running On-Demand P instances), others run 96 now, this stack may run 192; aws service-quotas request-service-quota-increase --service-code ec2 --quota-code L-417A185B --desired-value 288 --region us-east-1",
    ]);
    front.answerWith((call) =>
      call.action === "DescribeInstances" ? refusal(call, "UnauthorizedOperation", 403) : good(call),
    );
    const denied = await complaints();
    expect(denied).toHaveLength(4);
    for (const line of denied)
      expect(line).toMatch(/quota .*: not allowed: ec2:DescribeInstances.*; let this role do ec2:DescribeInstances$/);
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

  describe("with a tunnel", () => {
    const through = (call: Call) =>
      call.action === "/clusters/homeport-prod"
        ? json({ cluster: { name: "homeport-prod", status: "ACTIVE", endpoint: "https://inside.example.com" } })
        : good(call);
    const withNode = (call: Call) =>
      call.action === "DescribeInstances"
        ? xml(
            "<DescribeInstancesResponse><reservationSet><item><instancesSet><item><instanceId>i-0abc</instanceId></item></instancesSet></item></reservationSet></DescribeInstancesResponse>",
          )
        : through(call);
    const says = (script: string) => writeFileSync(join(tools, "aws"), `#!/bin/sh\n${script}\n`);
    const clusterLines = async () => {
      const access = { ...asked.config.cluster.access, via: "tunnel" as const };
      const config = { ...asked.config, cluster: { ...asked.config.cluster, access } };
      const lines = await complaints({ config });
      return lines.filter((line) => line.startsWith("✗ us-east-1 cluster"));
    };
    beforeAll(() => {
      writeFileSync(join(tools, "session-manager-plugin"), "#!/bin/sh\n");
      chmodSync(join(tools, "session-manager-plugin"), 0o755);
    });
    afterAll(() => says(""));

    it("asks nothing of a cluster that is not there yet", async () => {
      expect(await clusterLines()).toEqual([]);
    });

    it("says that there is no node to tunnel through", async () => {
      front.answerWith(through);
      expect(await clusterLines()).toEqual([
        expect.stringContaining("no node of its system pool runs: there is nothing to tunnel through; pulumi up makes"),
      ]);
    });

    it.each([
      ["Online", []],
      [
        "ConnectionLost",
        [expect.stringContaining("homeport-prod is ACTIVE, but the SSM agent of i-0abc is ConnectionLost; a new node")],
      ],
    ])("believes the agent's own status: %s", async (status, lines) => {
      front.answerWith(withNode);
      says(`echo '{"InstanceInformationList":[{"InstanceId":"i-0abc","PingStatus":"${status}"}]}'`);
      expect(await clusterLines()).toEqual(lines);
    });

    it("names what the role may not ask, and a node that Systems Manager has never seen", async () => {
      front.answerWith(withNode);
      says("echo 'An error occurred (AccessDeniedException): no' >&2; exit 254");
      expect(await clusterLines()).toEqual([
        "✗ us-east-1 cluster: An error occurred (AccessDeniedException): no; let this role do ssm:DescribeInstanceInformation",
      ]);
      says(`echo '{"InstanceInformationList":[]}'`);
      expect(await clusterLines()).toEqual([expect.stringContaining("i-0abc is not known to Systems Manager")]);
    });
  });

  describe("with a VPC of somebody else", () => {
    const REGION = "us-east-1";
    const made = { vpcId: "", subnets: {} as Record<string, string>, main: "", own: "" };
    const ec2 = () => new EC2Client({ region: REGION });

    /** A VPC in moto as networkers make them: one table without a way out, one by NAT. */
    beforeAll(async () => {
      const client = ec2();
      const { Vpc } = await client.send(new CreateVpcCommand({ CidrBlock: "10.20.0.0/16" }));
      made.vpcId = Vpc?.VpcId ?? "";
      const { AvailabilityZones = [] } = await client.send(new DescribeAvailabilityZonesCommand({}));
      const zones = ["use1-az1", "use1-az4"].map((id) => AvailabilityZones.find(({ ZoneId }) => ZoneId === id));
      for (const [i, name] of ["private-1", "private-4", "gpu-4"].entries()) {
        const CidrBlock = `10.20.${16 * i}.0/20`;
        const AvailabilityZone = zones[name.endsWith("1") ? 0 : 1]?.ZoneName;
        const { Subnet } = await client.send(
          new CreateSubnetCommand({ VpcId: made.vpcId, CidrBlock, AvailabilityZone }),
        );
        made.subnets[name] = Subnet?.SubnetId ?? "";
      }
      const tables = await client.send(
        new DescribeRouteTablesCommand({ Filters: [{ Name: "vpc-id", Values: [made.vpcId] }] }),
      );
      made.main = tables.RouteTables?.[0]?.RouteTableId ?? "";
      const { RouteTable } = await client.send(new CreateRouteTableCommand({ VpcId: made.vpcId }));
      made.own = RouteTable?.RouteTableId ?? "";
      for (const name of ["private-1", "private-4"])
        await client.send(new AssociateRouteTableCommand({ RouteTableId: made.own, SubnetId: made.subnets[name] }));
    });

    const config = (change: object = {}, more: object = {}): Asked["config"] => {
      const existing = {
        vpcId: made.vpcId,
        cidr: "10.20.0.0/16",
        privateSubnets: { "use1-az1": made.subnets["private-1"], "use1-az4": made.subnets["private-4"] },
        gpuSubnets: { "use1-az4": made.subnets["gpu-4"] },
        publicSubnets: {},
        routeTables: [made.main, made.own],
        endpoints: [],
        ...change,
      };
      const network = { ...asked.config.network, existing: { [REGION]: existing }, ...more };
      return { ...asked.config, network } as never;
    };
    const lines = async (change?: object, more?: object) =>
      (await complaints({ config: config(change, more) })).map((line) =>
        line.replaceAll(/(subnet|rtb|vpc)-[0-9a-f]{6,}/g, "$1-x"),
      );

    it("finds DNS off and no way out, each with its fix", async () => {
      expect(await lines()).toEqual([
        "✗ us-east-1 vpc: vpc-x has enableDnsHostnames off: nodes would find neither the cluster nor endpoints by name; aws ec2 modify-vpc-attribute --vpc-id vpc-x --enable-dns-hostnames --region us-east-1",
        "✗ us-east-1 routes: subnet-x (private) has no way out; subnet-x (private) has no way out; change the route tables, or name other subnets in network.existing",
      ]);
    });

    it("passes one with DNS and NAT, and without NAT where the stack wants none", async () => {
      const client = ec2();
      await client.send(new ModifyVpcAttributeCommand({ VpcId: made.vpcId, EnableDnsHostnames: { Value: true } }));
      expect(await lines({}, { nat: "none" })).toEqual([]);
      const { NatGateway } = await client.send(
        new CreateNatGatewayCommand({ SubnetId: made.subnets["private-1"], ConnectivityType: "private" }),
      );
      const RouteTableId = made.own;
      const NatGatewayId = NatGateway?.NatGatewayId;
      await client.send(new CreateRouteCommand({ RouteTableId, NatGatewayId, DestinationCidrBlock: "0.0.0.0/0" }));
      expect(await lines()).toEqual([]);
    });

    it("finds GPU nodes that could reach the internet, and tables without S3", async () => {
      const gpuSubnets = { "use1-az4": made.subnets["private-4"] };
      expect(await lines({ gpuSubnets })).toEqual([
        expect.stringMatching(/^✗ us-east-1 routes: subnet-x \(gpu\) leads out by nat-\w+, and must not; change/),
      ]);
      expect(await lines({ routeTables: [made.own] })).toEqual([
        "✗ us-east-1 routes: rtb-x would get no way to S3: not among network.existing.us-east-1.routeTables; add it there, or `endpoints: [s3]` where it has S3's gateway endpoint already",
      ]);
      expect(await lines({ routeTables: [made.own], endpoints: ["s3"] })).toEqual([
        "✗ us-east-1 vpc endpoints: vpc-x has no endpoint for s3; remove it from network.existing.us-east-1.endpoints, and it is made",
      ]);
    });

    it("finds what is not there, lies elsewhere, or is too small", async () => {
      expect(await lines({ vpcId: "vpc-0a1b2c3d4e5f60718" })).toContain(
        "✗ us-east-1 vpc: vpc-x is not in this account; correct network.existing.us-east-1.vpcId",
      );
      expect(await lines({ cidr: "10.30.0.0/16" })).toEqual([
        "✗ us-east-1 vpc: vpc-x has 10.20.0.0/16, not 10.30.0.0/16; correct network.existing.us-east-1.cidr: security groups and policies name it",
      ]);
      const gpuSubnets = { "use1-az4": "subnet-0a1b2c3d4e5f60718", "use1-az6": made.subnets["gpu-4"] };
      expect(await lines({ gpuSubnets })).toEqual([
        "✗ us-east-1 subnets: subnet-x is not there; subnet-x (gpu) lies in use1-az4, not use1-az6; correct the subnets of network.existing.us-east-1",
      ]);
      front.answerWith((call) => {
        if (call.action !== "DescribeSubnets") return good(call);
        const item = (id?: string) =>
          `<item><subnetId>${id}</subnetId><vpcId>${made.vpcId}</vpcId><availabilityZoneId>use1-az4</availabilityZoneId><availableIpAddressCount>40</availableIpAddressCount></item>`;
        return xml(
          `<DescribeSubnetsResponse><subnetSet>${item(made.subnets["gpu-4"])}</subnetSet></DescribeSubnetsResponse>`,
        );
      });
      expect((await lines()).filter((line) => line.includes("addresses"))).toEqual([
        "✗ us-east-1 subnet addresses: subnet-x (gpu) has 40 free, may need 100; name subnets with more room, or lower `max` of the pools",
      ]);
    });

    it("names a denied question, and asks again when throttled", async () => {
      let throttled = 0;
      front.answerWith((call) => {
        if (call.action === "DescribeRouteTables") return refusal(call, "UnauthorizedOperation", 403);
        if (call.action === "DescribeVpcAttribute" && throttled++ < 2)
          return refusal(call, "RequestLimitExceeded", 503);
        return good(call);
      });
      expect(await lines()).toEqual([
        expect.stringMatching(
          /^✗ us-east-1 routes: not allowed: ec2:DescribeRouteTables.*; let this role do ec2:DescribeRouteTables$/,
        ),
      ]);
      expect(throttled).toBe(4);
    });
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
      "✗ us-west-2 zones: AWS throttles ec2:DescribeAvailabilityZones, 6 attempts were in vain; wait a minute and run the command again",
    ]);
    const asked = front.calls.slice(before).filter((call) => call === "ec2 DescribeAvailabilityZones");
    expect(asked).toHaveLength(1 + 6);
  });
});

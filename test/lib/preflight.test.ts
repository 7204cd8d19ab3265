import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OperationError } from "../../infra/core/errors";
import { releaseKey } from "../../infra/core/weights-layout";
import { interfaceEndpoints } from "../../infra/values/aws/network/endpoints";
import { addressesTaken } from "../../infra/values/aws/nodes/subnet-room";
import { chartChecks } from "../../scripts/lib/preflight/charts";
import { type Asked, answerLine, answersTo, type Check } from "../../scripts/lib/preflight/check";
import { covers } from "../../scripts/lib/preflight/names";
import { expectedOf, tableOf, waysOut, wrongWay } from "../../scripts/lib/preflight/routes";
import { vCpusOfOthers } from "../../scripts/lib/preflight/running";
import { weightsCheck } from "../../scripts/lib/preflight/stores";
import { toolChecks } from "../../scripts/lib/preflight/tools";
import { awsCell } from "../support/aws-cell";
import { loopback } from "../support/loopback";
import { releaseFile } from "../support/releases";

const check = (name: string, look: Check["look"]): Check => ({ name, look });

describe("answers of preflight", () => {
  it("are all there and in order, whatever fails", async () => {
    let counted = 0;
    const answers = await answersTo(
      [
        check("denied", async () => {
          throw new OperationError("not allowed: ec2:DescribeImages", "let this role do ec2:DescribeImages");
        }),
        check("good", async () => ({ found: "three" })),
        check("odd", async () => {
          throw new TypeError("x is not a function");
        }),
        check("short", async () => ({ found: "0 of 2", fix: "ask for 2" })),
      ],
      () => {
        counted += 1;
      },
    );
    expect(answers.map(answerLine)).toEqual([
      "✗ denied: not allowed: ec2:DescribeImages; let this role do ec2:DescribeImages",
      "✓ good: three",
      expect.stringMatching(/^✗ odd: TypeError: x is not a function; .*HOMEPORT_DEBUG=1/),
      "✗ short: 0 of 2; ask for 2",
    ]);
    expect(counted).toBe(4);
  });

  it("do not wait for ever for one that does not come", async () => {
    const answers = await answersTo([check("deaf", () => new Promise(() => undefined))], () => undefined, 20);
    expect(answers.map(answerLine)).toEqual([
      "✗ deaf: no answer within 0.02 s; check the network, proxies and the endpoint (AWS_ENDPOINT_URL)",
    ]);
  });
});

describe("a certificate's name", () => {
  it.each([
    ["chat.llm.example.com", "chat.llm.example.com", true],
    ["*.llm.example.com", "chat.llm.example.com", true],
    ["*.example.com", "chat.llm.example.com", false],
    ["*.llm.example.com", "llm.example.com", false],
    ["llm.example.com", "chat.llm.example.com", false],
  ])("%s covers %s: %p", (name, host, expected) => expect(covers(name, host)).toBe(expected));
});

describe("tools", () => {
  const folder = mkdtempSync(join(tmpdir(), "homeport-path-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const lines = async (via: string): Promise<string[]> => {
    const asked = { config: { cluster: { access: { via } } } } as unknown as Asked;
    return (await answersTo(toolChecks(asked, folder), () => undefined)).map(answerLine);
  };

  it("must be executable files on the PATH, the plugin only for a tunnel", async () => {
    writeFileSync(join(folder, "aws"), "");
    writeFileSync(join(folder, "pulumi"), "");
    chmodSync(join(folder, "pulumi"), 0o755);
    const both = [
      `✓ tool pulumi: ${join(folder, "pulumi")}`,
      expect.stringMatching(/^✗ tool aws: not on the PATH; install it/),
    ];
    expect(await lines("public")).toEqual(both);
    expect(await lines("tunnel")).toEqual([
      ...both,
      expect.stringMatching(/^✗ tool session-manager-plugin: not on the PATH/),
    ]);
  });
});

describe("charts", () => {
  const folder = mkdtempSync(join(tmpdir(), "homeport-charts-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const pin = {
    chart: "controller",
    version: "1.0.0",
    digest: "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", // of "abc" (FIPS 180-2, B.1)
  };
  const lines = async (airgapped: boolean): Promise<string[]> => {
    const asked = { config: { environment: { airgapped } }, places: [{ environment: "prod" }] } as unknown as Asked;
    return (await answersTo(chartChecks(asked, folder, [pin]), () => undefined)).map(answerLine);
  };

  it("must be the pinned archives, and only where nothing else can be reached", async () => {
    expect(await lines(false)).toEqual([]);
    const fix = "homeport bundle import <folder> --stack prod";
    expect(await lines(true)).toEqual([
      `✗ charts: 1 of 1 are not the pinned ones: controller-1.0.0.tgz is not there; ${fix}`,
    ]);
    writeFileSync(join(folder, "controller-1.0.0.tgz"), "abd");
    expect(await lines(true)).toEqual([
      expect.stringMatching(/^✗ charts: 1 of 1 are not the pinned ones: controller-1\.0\.0\.tgz is sha256:a52d/),
    ]);
    writeFileSync(join(folder, "controller-1.0.0.tgz"), "abc");
    expect(await lines(true)).toEqual(["✓ charts: all 1 archives in .homeport/charts are the pinned ones"]);
  });
});

describe("ways out of somebody else's subnets", () => {
  const route = (target: object, range = "0.0.0.0/0", State = "active") => ({
    DestinationCidrBlock: range,
    State,
    ...target,
  });
  const LOCAL = { DestinationCidrBlock: "10.20.0.0/16", GatewayId: "local", State: "active" };
  const ways = (...Routes: object[]) => waysOut({ Routes: [LOCAL, ...Routes] } as never);
  const NAT = { NatGatewayId: "nat-1" };
  const INTERNET = { GatewayId: "igw-1" };
  const TRANSIT = { TransitGatewayId: "tgw-1" };

  it.each([
    ["private by NAT", "open", ways(route(NAT)), undefined],
    ["private by a transit gateway", "open", ways(route(TRANSIT)), undefined],
    ["private by nothing", "open", ways(), "has no way out"],
    ["private by nothing, without NAT", "either", ways(), undefined],
    [
      "private by a NAT that is gone",
      "open",
      ways(route(NAT, "0.0.0.0/0", "blackhole")),
      "leads out by nat-1, which is gone",
    ],
    [
      "private by an internet gateway",
      "open",
      ways(route(INTERNET)),
      "leads out by igw-1, which serves public addresses only: nodes have none",
    ],
    ["closed", "closed", ways(), undefined],
    ["closed, to an office", "closed", ways(route(TRANSIT, "10.99.0.0/16")), undefined],
    ["closed, but for half of the world", "closed", ways(route(NAT, "0.0.0.0/1")), "leads out by nat-1, and must not"],
    ["closed, to wherever a transit gateway leads", "closed", ways(route(TRANSIT)), "leads out by tgw-1, and must not"],
    [
      "closed, but for IPv6",
      "closed",
      ways({ DestinationIpv6CidrBlock: "::/0", EgressOnlyInternetGatewayId: "eigw-1" }),
      "leads out by eigw-1, and must not",
    ],
    ["public", "public", ways(route(INTERNET)), undefined],
    ["public behind NAT", "public", ways(route(NAT)), "has no route to an internet gateway"],
  ] as const)("%s", (_, expected, found, why) => expect(wrongWay(expected, found)).toBe(why));

  it("must be what the subnet is for", () => {
    const config = (airgapped: boolean, nat: string) => ({ environment: { airgapped }, network: { nat } }) as never;
    const kinds = ["private", "gpu", "public"] as const;
    const of = (airgapped: boolean, nat: string) => kinds.map((kind) => expectedOf(kind, config(airgapped, nat)));
    expect(of(false, "zonal")).toEqual(["open", "closed", "public"]);
    expect(of(false, "none")).toEqual(["either", "closed", "public"]);
    expect(of(true, "none")).toEqual(["closed", "closed", "public"]);
  });

  it("are those of the subnet's own table, or else of the main one", () => {
    const own = { RouteTableId: "rtb-own", Associations: [{ SubnetId: "subnet-1", Main: false }] };
    const main = { RouteTableId: "rtb-main", Associations: [{ Main: true }] };
    expect(tableOf("subnet-1", [main, own])).toBe(own);
    expect(tableOf("subnet-2", [own, main])).toBe(main);
    expect(tableOf("subnet-2", [own])).toBeUndefined();
  });
});

it("a subnet must have room for all nodes of the pools, the control plane and load balancers", () => {
  const { config } = awsCell({
    pools: { a100: { instanceType: "p4de.24xlarge", max: 2 }, l40s: { instanceType: "g6e.12xlarge", max: 1 } },
    models: { chat: { live: "r1", releases: { r1: `sha256:${"1".repeat(64)}` } } },
    policies: { app: { models: ["chat"], class: "internal" } },
  });
  const inside = addressesTaken("us-east-1", config);
  expect([inside.gpu, inside.public]).toEqual([150, 0]);
  const outside = addressesTaken("us-east-1", { ...config, traffic: { ...config.traffic, exposure: "public" } });
  expect([inside.private - outside.private, outside.public]).toEqual([8, 8]);
  expect(outside.private).toBe(16 + 3 * 58 + interfaceEndpoints("us-east-1", config).length);
});

describe("what others run", () => {
  const running = (InstanceType: string, more: object = {}) => ({ InstanceType, ...more }) as never;
  const tags = (Key: string, Value: string) => ({ Tags: [{ Key, Value }] });

  it("counts by quota and kind of capacity, whatever the type, and this stack's own nodes do not", () => {
    expect(
      vCpusOfOthers(
        [
          running("p4d.24xlarge"),
          running("p4d.24xlarge", tags("eks:cluster-name", "homeport-prod")),
          running("p4d.24xlarge", tags("eks:cluster-name", "homeport-staging")),
          running("p5.48xlarge", { InstanceLifecycle: "spot" }),
          running("p5.48xlarge", { InstanceLifecycle: "capacity-block" }),
          running("g6e.12xlarge", tags("eks:eks-cluster-name", "homeport-prod")),
          running("gr6.4xlarge", { CpuOptions: { CoreCount: 8, ThreadsPerCore: 2 } }),
          running("t3.medium", { CpuOptions: { CoreCount: 1, ThreadsPerCore: 2 } }),
          running("hpc7a.96xlarge", { CpuOptions: { CoreCount: 192, ThreadsPerCore: 1 } }),
          running("inf2.xlarge", { CpuOptions: { CoreCount: 2, ThreadsPerCore: 2 } }),
        ],
        "homeport-prod",
      ),
    ).toEqual({ "on-demand P": 192, "spot P5": 192, "on-demand G": 16, "on-demand standard": 2 });
  });
});

describe("weights", () => {
  it("are found where the bucket's policy lets nobody read an object, not even its head", async () => {
    const r1 = releaseFile();
    const models = { chat: { live: "r1", releases: { r1: r1.id } } };
    const { config, releases, place } = awsCell({ models }, { chat: { r1 } });
    const key = releaseKey(r1.id);
    const s3 = await loopback(({ method, url }, answer) => {
      const asked = new URL(url ?? "/", "http://s3").searchParams.get("prefix");
      const isBucket = url?.split("?")[0]?.split("/").filter(Boolean).length === 1;
      if (!isBucket) return void answer.writeHead(403).end();
      const keys =
        asked === key ? `<KeyCount>1</KeyCount><Contents><Key>${key}</Key></Contents>` : "<KeyCount>0</KeyCount>";
      answer.end(method === "HEAD" ? undefined : `<ListBucketResult>${keys}</ListBucketResult>`);
    });
    const env = process.env;
    process.env = {
      ...env,
      AWS_ENDPOINT_URL_S3: `http://${s3.host}`,
      AWS_ACCESS_KEY_ID: "test",
      AWS_SECRET_ACCESS_KEY: "test",
    };
    try {
      const { found, fix } = await weightsCheck(place, { config, releases, places: [place], images: [] }).look();
      expect(fix).toBeUndefined();
      expect(found).toMatch(/^all 1 running releases are in homeport-prod-123456789012-weights-us-east-1$/);
    } finally {
      process.env = env;
      await s3.close();
    }
  });
});

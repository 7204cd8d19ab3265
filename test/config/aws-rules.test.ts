import { releaseFile } from "../support/releases";
import {
  ACCOUNT,
  goodSections,
  goodSectionsElsewhere,
  problemLines,
  stackFolder,
  writeStack,
} from "../support/stack-folder";

/** What an AWS environment must not say, and the exact words that answer it. */

const folder = stackFolder();
const r1 = releaseFile();

/** Sections laid over a good stack's, key by key. */
const linesOf = (sections: Record<string, unknown>, good = goodSections(r1)): string[] => {
  const laid = Object.entries(sections).map(([key, value]) =>
    Array.isArray(value) || key === "pools" ? [key, value] : [key, { ...good[key], ...(value as object) }],
  );
  writeStack(folder, { ...good, ...Object.fromEntries(laid) }, { chat: { r1 } });
  return problemLines(folder.root);
};

const pool = (fields: object) => ({ pools: { a100: { instanceType: "p4de.24xlarge", ...fields } } });
const arn = (region: string, account = ACCOUNT) =>
  `arn:aws:acm:${region}:${account}:certificate/0a1b2c3d-0a1b-2c3d-4e5f-0a1b2c3d4e5f`;

it("has nothing to say about a good stack", () => {
  expect(linesOf({})).toEqual([]);
});

describe("account and name", () => {
  it("wants the account, in digits", () => {
    expect(linesOf({ environment: { account: undefined } })).toEqual([
      'environment.account: missing; 12 digits in quotation marks, required on platform aws; add `account: "<your account>"` (aws sts get-caller-identity --query Account)',
    ]);
    expect(linesOf({ environment: { account: 123456789012 } })).toEqual([
      'environment.account: 123456789012; 12 digits in quotation marks; write for example `account: "123456789012"`',
    ]);
  });

  it.each(["a-very-long-environment", "Prod", "prod_1"])("refuses %s as the name of an environment", (name) => {
    writeStack(folder, goodSections(r1), { chat: { r1 } });
    folder.write(`stacks/Pulumi.${name}.yaml`, "config:\n  homeport:environment: { platform: aws, owner: a }\n");
    expect(problemLines(folder.root, name)).toContain(
      `--stack: '${name}'; 1 to 18 lower-case letters, digits and hyphens on platform aws, because bucket names are made of it; rename the stack file, and the stack if it exists (pulumi stack rename)`,
    );
  });
});

describe("what a platform does not read", () => {
  it("is refused on platform kubernetes, each at its place", () => {
    const lines = linesOf(
      {
        environment: { account: ACCOUNT, airgapped: true },
        network: { zones: { local: ["use1-az1", "use1-az2"] } },
        cluster: { version: "1.33", access: { via: "tunnel" } },
        pools: { a100: { gpuClass: "a100-80gb", gpusPerNode: 8, gpuMemoryGiB: 79.25, max: 3 } },
        traffic: { exposure: "public" },
        monitoring: { retentionDays: 400 },
        budget: { ceilingUsd: 10 },
      },
      goodSectionsElsewhere(r1),
    );
    const paths = ["environment.account", "environment.airgapped", "network.zones", "network.nat", "cluster.version"];
    paths.push(
      "cluster.access.via",
      "pools.a100.max",
      "traffic.exposure",
      "monitoring.retentionDays",
      "budget.ceilingUsd",
    );
    expect(lines).toEqual(
      paths.map((path) => `${path}: set; only platform aws reads it; remove it, or set it up in the cluster yourself`),
    );
  });

  it("is refused on platform aws", () => {
    expect(linesOf(pool({ gpuClass: "h100-80gb", nodeSelector: { a: "b" } }))).toEqual([
      "models.chat.releases.r1: its variants run on a100-80gb; pools: a100 (h100-80gb); add a pool of class a100-80gb, or pin the release with a variant for a pool you have",
      "pools.a100.gpuClass: set; only platform kubernetes reads it; remove it: it follows from the instance type, the account and the region",
      "pools.a100.nodeSelector: set; only platform kubernetes reads it; remove it: it follows from the instance type, the account and the region",
    ]);
  });
});

describe("network", () => {
  it("names both ranges that overlap, and blames the one that was written", () => {
    expect(linesOf({ network: { cidrs: { "us-east-1": "10.20.0.0/16", "us-west-2": "10.20.0.0/16" } } })).toEqual([
      "network.cidrs.us-west-2: 10.20.0.0/16 overlaps 10.20.0.0/16 of us-east-1; ranges that do not overlap, so that the VPCs can be joined; choose another range, or remove it for the region's default range",
    ]);
    expect(linesOf({ network: { cidrs: { "us-east-1": "10.67.0.0/16" } } })).toEqual([
      "network.cidrs.us-east-1: 10.67.0.0/16 overlaps 10.67.0.0/16 of us-west-2; ranges that do not overlap, so that the VPCs can be joined; choose another range, or remove it for the region's default range",
    ]);
  });

  it.each(["10.20.0.0/18", "10.20.1.0/16", "8.8.0.0/16", "10.300.0.0/16"])("refuses a VPC of %s", (range) => {
    expect(linesOf({ network: { cidrs: { "us-east-1": range } } })).toEqual([
      `network.cidrs.us-east-1: ${range}; a private /16 range like 10.20.0.0/16: pods have addresses of the VPC, and each zone's part of it is fixed; choose one, or remove it for the region's default range`,
    ]);
  });

  it("knows each region's zones, and those that EKS cannot use", () => {
    const zones = {
      "us-east-1": ["use1-az3", "use1-az9", "use1-az4", "use1-az4"],
      "eu-west-1": ["euw1-az1", "euw1-az2"],
    };
    const known = "one of use1-az1, use1-az2, use1-az4, use1-az5, use1-az6";
    expect(linesOf({ network: { zones } })).toEqual([
      "network.zones.eu-west-1: not a region of this stack; one of us-east-1, us-west-2; remove it, or add the region to `regions`",
      `network.zones.us-east-1[0]: EKS cannot use 'use1-az3' for a control plane; ${known}; use one of these`,
      `network.zones.us-east-1[1]: 'use1-az9' is no zone of us-east-1; ${known}; use one of these`,
      `network.zones.us-east-1[3]: 'use1-az4' again; ${known}; remove the second one`,
    ]);
  });

  it("wants zones that have the instance type", () => {
    expect(linesOf({ network: { zones: { "us-east-1": ["use1-az1", "use1-az2"] } } })).toEqual([
      "pools.a100.instanceType: p4de.24xlarge is in none of use1-az1, use1-az2; in us-east-1 it is in use1-az4, use1-az6; add one of these to network.zones.us-east-1",
    ]);
    expect(linesOf({ network: { zones: { "us-east-1": ["use1-az1", "use1-az4"] } } })).toEqual([]);
  });

  it("wants two zones of a VPC that is there already, and one truth about it", () => {
    const subnet = "subnet-0a1b2c3d4e5f60718";
    const vpc = {
      vpcId: "vpc-0a1b2c3d4e5f60718",
      cidr: "10.67.0.0/16",
      privateSubnets: { "use1-az4": subnet },
      gpuSubnets: {},
    };
    const network = {
      existing: { "us-east-1": vpc },
      cidrs: { "us-east-1": "10.1.0.0/16" },
      zones: { "us-east-1": ["use1-az1", "use1-az2"] },
    };
    expect(linesOf({ network })).toEqual([
      "network.cidrs.us-east-1: 10.1.0.0/16; network.existing.us-east-1.cidr says the range of a VPC that is there already; remove it here",
      "network.existing.us-east-1.cidr: 10.67.0.0/16 overlaps 10.67.0.0/16 of us-west-2; ranges that do not overlap, so that the VPCs can be joined; choose another range, or remove it for the region's default range",
      "network.zones.us-east-1: use1-az1, use1-az2; the subnets of network.existing.us-east-1 say the zones; remove it here",
      "network.existing.us-east-1.privateSubnets: use1-az4; subnets in at least 2 zones; add a subnet, like `use1-az1: subnet-0a1b2c3d4e5f60718`",
      "network.existing.us-east-1.gpuSubnets: no zone; subnets in at least 1 zone; add a subnet, like `use1-az1: subnet-0a1b2c3d4e5f60718`",
    ]);
  });
});

describe("exposure", () => {
  it.each([
    ["0.0.0.0/0", "everyone"],
    ["128.0.0.0/1", "too many"],
  ])("refuses %s at a public endpoint and at a load balancer", (range, whom) => {
    const rest = `${range} is open to ${whom}; IPv4 ranges of /8 or smaller whose address is their first; list the networks of your clients and offices, like 203.0.113.0/24`;
    expect(
      linesOf({
        cluster: { access: { cidrs: [range] } },
        traffic: {
          exposure: "public",
          allowedCidrs: [range],
          hostedZoneId: "Z0123456789ABC",
          hostname: "llm.example.com",
        },
      }),
    ).toEqual([`cluster.access.cidrs[0]: ${rest}`, `traffic.allowedCidrs[0]: ${rest}`]);
  });

  it("wants addresses and a certificate where something is public", () => {
    expect(linesOf({ cluster: { access: {} }, traffic: { exposure: "public" } })).toEqual([
      "cluster.access.cidrs: missing; the addresses that may reach the Kubernetes API's public endpoint; add `cidrs: [<your network>]`, or close the endpoint with `via: tunnel`",
      "traffic.allowedCidrs: missing; the addresses that may reach a public load balancer; add `allowedCidrs: [203.0.113.0/24]`, or write `exposure: internal`",
      "traffic.certificates: none for us-east-1, us-west-2; a certificate for each public load balancer; add their ARNs, or `hostedZoneId`, and they are made; or end TLS in Envoy with `tlsSecret`",
    ]);
  });

  it("refuses addresses that nothing would look at", () => {
    expect(linesOf({ cluster: { access: { via: "tunnel", cidrs: ["203.0.113.0/24"] } } })).toEqual([
      "cluster.access.cidrs: 1 ranges; nothing: with `via: tunnel` nobody reaches the endpoint but through the tunnel; remove them, or write `via: public` or `via: inside`",
    ]);
    expect(linesOf({ cluster: { access: { via: "inside", cidrs: ["10.0.0.0/8"] } } })).toEqual([]);
  });

  it("wants certificates of their own region and account, for every region", () => {
    const certificates = { "us-east-1": arn("us-west-2"), "eu-west-1": arn("eu-west-1", "210987654321") };
    expect(linesOf({ traffic: { hostname: "llm.example.com", certificates } })).toEqual([
      "traffic.certificates.eu-west-1: not a region of this stack; one of us-east-1, us-west-2; remove it, or add the region to `regions`",
      "traffic.certificates.us-east-1: a certificate of us-west-2; one of us-east-1; request or import it there",
      "traffic.certificates: none for us-west-2; one for each region, or none; add the missing ones, or `hostedZoneId`, and they are made",
    ]);
    expect(
      linesOf({
        traffic: {
          hostname: "llm.example.com",
          certificates: { "us-east-1": arn("us-east-1", "210987654321"), "us-west-2": arn("us-west-2") },
        },
      }),
    ).toEqual([
      "traffic.certificates.us-east-1: a certificate of account 210987654321; one of 123456789012; request or import it there",
    ]);
  });

  it("wants a host name for a zone, and public addresses for an accelerator", () => {
    expect(linesOf({ traffic: { hostedZoneId: "Z0123456789ABC", globalAccelerator: true } })).toEqual([
      "traffic.globalAccelerator: true with `exposure: internal`; its addresses are public; write `exposure: public` with `allowedCidrs`, or remove it",
      "traffic.hostname: missing; required with hostedZoneId: models are reached at <model>.<hostname>; add `hostname: llm.example.com`, a name inside the zone",
    ]);
  });
});

describe("airgapped", () => {
  it("refuses each thing that would need the internet", () => {
    const never = "environment.airgapped allows no way to or from the internet";
    expect(
      linesOf({
        environment: { airgapped: true },
        network: { nat: "zonal" },
        traffic: {
          exposure: "public",
          allowedCidrs: ["203.0.113.0/24"],
          hostedZoneId: "Z0123456789ABC",
          hostname: "llm.example.com",
          globalAccelerator: true,
        },
      }),
    ).toEqual([
      `network.nat: zonal; ${never}; remove it, or write \`none\``,
      `cluster.access.via: public; ${never}; write \`via: inside\` (from a machine in the VPC or a network joined to it) or \`via: tunnel\` (SSM)`,
      `traffic.exposure: public; ${never}; write \`internal\``,
      `traffic.globalAccelerator: true; ${never}; remove it`,
    ]);
  });

  it("is quiet about an environment without a hole", () => {
    expect(linesOf({ environment: { airgapped: true }, cluster: { access: { via: "inside" } } })).toEqual([]);
  });
});

describe("residency", () => {
  it("says why p4de cannot be in two regions of the EU", () => {
    const eu = { residency: ["eu"] };
    expect(linesOf({ environment: eu, regions: ["eu-central-1", "eu-west-1"] })).toEqual([
      "pools.a100.instanceType: p4de.24xlarge is not offered in eu-west-1; only one region of eu has it: eu-central-1 (Frankfurt); keep eu-central-1 alone, or use a type that is in enough of them: p4d.24xlarge, p5en.48xlarge, g5.xlarge",
    ]);
    expect(linesOf({ environment: eu, regions: ["eu-central-1"] })).toEqual([]);
  });

  it("names every place outside: regions, certificates and what was reserved", () => {
    const lines = linesOf({
      environment: { residency: ["eu"] },
      regions: ["eu-central-1", "us-west-2"],
      ...pool({
        capacity: ["reservation", "on-demand"],
        reservation: { id: "cr-0a1b2c3d4e5f60718", zone: "usw2-az1" },
      }),
      traffic: { certificates: { "eu-central-1": arn("us-west-2"), "us-west-2": arn("us-west-2") } },
    });
    const outside = lines.filter((line) => line.includes("environment.residency allows eu"));
    expect(outside.map((line) => line.split(";")[0])).toEqual([
      "regions[1]: 'us-west-2' lies in us",
      "traffic.certificates.eu-central-1: 'us-west-2' lies in us",
      "traffic.certificates.us-west-2: 'us-west-2' lies in us",
      "pools.a100.reservation.zone: 'us-west-2' lies in us",
    ]);
  });
});

describe("audit, alarms and budget", () => {
  it("keeps audit on, for as long as the profile asks", () => {
    expect(
      linesOf({ environment: { profile: "regulated" }, monitoring: { audit: false, retentionDays: 365 } }),
    ).toEqual([
      "monitoring.audit: false; required under environment.profile regulated; remove it, or use profile development",
      "monitoring.retentionDays: 365 days; at least 2192 under environment.profile regulated; write 2192 or more, or remove it for the profile's default",
    ]);
    expect(linesOf({ monitoring: { retentionDays: 30 } })).toHaveLength(1);
    expect(
      linesOf({ environment: { profile: "development" }, monitoring: { audit: false, retentionDays: 30 } }),
    ).toEqual([]);
  });

  it("names receivers that are missing, doubled or empty", () => {
    expect(
      linesOf({ monitoring: { receivers: { oncall: {} }, alertTo: ["onkall", "oncall", "oncall", "boss"] } }),
    ).toEqual([
      "monitoring.alertTo[0]: 'onkall' is not a receiver; one of oncall; did you mean `oncall`?",
      "monitoring.alertTo[2]: 'oncall' again; each receiver once; remove the second one",
      "monitoring.alertTo[3]: 'boss' is not a receiver; one of oncall; add it: receivers: { boss: { email: <address> } }",
      "monitoring.receivers.oncall: no target; an `email`, a `webhook`, or both; add `email: ml-oncall@example.com`",
    ]);
  });

  it("wants a ceiling above the budget, and somebody to tell", () => {
    expect(linesOf({ budget: { monthlyUsd: 1000, ceilingUsd: 900 } })).toEqual([
      "budget.ceilingUsd: 900 USD; at least budget.monthlyUsd, 1000; raise it, or lower the budget",
      "monitoring.alertTo: missing; budget.monthlyUsd tells the alarm receivers, and there is none; add `alertTo: [oncall]` and `receivers: { oncall: { email: <address> } }`",
    ]);
  });
});

describe("regions that do not serve", () => {
  it("are regions of the stack, and never all of them", () => {
    expect(linesOf({ regionStates: { "us-east-1": "drained", "us-west-2": "lost", "eu-west-1": "lost" } })).toEqual([
      "regionStates.eu-west-1: not a region of this stack; one of us-east-1, us-west-2; remove it, or add the region to `regions`",
      "regionStates: us-east-1: drained, us-west-2: lost; at least one active region; remove a region that can serve; to end the environment: homeport destroy",
    ]);
    expect(linesOf({ regionStates: { "us-west-2": "lost" } })).toEqual([]);
  });
});

describe("nodes", () => {
  it("lie in zones that the stack uses, and a block is of the P family", () => {
    const block = { id: "cr-0a1b2c3d4e5f60718", zone: "use1-az6", ends: "2026-12-24T11:30:00Z" };
    const lines = linesOf({
      pools: { a100: { instanceType: "g6e.48xlarge", capacity: ["block", "on-demand"], block } },
    });
    expect(lines).toContain(
      "pools.a100.block.zone: 'use1-az6'; a zone that this stack uses: use1-az1, use1-az2, use1-az4, usw2-az1, usw2-az2, usw2-az3; add it to network.zones.us-east-1",
    );
    expect(lines).toContain(
      "pools.a100.block: a block of g6e.48xlarge; AWS sells capacity blocks of the P family only; remove it, and write `capacity: [spot, on-demand]` or a reservation",
    );
  });

  it("go home at night only where nobody is served", () => {
    expect(linesOf(pool({ max: 2, offHours: { stop: "19:00", start: "19:00", timeZone: "Europe/Atlantis" } }))).toEqual(
      [
        "pools.a100.offHours: set under environment.profile standard; profile development: nobody is served in these hours; remove it, or write `profile: development`",
        "pools.a100.offHours.start: 19:00; another time than `stop`; write when the nodes come back, like 08:00",
        "pools.a100.offHours.timeZone: 'Europe/Atlantis'; an IANA time zone; write one like Europe/Berlin",
      ],
    );
  });

  it("name somebody who may enter the cluster", () => {
    expect(linesOf({ cluster: { admins: [] } })).toEqual([
      "cluster.admins: nobody; at least the IAM role that runs `pulumi up`; add `cluster: { admins: [arn:aws:iam::123456789012:role/<role>] }`",
    ]);
  });

  it("leave a role one way into the cluster", () => {
    const role = "arn:aws:iam::123456789012:role/on-call";
    expect(linesOf({ cluster: { access: { cidrs: ["203.0.113.0/24"] }, admins: [role], viewers: [role] } })).toEqual([
      "cluster.viewers[0]: the same role again; each role once, and cluster.admins[0] has it; remove one of the two",
    ]);
  });
});

it("says once what is wrong, and not what follows from what was left of it", () => {
  expect(linesOf({ cluster: { access: { cidrs: ["203.0.113.0/24"] }, admins: ["deploy"] } })).toEqual([
    "cluster.admins[0]: 'deploy'; the ARN of an IAM role; write for example `arn:aws:iam::123456789012:role/deploy`",
  ]);
  expect(linesOf({ pools: { a100: { instanceType: "p4de.48xlarge" } } })).toEqual([
    expect.stringMatching(/^pools\.a100\.instanceType: 'p4de\.48xlarge'; one of .*; did you mean `p4de\.24xlarge`\?$/),
  ]);
  expect(linesOf({ regions: ["us-east-7"] })).toEqual([
    "regions[0]: 'us-east-7'; an AWS region; did you mean `us-east-1`?",
  ]);
  expect(linesOf({ monitoring: { receivers: { oncall: { email: "nobody" } } } })).toEqual([
    "monitoring.receivers.oncall.email: 'nobody'; a mail address; write for example `email: ml-oncall@example.com`",
  ]);
  expect(linesOf({ pools: { a100: { instanceType: "p4de.24xlarge", capacity: ["spott"] } } })).toEqual([
    "pools.a100.capacity[0]: 'spott'; one of block, reservation, on-demand, spot; did you mean `spot`?",
  ]);
});

it("lists the problems of all sections of one file at once", () => {
  const lines = linesOf({
    environment: { account: undefined, airgapped: true },
    regions: ["us-east-1", "us-east1"],
    monitoring: { audit: false, alertTo: ["nobody"] },
    regionStates: { "us-east-1": "gone" },
    traffic: { exposure: "public" },
  });
  expect(lines.map((line) => line.split(": ")[0])).toEqual([
    "regionStates.us-east-1",
    "environment.account",
    "regions[1]",
    "cluster.access.via",
    "traffic.exposure",
    "traffic.allowedCidrs",
    "traffic.certificates",
    "monitoring.audit",
    "monitoring.alertTo[0]",
  ]);
});

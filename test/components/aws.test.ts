import { cpSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { readStack } from "../../infra/config/read-stack";
import type { RenderedStack } from "../../scripts/lib/render/render";
import { resourceTable } from "../../scripts/lib/render/resource-table";
import { replacedBetween } from "../support/aws/replacements";
import { expectGolden } from "../support/golden";
import { Plan } from "../support/plan";
import { Stacks } from "../support/stacks";

/** The resource graph of every AWS stack, on mocks: what is asked for and how it hangs together; not that AWS accepts it. */

jest.setTimeout(180_000); // ten programs in one process

const NAMES = ["dev", "staging", "prod", "airgapped"] as const;
type Name = (typeof NAMES)[number];

const stacks = new Stacks();
const rendered = {} as Record<Name, RenderedStack>;
const plans = {} as Record<Name, Plan>;

beforeAll(async () => {
  for (const name of NAMES) {
    rendered[name] = await stacks.render(name);
    plans[name] = new Plan(rendered[name].plan);
  }
});

const isAws = ({ type }: { type: string }): boolean => type.startsWith("aws:");
const shortType = (type: string): string => type.split(":").at(-1) ?? type;

describe.each(NAMES)("stack %s", (name) => {
  it("asks for exactly these resources, by names that survive everything but a rename", () => {
    const urns = plans[name].urns();
    expect(new Set(urns).size).toBe(urns.length);
    expectGolden(`urns-${name}.txt`, `${urns.join("\n")}\n`);
  });

  it("asks for the same in preview, where AWS has not answered yet", async () => {
    const preview = await stacks.render(name, { preview: true });
    expect(new Plan(preview.plan).urns()).toEqual(plans[name].urns());
    expect(preview.objects.map(({ path }) => path)).toEqual(rendered[name].objects.map(({ path }) => path));
  });

  it("hangs every resource below a component of its region", () => {
    const regions = plans[name].resources
      .filter(({ type }) => type === "homeport:kubernetes:RegionCell")
      .map((cell) => cell.name);
    for (const { urn, name: given, parent, provider } of plans[name].resources.filter(isAws)) {
      // What joins the regions must work when one of them does not.
      const home = urn.includes("homeport:aws:Failover$") ? "global" : regions.find((r) => given.startsWith(`${r}/`));
      expect([urn, parent]).toEqual([urn, expect.stringContaining("homeport:aws:")]);
      expect([urn, provider]).toEqual([urn, expect.stringMatching(new RegExp(`pulumi:providers:aws::${home}$`))]);
    }
  });

  it("shows no secret to AWS, and none in plain anywhere", () => {
    const text = JSON.stringify(plans[name].resources.filter(isAws));
    expect(text).not.toContain("${secret:");
    for (const { inputs } of plans[name].resources.filter(({ type }) => type === "kubernetes:core/v1:Secret"))
      for (const value of Object.values(inputs.stringData ?? {})) expect(value).toMatch(/\$\{secret:/);
  });
});

describe("counts that a reader can check", () => {
  const count = (name: Name, type: string): number => plans[name].counts()[type] ?? 0;
  const rows: [string, string, Record<Name, number>][] = [
    ["one VPC a region", "aws:ec2/vpc:Vpc", { dev: 1, staging: 1, prod: 2, airgapped: 1 }],
    ["one cluster a region", "aws:eks/cluster:Cluster", { dev: 1, staging: 1, prod: 2, airgapped: 1 }],
    [
      "in each of three zones a CPU group, and one a way to get GPU nodes where the type is",
      "aws:eks/nodeGroup:NodeGroup",
      { dev: 6, staging: 9, prod: 10, airgapped: 4 },
    ],
    [
      "private, GPU and, with a way out, public subnets in three zones",
      "aws:ec2/subnet:Subnet",
      { dev: 9, staging: 9, prod: 18, airgapped: 6 },
    ],
    [
      "one NAT gateway, one a zone, none",
      "aws:ec2/natGateway:NatGateway",
      { dev: 1, staging: 3, prod: 6, airgapped: 0 },
    ],
    [
      "an entrance a data class and region",
      "aws:lb/loadBalancer:LoadBalancer",
      { dev: 1, staging: 1, prod: 4, airgapped: 1 },
    ],
  ];

  it.each(rows)("%s", (_, type, counts) => {
    expect(Object.fromEntries(NAMES.map((name) => [name, count(name, type)]))).toEqual(counts);
  });
});

it("runs every release of every region's models", () => {
  const engines = (name: Name) =>
    rendered[name].objects.filter(
      ({ object }) => object.kind === "Deployment" && object.metadata.namespace === "homeport-models",
    );
  expect(Object.fromEntries(NAMES.map((name) => [name, engines(name).length]))).toEqual({
    dev: 1,
    staging: 2,
    prod: 4,
    airgapped: 2,
  });
});

it("is printed as a table of what, where and the price by the hour, within 80 columns", () => {
  for (const name of NAMES) {
    const lines = resourceTable(readStack(stacks.root, name), rendered[name]).split("\n");
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
    expect(lines[0]).toMatch(/^WHERE +WHAT +COUNT +\$\/H$/);
  }
  const prod = resourceTable(readStack(stacks.root, "prod"), rendered.prod);
  expect(prod).toMatch(/^us-west-2 +pool a100: p4de.24xlarge, on-demand +1 +27\.45$/m);
  expect(prod).toContain(`${rendered.prod.plan.filter(isAws).length} AWS resources`);
});

describe("what outlives a destroy", () => {
  const marked = (name: Name, mark: "protect" | "retainOnDelete") =>
    [...new Set(plans[name].resources.filter((r) => r[mark]).map(({ type }) => shortType(type)))].sort();

  it("is protected: keys, buckets, logs and clusters that are not for development", () => {
    expectGolden("protected.txt", NAMES.map((name) => `${name}: ${marked(name, "protect").join(", ")}\n`).join(""));
    expect(marked("prod", "protect")).toContain("Cluster");
    expect(marked("dev", "protect")).not.toContain("Cluster");
  });

  it("is kept: buckets, keys, logs", () => {
    expectGolden("kept.txt", NAMES.map((name) => `${name}: ${marked(name, "retainOnDelete").join(", ")}\n`).join(""));
  });
});

it("takes a release to another GPU family by one word: its variant for that pool runs before it is routed to", async () => {
  const moved = await stacks.changed("dev", (text) =>
    text
      .replace("  homeport:models:", "    a100: { instanceType: p4de.24xlarge }\n  homeport:models:")
      .replace("      live: r41", "      live: r41\n      pool: a100"),
  );
  const engines = (plan: Plan) =>
    plan.resources.filter(({ type, name }) => type === "kubernetes:apps/v1:Deployment" && name.includes("/chat-"));
  const [before, after] = [engines(plans.dev), engines(new Plan(moved.plan))];
  expect([before, after].map((found) => found.map(({ name }) => name.split("-").at(-1)))).toEqual([
    ["l40sx1"],
    ["a100x1"],
  ]);
  expect(JSON.stringify(after[0]?.inputs)).toContain('"nodeSelector":{"homeport.dev/pool":"a100"}');
  const route = moved.plan.find(({ type, name }) => type.endsWith(":HTTPRoute") && name.includes("app"));
  expect(JSON.stringify(route?.inputs)).toContain("-a100x1");
  expect(route?.dependencies).toContain(after[0]?.urn);
});

describe("growth of the whole program", () => {
  const GROWTH: Record<string, (text: string) => string> = {
    "a zone": (text) =>
      text.replace(
        "  homeport:pools:",
        "  homeport:network: { zones: { us-east-1: [use1-az1, use1-az2, use1-az4, use1-az6] } }\n  homeport:pools:",
      ),
    "a pool": (text) =>
      text
        .replace("  homeport:models:", "    more: { instanceType: g6e.12xlarge }\n  homeport:models:")
        .replace("      live: r41", "      live: r41\n      pool: l40s"),
    "a model": (text) =>
      text
        .replace(
          "  homeport:policies:",
          `    code: { live: r41, pool: l40s, releases: { r41: ${/r41: (sha256:\w+)/.exec(text)?.[1]} } }\n  homeport:policies:`,
        )
        .replace("models: [chat]", "models: [chat, code]")
        .replace("instanceType: g6e.2xlarge", "instanceType: g6e.2xlarge\n      max: 2"),
    "a region": (text) => text.replace("[us-east-1]", "[us-east-1, us-west-2]"),
  };

  it("by a zone, a pool, a model and a region is only additions, in whatever order they come", async () => {
    const releases = join(stacks.root, "stacks/releases");
    cpSync(join(releases, "chat"), join(releases, "code"), { recursive: true });
    const orders = fc.shuffledSubarray(Object.keys(GROWTH), { minLength: 4 });
    await fc.assert(
      fc.asyncProperty(orders, async (order) => {
        let before = plans.dev;
        for (const [i, step] of order.entries()) {
          const grow = (text: string) =>
            order.slice(0, i + 1).reduce((grown, name) => GROWTH[name]?.(grown) ?? "", text);
          const after = new Plan((await stacks.changed("dev", grow)).plan);
          const gone = before.urns().filter((urn) => !after.urns().includes(urn));
          expect([step, gone, replacedBetween(before.resources, after.resources)]).toEqual([step, [], []]);
          expect(after.resources.length).toBeGreaterThan(before.resources.length);
          before = after;
        }
      }),
      { numRuns: 1 },
    );
  });
});

import { readStack } from "../../../../infra/config/read-stack";
import { aboveCeiling } from "../../../../infra/values/aws/cost/ceiling";
import { estimate, nodesAtMost } from "../../../../infra/values/aws/cost/estimate";
import { releaseFile } from "../../../support/releases";
import { goodSections, stackFolder, TODAY, writeStack } from "../../../support/stack-folder";

const folder = stackFolder();
const r1 = releaseFile();

function stackWith(sections: Record<string, object> = {}) {
  writeStack(folder, { ...goodSections(r1), ...sections }, { chat: { r1 } });
  return readStack(folder.root, "test", TODAY);
}

const countOf = (stack: ReturnType<typeof stackWith>, start: string) =>
  estimate(stack)
    .lines.filter(({ what }) => what.startsWith(start))
    .map(({ region, count }) => `${region} ${count}`);

describe("the estimate of a stack", () => {
  it("counts the nodes that its releases need in every region, though no bucket holds them yet", () => {
    expect(countOf(stackWith(), "pool a100")).toEqual(["us-east-1 1", "us-west-2 1"]);
    const models = { chat: { live: "r1", releases: { r1: r1.id }, replicas: 9 } };
    expect(countOf(stackWith({ models }), "pool a100")).toEqual(["us-east-1 2", "us-west-2 2"]);
    const pools = { a100: { instanceType: "p4de.24xlarge", min: 2, max: 2 } };
    expect(countOf(stackWith({ pools }), "pool a100")).toEqual(["us-east-1 2", "us-west-2 2"]);
  });

  it("counts NAT gateways and endpoints by zone, and none where nothing leaves the VPC", () => {
    expect(countOf(stackWith(), "NAT gateway")).toEqual(["us-east-1 3", "us-west-2 3"]);
    expect(countOf(stackWith({ network: { nat: "single" } }), "NAT gateway")).toEqual(["us-east-1 1", "us-west-2 1"]);
    expect(countOf(stackWith({ network: { nat: "none" } }), "NAT gateway")).toEqual([]);
    const [first] = countOf(stackWith(), "interface endpoint");
    expect(Number(first?.split(" ")[1]) % 3).toBe(0);
  });

  const block = { id: "cr-0a1b2c3d4e5f60718", zone: "use1-az4", ends: "2027-01-24T11:30:00Z" };
  const pool = (settings: object) => ({ a100: { instanceType: "p4de.24xlarge", max: 2, ...settings } });

  it("takes the price on demand in place of that of spot and of a block, which is never free", () => {
    const of = (settings: object) =>
      estimate(stackWith({ pools: pool(settings) })).lines.filter(({ what }) => what.startsWith("pool a100"));
    expect(of({ capacity: ["block", "on-demand"], block })).toMatchObject([
      { region: "us-east-1", hourlyUsd: 27.44705, known: false },
      { region: "us-west-2", hourlyUsd: 27.44705, known: true },
    ]);
    expect(of({ capacity: ["spot"] })[0]).toMatchObject({ hourlyUsd: 27.44705, known: false });
  });

  it("counts at most what autoscalers may bring: each of Karpenter's ways, a block beside what follows it, system nodes", () => {
    const counted = ({ lines }: ReturnType<typeof nodesAtMost>) =>
      lines.map(({ region, what, count }) => [region, what.split(":")[0], count]);
    const most = (settings: object) => counted(nodesAtMost(stackWith({ pools: pool(settings) })));
    const system = (region: string) => [region, "pool system", 9];
    const everywhere = (count: number) =>
      ["us-east-1", "us-west-2"].flatMap((region) => [system(region), [region, "pool a100", count]]);
    expect(most({})).toEqual(everywhere(2));
    expect(most({ capacity: ["spot", "on-demand"] })).toEqual(everywhere(2));
    const { config, ...stack } = stackWith({ pools: pool({ capacity: ["spot", "on-demand"] }) });
    const [[name, ladder] = ["", undefined]] = Object.entries(config.pools);
    if (ladder === undefined) throw new Error("no pool");
    const karpenter = { ...config, pools: { [name]: { ...ladder, manager: "karpenter" as const } } };
    expect(counted(nodesAtMost({ ...stack, config: karpenter }))).toEqual(everywhere(4));
    expect(most({ capacity: ["block", "on-demand"], block })).toEqual([
      ...[system("us-east-1"), ["us-east-1", "pool a100", 4]],
      ...[system("us-west-2"), ["us-west-2", "pool a100", 2]],
    ]);
  });

  it("has the disks of nodes, weights and the keys of init in it, so that a ceiling is held against the same sum", () => {
    const of = (what: string) => estimate(stackWith()).lines.filter((line) => line.what.startsWith(what));
    expect(of("disks of a100").map(({ monthlyUsd }) => monthlyUsd)).toEqual(
      [23, 23].map((usd) => expect.closeTo(usd, 6)),
    );
    expect(of("KMS key of homeport init").map(({ count }) => count)).toEqual([2, 1]);
  });

  it("counts only the hours in which a pool has nodes", () => {
    const environment = { platform: "aws", account: "123456789012", owner: "ml-platform", profile: "development" };
    const pools = { a100: { instanceType: "p4de.24xlarge", offHours: { stop: "18:00", start: "08:00" } } };
    const line = estimate(stackWith({ environment, pools })).lines.find(({ what }) => what.startsWith("pool a100"));
    expect(line?.hours).toBeCloseTo(217.26, 2);
    expect(line?.monthlyUsd).toBeCloseTo(27.44705 * 217.26, -1);
  });
});

describe("the ceiling", () => {
  it("refuses a dearer stack and names what costs most", () => {
    const [problem, ...others] = aboveCeiling(stackWith({ budget: { ceilingUsd: 40_000 } }));
    expect(others).toEqual([]);
    expect(problem).toMatchObject({ path: "budget.ceilingUsd", allowed: "an estimate below the ceiling" });
    expect(problem?.given).toMatch(
      /^40,000 USD, and this stack costs about 4\d,\d{3} a month \(list prices of 2026-07-20 and a day that is not known\)/,
    );
    expect(problem?.given).toContain("us-east-1 1 × pool a100: p4de.24xlarge, on-demand 20,037");
  });

  it("lets a cheaper one pass, and any without a ceiling", () => {
    expect(aboveCeiling(stackWith({ budget: { ceilingUsd: 50_000 } }))).toEqual([]);
    expect(aboveCeiling(stackWith())).toEqual([]);
  });
});

import { readStack } from "../../../../infra/config/read-stack";
import { aboveCeiling } from "../../../../infra/values/aws/cost/ceiling";
import { estimate } from "../../../../infra/values/aws/cost/estimate";
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

  it("takes a block as paid, and spot at most at the price on demand", () => {
    const block = { id: "cr-0a1b2c3d4e5f60718", zone: "use1-az4", ends: "2027-01-24T11:30:00Z" };
    const pool = (settings: object) => ({ a100: { instanceType: "p4de.24xlarge", max: 2, ...settings } });
    const of = (settings: object) =>
      estimate(stackWith({ pools: pool(settings) })).lines.filter(({ what }) => what.startsWith("pool a100"));
    expect(of({ capacity: ["block", "on-demand"], block })).toMatchObject([
      { region: "us-east-1", hourlyUsd: 0, known: true },
      { region: "us-west-2", hourlyUsd: 27.44705, known: true },
    ]);
    expect(of({ capacity: ["spot"] })[0]).toMatchObject({ hourlyUsd: 27.44705, known: false });
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
      /^40,000 USD, and this stack costs about 4\d,\d{3} a month \(list prices of 2026-07-20\)/,
    );
    expect(problem?.given).toContain("us-east-1 1 × pool a100: p4de.24xlarge, on-demand 20,037");
  });

  it("lets a cheaper one pass, and any without a ceiling", () => {
    expect(aboveCeiling(stackWith({ budget: { ceilingUsd: 50_000 } }))).toEqual([]);
    expect(aboveCeiling(stackWith())).toEqual([]);
  });
});

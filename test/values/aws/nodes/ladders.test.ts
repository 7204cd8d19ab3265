import type { QuotaName } from "../../../../infra/core/aws/quotas";
import { ladders, type ReleaseLadder } from "../../../../infra/values/aws/nodes/ladders";
import type { Asked } from "../../../../scripts/lib/preflight/check";
import { ladderFinding } from "../../../../scripts/lib/preflight/ladders";
import { nodeGroupChecks } from "../../../../scripts/lib/preflight/node-groups";
import { ladderTable } from "../../../../scripts/lib/render/ladder-table";
import { awsCell, awsConfig, type Sections } from "../../../support/aws-cell";
import { a100, IMAGE, releaseFile } from "../../../support/releases";

const file = releaseFile({
  variants: { ...a100(2), l40sx4: { gpuClass: "l40s-48gb", tensorParallel: 4, image: IMAGE, arguments: {} } },
});
const RELEASES = { chat: { r1: file, r2: file } };
const STACK = {
  regions: ["us-east-1", "us-west-2"],
  pools: {
    a100: { instanceType: "p4de.24xlarge", capacity: ["on-demand", "spot"], max: 2 },
    l40s: { instanceType: "g6e.12xlarge" },
  },
  models: { chat: { live: "r2", previous: ["r1"], pool: "a100", releases: { r1: file.id, r2: file.id } } },
  traffic: { hostname: "llm.example.com", hostedZoneId: "Z0123456789ABC" },
};
const of = (sections: Sections = {}) => ladders({ config: awsConfig({ ...STACK, ...sections }), releases: RELEASES });
const short = ({ steps }: ReleaseLadder) =>
  steps.map(({ region, pool, capacity, takenBy }) => `${region} ${pool} ${capacity}: ${takenBy}`);

describe("ways to run a release", () => {
  it("say who takes each step: nobody, the autoscaler, a person, DNS", () => {
    const [live, previous, ...west] = of();
    expect(live).toMatchObject({ model: "chat", release: "r2", pointer: "live", region: "us-east-1" });
    expect(previous).toMatchObject({ release: "r1", pointer: "previous" });
    expect(west.map(({ region }) => region)).toEqual(["us-west-2", "us-west-2"]);
    expect(short(live as ReleaseLadder)).toEqual([
      "us-east-1 a100 on-demand: start",
      "us-east-1 a100 spot: autoscaler",
      "us-east-1 l40s on-demand: config",
      "us-west-2 a100 on-demand: traffic",
      "us-west-2 a100 spot: traffic",
      "us-west-2 l40s on-demand: config",
    ]);
  });

  it("count on no region that takes no requests, and on no name that nobody keeps", () => {
    const drained = of({ regionStates: { "us-west-2": "drained" } });
    expect(drained.flatMap(short).filter((step) => step.startsWith("us-west-2"))).toEqual([]);
    expect(short(of({ traffic: {} })[0] as ReleaseLadder)).toContain("us-west-2 a100 on-demand: clients");
  });

  it("are a narrow table, with what its words mean and no others", () => {
    const long = "a".repeat(20);
    const pools = { [long]: { ...STACK.pools.a100, capacity: ["reservation", "spot"] }, l40s: STACK.pools.l40s };
    const models = { chat: { ...STACK.models.chat, pool: long } };
    const reservation = { id: "cr-0fedcba9876543210", zone: "use1-az4" };
    const text = ladderTable(of({ pools: { ...pools, [long]: { ...pools[long], reservation } }, models }));
    expect(text.split("\n").filter((line) => line.length > 80)).toEqual([]);
    expect(text).toMatch(/^chat r1 \(previous\)$/m);
    expect(text).toMatch(/^ {2}1 {2}us-east-1 {2}a{15}… {2}reservation {2}a100x2 {2}start$/m);
    expect(text).toContain("config: set models.<model>.pool");
    const [only] = of({ regions: ["us-east-1"], pools: { l40s: STACK.pools.l40s }, models: MODEL_ON_L40S });
    expect(ladderTable([only as ReleaseLadder]).split("\n")).toEqual([
      "Ways to run each release from us-east-1, best first:",
      "chat r2 (live): one way only",
      "  1  us-east-1  l40s  on-demand  l40sx4  start",
      "start: where it runs while there are nodes.",
    ]);
  });
});

const MODEL_ON_L40S = { chat: { ...STACK.models.chat, pool: "l40s" } };

it("more node groups than EKS takes of a new account are asked for; an ordinary stack is not", () => {
  const pool = { instanceType: "g6e.12xlarge", capacity: ["on-demand", "spot"] };
  const checks = (count: number) => {
    const pools = Object.fromEntries(Array.from({ length: count }, (_, i) => [`pool-${i}`, pool]));
    const { place, config, releases } = awsCell({ pools });
    return nodeGroupChecks(place, { config, releases } as unknown as Asked).map(({ name }) => name);
  };
  expect(checks(4)).toEqual([]); // 27: four pools, two ways, three zones, and the CPU nodes
  expect(checks(5)).toEqual(["us-east-1 quota node groups"]);
});

describe("preflight of the ways", () => {
  const found = (sections: Sections, closed: string[]) => {
    const config = awsConfig({ ...STACK, ...sections });
    const asked = { config, releases: RELEASES } as unknown as Asked;
    const [ladder] = ladders(asked);
    const ask = async (region: string, quota: QuotaName) => (closed.includes(`${region} ${quota}`) ? 0 : 1000);
    return ladderFinding(ladder as ReleaseLadder, asked, ask);
  };

  it("says that there is only one", async () => {
    const one = { regions: ["us-east-1"], pools: { l40s: STACK.pools.l40s }, models: MODEL_ON_L40S };
    expect(await found(one, [])).toEqual({ found: "only one, l40s on-demand: while it has no node, pods wait" });
    expect(await found({}, [])).toEqual({ found: "6, first a100 on-demand" });
  });

  it("names the first that would pass where the first of all lacks its quota, and who takes it", async () => {
    const P = ["us-east-1 on-demand P"];
    const lack = "a100 on-demand lacks its quota (us-east-1 on-demand P: 0 of 96 vCPUs)";
    expect(await found({}, P)).toEqual({ found: `${lack}; way 2 would pass: a100 spot, taken by autoscaler` });
    expect(await found({}, [...P, "us-east-1 spot P"])).toEqual({
      found: `${lack}; way 3 would pass: l40s on-demand, set models.chat.pool: l40s`,
    });
    expect(await found({}, [...P, "us-east-1 spot P", "us-east-1 on-demand G"])).toEqual({
      found: `${lack}; way 4 would pass: us-west-2 a100 on-demand, taken by traffic`,
    });
  });

  it("is bad where none would", async () => {
    const all = ["on-demand P", "spot P", "on-demand G"].flatMap((q) => STACK.regions.map((r) => `${r} ${q}`));
    expect(await found({}, all)).toEqual({
      found: expect.stringMatching(/^all 6 lack their quota: us-east-1 on-demand P: 0 of 96 vCPUs; /),
      fix: "raise one of them: its own line has the command",
    });
  });
});

import * as fc from "fast-check";
import { Foundation } from "../../../infra/components/aws/foundation";
import { replacedBetween } from "../../support/aws/replacements";
import { ACCOUNT, awsConfig, registered } from "../../support/aws-cell";
import { Plan } from "../../support/plan";

/**
 * Whatever a stack's AWS half is made of, one more of it only adds: every resource keeps its URN and all of the inputs
 * whose change would make it anew. Models and what joins regions are of the whole program: components/aws.test.ts.
 */

const ZONES: Record<string, string[]> = {
  "us-east-1": ["use1-az4", "use1-az6", "use1-az1", "use1-az5", "use1-az2"],
  "us-west-2": ["usw2-az1", "usw2-az2", "usw2-az3", "usw2-az4"],
  "eu-central-1": ["euc1-az1", "euc1-az2", "euc1-az3"],
  "ap-northeast-1": ["apne1-az1", "apne1-az2", "apne1-az4"],
};
const REGIONS = Object.keys(ZONES);
const BLOCK = { id: "cr-0123456789abcdef0", zone: "use1-az4", ends: "2027-03-01T11:30:00Z" };
const POOLS = {
  a100: { instanceType: "p4d.24xlarge", capacity: ["on-demand", "spot"], min: 3, max: 4 },
  bought: { instanceType: "p4de.24xlarge", capacity: ["block", "on-demand"], block: BLOCK, max: 2 },
  together: { instanceType: "p5.48xlarge", multiNode: true, max: 2 },
  night: { instanceType: "g5.2xlarge", offHours: { stop: "19:00", start: "07:00" } },
  elastic: { instanceType: "g6.2xlarge", manager: "karpenter" },
};
type PoolName = keyof typeof POOLS;
const POOL_NAMES = Object.keys(POOLS) as PoolName[];

interface Shape {
  regions: string[];
  zones: number;
  pools: PoolName[];
  nat: "none" | "single" | "zonal";
  via: "tunnel" | "inside";
}

const smallShapes = fc.record<Shape>({
  regions: fc.constantFrom(...REGIONS).map((region) => [region]),
  zones: fc.constant(2),
  pools: fc.shuffledSubarray(POOL_NAMES, { maxLength: POOL_NAMES.length - 1 }),
  nat: fc.constantFrom("none", "single", "zonal"),
  via: fc.constantFrom("tunnel", "inside"),
});

/** What may come. A pool may stand anywhere in the file; of zones and regions the first one leads, so a further one is last. */
const GROWTH = {
  "a zone": (shape) => ({ ...shape, zones: shape.zones + 1 }),
  "a pool": ({ pools, ...shape }) => ({
    ...shape,
    pools: [...POOL_NAMES.filter((name) => !pools.includes(name)).slice(0, 1), ...pools],
  }),
  "a region": ({ regions, ...shape }) => ({
    ...shape,
    regions: [...regions, REGIONS.find((region) => !regions.includes(region)) ?? ""],
  }),
} satisfies Record<string, (shape: Shape) => Shape>;
type Growth = keyof typeof GROWTH;

function graph({ regions, zones, pools, nat, via }: Shape): Promise<Plan> {
  const config = awsConfig({
    regions,
    network: { nat, zones: Object.fromEntries(regions.map((region) => [region, ZONES[region]?.slice(0, zones)])) },
    cluster: { access: { via } },
    pools: Object.fromEntries(pools.map((pool) => [pool, POOLS[pool]])),
  });
  return registered(() => {
    for (const region of regions)
      new Foundation({ region, place: { environment: "prod", account: ACCOUNT, region }, config, releases: {} });
  });
}

/** What an `up` from one graph to the other would delete or make anew. */
const lost = (before: Plan, after: Plan): string[] => [
  ...before.urns().filter((urn) => !after.urns().includes(urn)),
  ...replacedBetween(before.resources, after.resources),
];

jest.setTimeout(60_000); // six graphs of a few hundred resources each; every run draws others

it("a zone, a pool and a region are only additions, in whatever order they come", async () => {
  const orders = fc.shuffledSubarray(Object.keys(GROWTH) as Growth[], { minLength: 3 });
  await fc.assert(
    fc.asyncProperty(smallShapes, orders, async (first, order) => {
      let shape = first;
      let before = await graph(shape);
      for (const step of order) {
        shape = GROWTH[step](shape);
        const after = await graph(shape);
        expect([step, lost(before, after)]).toEqual([step, []]);
        expect(after.resources.length).toBeGreaterThan(before.resources.length);
        before = after;
      }
    }),
    { numRuns: 1 },
  );
});

it("would notice a zone that goes, and one that takes another's place", async () => {
  const shape: Shape = { regions: ["us-west-2"], zones: 3, pools: ["a100"], nat: "single", via: "tunnel" };
  const [before, fewer] = [await graph(shape), await graph({ ...shape, zones: 2 })];
  const gone = lost(before, fewer).join("\n");
  for (const name of ["us-west-2/gpu-usw2-az3", "us-west-2/a100-spot/usw2-az3", "us-west-2/system/usw2-az3"])
    expect(gone).toContain(name);
  const moved = new Plan(
    before.resources.map((one) =>
      one.name === "us-west-2/system/usw2-az1" ? { ...one, inputs: { ...one.inputs, subnetIds: ["subnet-1"] } } : one,
    ),
  );
  expect(lost(before, moved)).toEqual(["NodeGroup us-west-2/system/usw2-az1: Subnets"]);
});

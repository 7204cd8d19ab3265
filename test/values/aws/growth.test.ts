import * as fc from "fast-check";
import { interfaceEndpoints } from "../../../infra/values/aws/endpoints";
import { plannedGroups } from "../../../infra/values/aws/node-group";
import { natZones, plannedSubnets } from "../../../infra/values/aws/subnets";
import { ACCOUNT, awsConfig } from "../../support/aws-cell";

/** Whatever a stack is made of, one more of it only adds: nothing hangs on a number, an order or a neighbour. */

const ZONES: Record<string, string[]> = {
  "us-east-1": ["use1-az4", "use1-az6", "use1-az1", "use1-az5", "use1-az2"],
  "us-west-2": ["usw2-az1", "usw2-az2", "usw2-az3", "usw2-az4"],
  "eu-central-1": ["euc1-az1", "euc1-az2", "euc1-az3"],
  "ap-northeast-1": ["apne1-az1", "apne1-az2", "apne1-az4"],
};
const REGIONS = Object.keys(ZONES);
const POOLS = {
  a100: { instanceType: "p4de.24xlarge", capacity: ["on-demand", "spot"] },
  l40s: { instanceType: "g6e.2xlarge", min: 1, max: 3 },
  night: { instanceType: "g5.2xlarge", offHours: { stop: "19:00", start: "07:00" } },
  elastic: { instanceType: "g6.2xlarge", manager: "karpenter" },
};
type PoolName = keyof typeof POOLS;

interface Shape {
  regions: string[];
  zones: number;
  pools: PoolName[];
  nat: "none" | "single" | "zonal";
  via: "tunnel" | "inside";
}

const shapes = fc.record<Shape>({
  regions: fc.shuffledSubarray(REGIONS, { minLength: 1, maxLength: 3 }),
  zones: fc.integer({ min: 2, max: 3 }),
  pools: fc.shuffledSubarray(Object.keys(POOLS) as PoolName[]),
  nat: fc.constantFrom("none", "single", "zonal"),
  via: fc.constantFrom("tunnel", "inside"),
});

/** Logical name -> what must not change of it, because AWS would make it anew. */
function planned({ regions, zones, pools, nat, via }: Shape): Record<string, unknown> {
  const config = awsConfig({
    regions,
    network: { nat, zones: Object.fromEntries(regions.map((region) => [region, ZONES[region]?.slice(0, zones)])) },
    cluster: { access: { via } },
    pools: Object.fromEntries(pools.map((pool) => [pool, POOLS[pool]])),
  });
  const entries = regions.flatMap((region): [string, unknown][] => {
    const cell = { region, place: { environment: "prod", account: ACCOUNT, region }, config, releases: {} };
    return [
      ...plannedSubnets("prod", region, config).map(({ kind, zone, cidr }): [string, unknown] => [
        `${region}/${kind}-${zone}`,
        cidr,
      ]),
      ...natZones(region, config).map((zone): [string, unknown] => [`${region}/nat-${zone}`, zone]),
      ...interfaceEndpoints(region, config).map((service): [string, unknown] => [`${region}/${service}`, service]),
      ...plannedGroups(cell).map(({ key, group, interfaces }): [string, unknown] => [
        `${region}/${key}`,
        { group, interfaces },
      ]),
    ];
  });
  expect(new Set(entries.map(([name]) => name)).size).toBe(entries.length);
  return Object.fromEntries(entries);
}

const lessIsKept = (small: Shape, large: Shape): void => {
  const [before, after] = [planned(small), planned(large)];
  expect(Object.fromEntries(Object.keys(before).map((name) => [name, after[name]]))).toEqual(before);
};

const RUNS = { numRuns: 60 };

it("a zone", () => {
  fc.assert(
    fc.property(shapes, (shape) => lessIsKept(shape, { ...shape, zones: shape.zones + 1 })),
    RUNS,
  );
});

it("a pool, wherever it stands", () => {
  fc.assert(
    fc.property(shapes, fc.constantFrom(...(Object.keys(POOLS) as PoolName[])), (shape, pool) =>
      lessIsKept(
        { ...shape, pools: shape.pools.filter((name) => name !== pool) },
        { ...shape, pools: [pool, ...shape.pools.filter((name) => name !== pool)] },
      ),
    ),
    RUNS,
  );
});

it("a region, whether it leads or not", () => {
  fc.assert(
    fc.property(shapes, fc.boolean(), (shape, leads) => {
      const more = REGIONS.find((region) => !shape.regions.includes(region)) ?? "";
      lessIsKept(shape, { ...shape, regions: leads ? [more, ...shape.regions] : [...shape.regions, more] });
    }),
    RUNS,
  );
});

it("would notice a range that moves", () => {
  const small: Shape = { regions: ["us-east-1"], zones: 2, pools: [], nat: "single", via: "tunnel" };
  const before = planned(small);
  expect(before["us-east-1/gpu-use1-az4"]).toBe("10.64.144.0/20");
  expect(() => lessIsKept({ ...small, nat: "zonal" }, small)).toThrow();
});

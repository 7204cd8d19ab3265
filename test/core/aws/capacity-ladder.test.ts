import * as fc from "fast-check";
import { CAPACITY } from "../../../infra/core/aws/capacity";
import { capacityLadder, type LadderPool, type Step } from "../../../infra/core/aws/capacity-ladder";
import { a100, IMAGE, releaseFile } from "../../support/releases";

const REGIONS = ["us-east-1", "us-west-2", "eu-central-1"];
const { content } = releaseFile({
  variants: {
    ...a100(2),
    l40sx4: { gpuClass: "l40s-48gb", tensorParallel: 4, image: IMAGE, arguments: {} },
  },
});

const A100: LadderPool = {
  gpuClass: "a100-80gb",
  gpusPerNode: 8,
  instanceType: "p4de.24xlarge",
  capacity: ["block", "reservation", "on-demand", "spot"],
  block: { id: "cr-0a1b2c3d4e5f60718", zone: "use1-az4", ends: "2027-01-24T11:30:00Z" },
  reservation: { id: "cr-0a1b2c3d4e5f60719", zone: "usw2-az1" },
};
const L40S: LadderPool = {
  gpuClass: "l40s-48gb",
  gpusPerNode: 4,
  instanceType: "g6e.12xlarge",
  capacity: ["on-demand"],
};
const H100: LadderPool = {
  gpuClass: "h100-80gb",
  gpusPerNode: 8,
  instanceType: "p5.48xlarge",
  capacity: ["on-demand"],
};

const short = ({ region, pool, capacity, away }: Step) => `${region} ${pool} ${capacity} (${away})`;

describe("the capacity ladder of a release", () => {
  it("goes from what was bought, over the market and other GPUs, to other regions", () => {
    const steps = capacityLadder(content, { a100: A100, l40s: L40S, h100: H100 }, REGIONS.slice(0, 2), {
      region: "us-east-1",
      pool: "a100",
    });
    expect(steps.map(short)).toEqual([
      "us-east-1 a100 block (nothing)",
      "us-east-1 a100 on-demand (capacity)",
      "us-east-1 a100 spot (capacity)",
      "us-east-1 l40s on-demand (family)",
      "us-west-2 a100 reservation (region)",
      "us-west-2 a100 on-demand (region)",
      "us-west-2 a100 spot (region)",
      "us-west-2 l40s on-demand (region)",
    ]);
    expect(steps[0]?.reserved).toMatchObject({ id: "cr-0a1b2c3d4e5f60718" });
    expect(steps[3]?.variantName).toBe("l40sx4");
  });

  it("has no step on nodes with fewer GPUs than the variant joins", () => {
    const small = { ...L40S, gpusPerNode: 1, instanceType: "g6e.2xlarge" };
    const steps = capacityLadder(content, { a100: A100, small }, ["us-east-1"], { region: "us-east-1", pool: "a100" });
    expect(steps.map(({ pool }) => pool)).toEqual(["a100", "a100", "a100"]);
  });

  it("has no step where the instance type is not offered", () => {
    const pools = { a100: { ...A100, capacity: ["on-demand"] as const } };
    expect(capacityLadder(content, pools, ["us-east-2"], { region: "us-east-2" })).toEqual([]);
  });

  const capacity = fc.uniqueArray(fc.constantFrom(...CAPACITY), { minLength: 1 });
  const pools = fc.dictionary(
    fc.stringMatching(/^[a-z]{1,6}$/),
    fc
      .tuple(fc.constantFrom(A100, L40S, H100), capacity)
      .map(([pool, ways]): LadderPool => ({ ...A100, ...pool, capacity: ways })),
    { minKeys: 1, maxKeys: 4 },
  );
  const regions = fc.shuffledSubarray(REGIONS, { minLength: 1 });

  it("names only listed variants, each way once, in the pools' order, home first", () => {
    fc.assert(
      fc.property(pools, regions, (given, [home = "us-east-1", ...others]) => {
        const steps = capacityLadder(content, given, [home, ...others], { region: home });
        expect(new Set(steps.map(({ region, pool, capacity: way }) => `${region} ${pool} ${way}`)).size).toBe(
          steps.length,
        );
        for (const { pool, variantName } of steps)
          expect(content.variants[variantName]?.gpuClass).toBe(given[pool]?.gpuClass);
        const away = steps.map(({ region }) => region !== home);
        expect(away).toEqual([...away].sort((a, b) => Number(a) - Number(b)));
        for (const [i, step] of steps.entries()) {
          const next = steps[i + 1];
          if (next?.region !== step.region || next.pool !== step.pool) continue;
          const order = given[step.pool]?.capacity ?? [];
          expect(order.indexOf(next.capacity)).toBeGreaterThan(order.indexOf(step.capacity));
        }
      }),
    );
  });

  it("keeps the order of its steps when a pool or a region is added", () => {
    fc.assert(
      fc.property(pools, (given) => {
        const home = { region: "us-east-1", pool: Object.keys(given)[0] };
        const key = ({ away, ...step }: Step) => JSON.stringify(step);
        const before = capacityLadder(content, given, ["us-east-1", "us-west-2"], home).map(key);
        const after = capacityLadder(content, { ...given, zzzzzzz: L40S }, REGIONS, home).map(key);
        expect(after.filter((step) => before.includes(step))).toEqual(before);
      }),
    );
  });
});

import * as fc from "fast-check";
import { costLine, estimateOf, HOURS_A_MONTH, hoursOn, largest } from "../../../infra/core/aws/estimate";
import { INSTANCE_TYPES } from "../../../infra/core/aws/instance-catalog";
import { partPrice } from "../../../infra/core/aws/part-prices";
import { instancePrice } from "../../../infra/core/aws/prices";

describe("prices", () => {
  it("are known for every type of the catalogue in us-east-1", () => {
    for (const type of INSTANCE_TYPES.keys())
      expect([type, instancePrice("us-east-1", type)?.known]).toEqual([type, true]);
  });

  it("are those of us-east-1 where a region's own was not looked up, and say so", () => {
    expect(instancePrice("eu-central-1", "p4de.24xlarge")).toEqual({ usd: 34.29122, known: true });
    expect(instancePrice("il-central-1", "p4de.24xlarge")).toEqual({ usd: 27.44705, known: false });
    expect(instancePrice("us-east-1", "x1.32xlarge")).toBeUndefined();
    expect(partPrice("us-west-2", "natGateway")).toEqual({ usd: 0.045, known: true });
    expect(partPrice("eu-central-1", "natGateway").known).toBe(false);
  });

  it("name no type that the catalogue does not have in the region", () => {
    for (const [name, { regions }] of INSTANCE_TYPES)
      for (const region of ["us-east-2", "eu-central-1", "ap-southeast-1", "us-gov-west-1"])
        if (instancePrice(region, name)?.known) expect([name, regions.includes(region)]).toEqual([name, true]);
  });
});

describe("an estimate", () => {
  const price = { usd: 2, known: true };

  it("adds up its lines and leaves out the empty ones", () => {
    const estimate = estimateOf([
      costLine("us-east-1", "node", 3, price),
      costLine("us-east-1", "nothing", 0, price),
      costLine("us-west-2", "node", 1, { usd: 1, known: false }, 100),
    ]);
    expect(estimate).toMatchObject({ hourlyUsd: 7, monthlyUsd: 3 * 2 * HOURS_A_MONTH + 100, known: false });
    expect(estimate.lines.map(({ what }) => what)).toEqual(["node", "node"]);
    expect(largest(estimate, 1)).toMatchObject([{ region: "us-east-1" }]);
  });

  it.each([
    ["08:00", "18:00", (HOURS_A_MONTH * 50) / 168],
    ["07:30", "19:00", (HOURS_A_MONTH * 57.5) / 168],
    ["22:00", "06:00", (HOURS_A_MONTH * 40) / 168],
  ])("counts five days from %s to %s", (start, stop, hours) => {
    expect(hoursOn({ start, stop })).toBeCloseTo(hours, 6);
  });

  it("never costs more with hours off than without", () => {
    const time = fc
      .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
      .map((parts) => parts.map((part) => `${part}`.padStart(2, "0")).join(":"));
    fc.assert(
      fc.property(time, time, (start, stop) => {
        expect(hoursOn({ start, stop })).toBeGreaterThan(0);
        expect(hoursOn({ start, stop })).toBeLessThanOrEqual((HOURS_A_MONTH * 5) / 7);
      }),
    );
  });
});

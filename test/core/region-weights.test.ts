import fc from "fast-check";
import { regionWeights } from "../../infra/core/region-weights";

const REGIONS = ["us-east-1", "us-west-2", "eu-west-1", "eu-central-1"];
const states = fc.dictionary(fc.constantFrom(...REGIONS), fc.constantFrom("active", "drained", "lost"));
const shares = fc.option(fc.dictionary(fc.constantFrom(...REGIONS), fc.nat(100)), { nil: undefined });
const regions = fc.subarray(REGIONS, { minLength: 1 });

describe("shares of regions", () => {
  it("whatever the shares and states: no record of a lost region, nothing for a drained one, the share for the rest", () => {
    fc.assert(
      fc.property(regions, states, shares, (given, regionStates, regionShares) => {
        const weights = regionWeights({ regions: given, regionStates, traffic: { regionShares } });
        for (const region of given) {
          const found = weights.get(region);
          const state = regionStates[region] ?? "active";
          if (state === "lost") expect(found).toBeUndefined();
          else if (state === "drained") expect(found).toEqual({ weight: 0, closed: true });
          else expect(found).toEqual({ weight: regionShares ? (regionShares[region] ?? 0) : 100, closed: false });
        }
        expect([...weights.keys()].every((region) => given.includes(region))).toBe(true);
      }),
    );
  });

  it("a region that is added or lost changes the weight of no other one", () => {
    fc.assert(
      fc.property(regions, states, shares, fc.constantFrom(...REGIONS), (given, regionStates, regionShares, other) => {
        const traffic = { regionShares };
        const before = regionWeights({ regions: given, regionStates, traffic });
        const grown = [...new Set([...given, other])];
        const added = regionWeights({ regions: grown, regionStates, traffic });
        const lost = regionWeights({ regions: given, regionStates: { ...regionStates, [other]: "lost" }, traffic });
        for (const [region, weight] of before) {
          expect(added.get(region)).toEqual(weight);
          if (region !== other) expect(lost.get(region)).toEqual(weight);
        }
      }),
    );
  });

  it("a share of 0 is a stand-by, and not closed like a drained region", () => {
    const traffic = { regionShares: { "us-east-1": 100, "us-west-2": 0 } };
    expect(regionWeights({ regions: REGIONS.slice(0, 2), regionStates: {}, traffic }).get("us-west-2")).toEqual({
      weight: 0,
      closed: false,
    });
  });
});

import { AWS_REGIONS } from "../../../infra/core/aws/regions";
import { defaultZones, takesControlPlane, zoneNumber, zonesOf } from "../../../infra/core/aws/zones";

describe("zones", () => {
  it("are known for every region, each with the region's own prefix", () => {
    for (const region of AWS_REGIONS) {
      const prefixes = new Set(zonesOf(region).map((zone) => zone.split("-")[0]));
      expect([region, prefixes.size]).toEqual([region, 1]);
      expect(new Set(zonesOf(region)).size).toBe(zonesOf(region).length);
    }
    const all = AWS_REGIONS.flatMap(zonesOf);
    expect(new Set(all).size).toBe(all.length);
  });

  it("are by default at least two per region that EKS takes, three where there are", () => {
    for (const region of AWS_REGIONS) {
      const chosen = defaultZones(region);
      expect([region, chosen.length >= 2 && chosen.length <= 3]).toEqual([region, true]);
      expect(chosen.every(takesControlPlane)).toBe(true);
    }
    expect(defaultZones("us-east-1")).toEqual(["use1-az1", "use1-az2", "use1-az4"]);
    expect(defaultZones("us-west-1")).toEqual(["usw1-az1", "usw1-az3"]);
    expect(defaultZones("ap-northeast-1")).toEqual(["apne1-az1", "apne1-az2", "apne1-az4"]);
    expect(defaultZones("local")).toEqual([]);
  });

  it("have a number", () => {
    expect(zoneNumber("use1-az4")).toBe(4);
    for (const wrong of ["us-east-1a", "use1-az0", "use1-az10", "use1-az4 "]) expect(zoneNumber(wrong)).toBeUndefined();
  });
});

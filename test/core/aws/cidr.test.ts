import * as fc from "fast-check";
import { cidrPlan, contains, formatCidr, overlap, parseCidr } from "../../../infra/core/aws/cidr";
import { AWS_REGIONS, defaultVpcCidr, isAwsRegion } from "../../../infra/core/aws/regions";
import { zonesOf } from "../../../infra/core/aws/zones";

const parsed = (text: string) => {
  const cidr = parseCidr(text);
  if (!cidr) throw new Error(`not a range: ${text}`);
  return cidr;
};
const region = fc.constantFrom(...AWS_REGIONS.filter(isAwsRegion));
const zones = (prefix: string) =>
  fc
    .uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 7 })
    .map((ns) => ns.map((n) => `${prefix}-az${n}`));
const vpc = fc
  .tuple(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 0, max: 255 }))
  .map(([a, b]) => `${a}.${b}.0.0/16`);
const every = (plan: ReturnType<typeof cidrPlan>) =>
  Object.values(plan.subnets)
    .flatMap((of) => Object.values(of))
    .map(parsed);

describe("subnets of a VPC", () => {
  it("lie in the VPC and never overlap", () => {
    fc.assert(
      fc.property(zones("use1"), vpc, (ids, cidr) => {
        const subnets = every(cidrPlan("us-east-1", ids, cidr));
        expect(subnets).toHaveLength(3 * ids.length);
        for (const [i, subnet] of subnets.entries()) {
          expect(contains(parsed(cidr), subnet)).toBe(true);
          for (const other of subnets.slice(i + 1)) expect(overlap(subnet, other)).toBe(false);
        }
      }),
    );
  });

  it("stay where they are when zones are added or written in another order", () => {
    fc.assert(
      fc.property(zones("use1"), fc.integer({ min: 1, max: 7 }), vpc, (ids, cut, cidr) => {
        const all = cidrPlan("us-east-1", ids, cidr);
        const some = cidrPlan("us-east-1", ids.slice(0, cut).reverse(), cidr);
        expect(all.subnets).toMatchObject(some.subnets);
      }),
    );
  });

  it("are where the plan says", () => {
    expect(cidrPlan("us-east-1", ["use1-az1", "use1-az4"])).toEqual({
      vpc: "10.64.0.0/16",
      subnets: {
        "use1-az1": { public: "10.64.4.0/22", private: "10.64.32.0/20", gpu: "10.64.48.0/20" },
        "use1-az4": { public: "10.64.16.0/22", private: "10.64.128.0/20", gpu: "10.64.144.0/20" },
      },
    });
  });

  it("are refused for a zone or a range that the plan has no place for", () => {
    expect(() => cidrPlan("us-east-1", ["use1-az8"])).toThrow("use1-az8: not a zone id");
    expect(() => cidrPlan("us-east-1", ["us-east-1a"])).toThrow("us-east-1a: not a zone id");
    expect(() => cidrPlan("us-east-1", ["use1-az1"], "10.0.0.0/20")).toThrow("not a /16 range");
    expect(() => cidrPlan("mars-1", ["use1-az1"])).toThrow("mars-1");
  });
});

describe("default ranges of regions", () => {
  it("never overlap, so that any two VPCs can be joined", () => {
    fc.assert(
      fc.property(region, region, (a, b) => {
        expect(overlap(parsed(defaultVpcCidr(a)), parsed(defaultVpcCidr(b)))).toBe(a === b);
      }),
    );
  });

  it("lie in 10.64.0.0/10 and leave 10.100.0.0/16 to Services", () => {
    for (const name of AWS_REGIONS.filter(isAwsRegion)) {
      expect(contains(parsed("10.64.0.0/10"), parsed(defaultVpcCidr(name)))).toBe(true);
      expect(defaultVpcCidr(name)).not.toBe("10.100.0.0/16");
    }
  });

  it("have room for every zone of their region", () => {
    for (const name of AWS_REGIONS)
      expect(Object.keys(cidrPlan(name, zonesOf(name)).subnets)).toEqual([...zonesOf(name)]);
  });

  // A range that moves is a VPC that is made anew, with everything in it.
  it("are for ever", () => {
    expect(
      ["us-east-1", "us-west-2", "eu-central-1", "cn-northwest-1"].filter(isAwsRegion).map(defaultVpcCidr),
    ).toEqual(["10.64.0.0/16", "10.67.0.0/16", "10.74.0.0/16", "10.102.0.0/16"]);
  });
});

describe("ranges", () => {
  it("read back as they were written", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.integer({ min: 0, max: 32 }), (address, prefix) => {
        const size = 2 ** (32 - prefix);
        const cidr = { first: address - (address % size), prefix };
        expect(parseCidr(formatCidr(cidr))).toEqual(cidr);
      }),
    );
  });

  it.each(["", "10.0.0.0", "10.0.0/16", "256.0.0.0/8", "10.0.0.0/33", "10.0.0.1/16", "10.0.0.0/16 "])(
    "refuses %p",
    (text) => expect(parseCidr(text)).toBeUndefined(),
  );

  it.each([
    ["10.0.0.0/8", "10.64.0.0/16", true],
    ["192.168.0.0/16", "192.168.255.0/24", true],
    ["10.0.0.0/16", "10.1.0.0/16", false],
    ["0.0.0.0/0", "203.0.113.0/24", true],
  ])("%s and %s overlap: %p", (a, b, expected) => {
    expect(overlap(parsed(a), parsed(b))).toBe(expected);
    expect(overlap(parsed(b), parsed(a))).toBe(expected);
  });
});

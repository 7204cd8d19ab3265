import {
  addOnVersions,
  type KubernetesVersion,
  nodeImageName,
  nodeImageRelease,
} from "../../../infra/core/aws/add-ons";
import { INSTANCE_TYPES, zonesWith } from "../../../infra/core/aws/instance-catalog";
import { quotaName, quotaOf, vCpusNeeded } from "../../../infra/core/aws/quotas";
import { AWS_REGIONS } from "../../../infra/core/aws/regions";
import { zonesOf } from "../../../infra/core/aws/zones";

const typeOf = (name: string) => {
  const type = INSTANCE_TYPES.get(name);
  if (!type) throw new Error(`unknown: ${name}`);
  return type;
};

describe("instance types", () => {
  it("are as EC2 describes them", () => {
    expect(typeOf("p4d.24xlarge")).toMatchObject({
      gpuClass: "a100-40gb",
      gpusPerNode: 8,
      vCpus: 96,
      memoryGiB: 1152,
      instanceStoreGB: 8000,
      networkCards: 4,
      efaInterfaces: 4,
    });
    expect(typeOf("p5.48xlarge")).toMatchObject({ networkCards: 32, efaInterfaces: 32 });
    expect(typeOf("m7i.xlarge")).toMatchObject({ gpuClass: "cpu", gpusPerNode: 0, gpuMemoryGiB: 0, vCpus: 4 });
  });

  it("lie in known regions and zones", () => {
    for (const [name, { regions, zones }] of INSTANCE_TYPES) {
      expect([name, regions.filter((region) => !AWS_REGIONS.includes(region))]).toEqual([name, []]);
      for (const [region, ids] of Object.entries(zones))
        expect([name, ids.filter((zone) => !zonesOf(region).includes(zone))]).toEqual([name, []]);
    }
  });

  it("leave no EU region but Frankfurt for p4de", () => {
    expect(typeOf("p4de.24xlarge").regions.filter((region) => region.startsWith("eu-"))).toEqual(["eu-central-1"]);
  });

  it("narrow zones down where it is recorded, and nowhere else", () => {
    const zones = ["use1-az1", "use1-az2", "use1-az4"];
    expect(zonesWith("p4de.24xlarge", "us-east-1", zones)).toEqual(["use1-az4"]);
    const gov = ["usgw1-az1", "usgw1-az2"];
    expect(zonesWith("p4d.24xlarge", "us-gov-west-1", gov)).toEqual(gov);
  });
});

describe("quotas", () => {
  it.each([
    ["p4de.24xlarge", "on-demand", "L-417A185B"],
    ["p4d.24xlarge", "reservation", "L-417A185B"],
    ["p4d.24xlarge", "spot", "L-7212CCBC"],
    ["p5en.48xlarge", "spot", "L-C4BD4855"],
    ["g6e.xlarge", "on-demand", "L-DB2E81BA"],
    ["g5.xlarge", "spot", "L-3819A6DF"],
    ["m7i.xlarge", "on-demand", "L-1216C47A"],
  ])("%s %s counts against %s", (type, capacity, code) => {
    const name = quotaName(type, capacity);
    expect(name && quotaOf(name).code).toBe(code);
  });

  it("need room for every node of every pool, in each kind of capacity it may use", () => {
    expect(
      vCpusNeeded([
        { instanceType: "p4de.24xlarge", max: 2, capacity: ["block", "on-demand"] },
        { instanceType: "p4d.24xlarge", max: 1, capacity: ["reservation", "on-demand", "spot"] },
        { instanceType: "g6e.12xlarge", max: 3, capacity: ["spot"] },
        { instanceType: "m7i.xlarge", max: 4, capacity: ["on-demand"] },
      ]),
    ).toEqual({ "on-demand P": 288, "spot P": 96, "spot G": 144, "on-demand standard": 16 });
  });

  it("are not touched by a capacity block", () => {
    expect(vCpusNeeded([{ instanceType: "p5.48xlarge", max: 2, capacity: ["block"] }])).toEqual({});
  });
});

describe.each<KubernetesVersion>(["1.34", "1.33"])("add-ons and images of Kubernetes %s", (version) => {
  it("follow the version", () => {
    const addOns = addOnVersions(version);
    expect(Object.keys(addOns)).toHaveLength(6);
    for (const addOn of Object.values(addOns)) expect(addOn).toMatch(/^v\d+\.\d+\.\d+-eksbuild\.\d+$/);
    expect(addOns["kube-proxy"]).toContain(`v${version}.`);
    expect(nodeImageRelease(version, "AL2023_x86_64_NVIDIA")).toMatch(new RegExp(`^${version}\\.\\d+-\\d{8}$`));
    expect(nodeImageName(version, "AL2023_x86_64_STANDARD")).toMatch(
      new RegExp(`^amazon-eks-node-al2023-x86_64-standard-${version}-v\\d{8}$`),
    );
  });
});

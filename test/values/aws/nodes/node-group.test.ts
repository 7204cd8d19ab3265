import * as fc from "fast-check";
import { spread } from "../../../../infra/core/spread";
import {
  groupPrefix,
  type PlannedGroups,
  plannedGroups,
  type ZoneGroup,
} from "../../../../infra/values/aws/nodes/node-group";
import { awsCell, type Sections } from "../../../support/aws-cell";

/** Proves what is asked of EKS and EC2; the names and enums are held against AWS's schemas elsewhere. */

const BLOCK = { id: "cr-0123456789abcdef0", zone: "use1-az4", ends: "2027-01-31T11:30:00Z" };
const RESERVATION = { id: "cr-0fedcba9876543210", zone: "use1-az6" };

function groups(pools: object, sections: Sections = {}) {
  const planned = plannedGroups(awsCell({ pools, ...sections }));
  return Object.fromEntries(planned.map((one) => [one.key, one])) as Record<string, PlannedGroups>;
}

const sizes = (planned: { zones: readonly ZoneGroup[] } | undefined) =>
  planned?.zones.map(({ scalingConfig: { minSize, maxSize, desiredSize } }) => {
    expect(desiredSize).toBe(minSize);
    return `${minSize} to ${maxSize}`;
  });

const pool = (type: string, more: object = {}) => ({ p: { instanceType: type, ...more } });

describe("the CPU nodes", () => {
  const { system } = groups({});

  it("are always there, twice at least, and may be in every zone", () => {
    expect(Object.keys(groups({}))).toEqual(["system"]);
    expect(system?.subnetKind).toBe("private");
    expect(system?.zones.map(({ zone }) => zone)).toEqual(["use1-az1", "use1-az2", "use1-az4"]);
    expect(sizes(system)).toEqual(["1 to 3", "1 to 3", "0 to 3"]);
    expect(system?.group).toMatchObject({
      amiType: "AL2023_x86_64_STANDARD",
      capacityType: "ON_DEMAND",
      labels: { "homeport.dev/pool": "system", "homeport.dev/capacity": "on-demand" },
    });
    expect(system?.group.taints).toBeUndefined();
    expect(system?.group.nodeRepairConfig.nodeRepairConfigOverrides).toBeUndefined();
  });

  it("are one in development", () => {
    const dev = groups({}, { environment: { profile: "development" } });
    expect(sizes(dev.system)).toEqual(["1 to 3", "0 to 3", "0 to 3"]);
  });
});

describe("a rung", () => {
  const ladder = groups(
    pool("p4de.24xlarge", {
      capacity: ["block", "reservation", "on-demand", "spot"],
      block: BLOCK,
      reservation: RESERVATION,
      min: 1,
      max: 3,
    }),
  );
  const of = (key: string) => ladder[`p-${key}`] as PlannedGroups;

  it("is a group of its own; only the best one always has nodes", () => {
    expect(Object.keys(ladder)).toEqual(["system", "p-block", "p-reservation", "p-on-demand", "p-spot"]);
    expect(sizes(of("block"))).toEqual(["1 to 3"]);
    expect(sizes(of("reservation"))).toEqual(["0 to 3"]);
    for (const rung of ["on-demand", "spot"]) expect(sizes(of(rung))).toEqual(["0 to 3"]);
  });

  it("is bought as its name says, in the zone where it was bought", () => {
    expect(of("block").group).toMatchObject({ capacityType: "CAPACITY_BLOCK" });
    expect(of("block").group.instanceTypes).toBeUndefined();
    expect(of("block").template).toMatchObject({
      instanceType: "p4de.24xlarge",
      instanceMarketOptions: { marketType: "capacity-block" },
      capacityReservationSpecification: { capacityReservationTarget: { capacityReservationId: BLOCK.id } },
    });
    expect(of("block").subnetKind).toBe("gpu");
    expect(of("block").zones.map(({ zone }) => zone)).toEqual(["use1-az4"]);

    expect(of("reservation").group).toMatchObject({ capacityType: "ON_DEMAND", instanceTypes: ["p4de.24xlarge"] });
    expect(of("reservation").template).toMatchObject({
      capacityReservationSpecification: { capacityReservationTarget: { capacityReservationId: RESERVATION.id } },
    });
    expect(of("reservation").zones.map(({ zone }) => zone)).toEqual(["use1-az6"]);

    for (const [key, capacityType] of [
      ["on-demand", "ON_DEMAND"],
      ["spot", "SPOT"],
    ] as const) {
      expect(of(key).group).toMatchObject({ capacityType, instanceTypes: ["p4de.24xlarge"] });
      for (const field of ["instanceType", "instanceMarketOptions", "capacityReservationSpecification"])
        expect(of(key).template).not.toHaveProperty(field);
    }
  });

  it("never gives up two nodes at once; where no further one can be had, one goes first", () => {
    const strategies = Object.values(ladder).map(({ group }) => group.updateConfig);
    expect(new Set(strategies.map(({ maxUnavailable }) => maxUnavailable))).toEqual(new Set([1]));
    expect(strategies.map(({ updateStrategy }) => updateStrategy)).toEqual([
      "DEFAULT",
      "MINIMAL",
      "MINIMAL",
      "DEFAULT",
      "DEFAULT",
    ]);
  });

  it("says on every node what it is, and keeps other pods away", () => {
    expect(of("spot").group.labels).toEqual({
      "homeport.dev/pool": "p",
      "homeport.dev/capacity": "spot",
      "nvidia.com/gpu.present": "true",
      // The autoscaler counts GPUs by this label, and its limits are the pools'.
      "k8s.amazonaws.com/accelerator": "p",
    });
    expect(of("spot").group.taints).toEqual([{ key: "nvidia.com/gpu", value: "present", effect: "NO_SCHEDULE" }]);
  });

  it("of another region is left out there", () => {
    const west = plannedGroups({
      ...awsCell({ pools: pool("p4de.24xlarge", { capacity: ["block", "spot"], block: BLOCK }) }),
      region: "us-west-2",
    });
    expect(west.map(({ key }) => key)).toEqual(["system", "p-spot"]);
  });
});

describe("a GPU node", () => {
  const [group, template] = (({ "p-on-demand": one }) => [one!.group, one!.template])(groups(pool("g6e.12xlarge")));

  it("gives its role to no pod, encrypts its disk and reports every minute", () => {
    expect(template.metadataOptions).toMatchObject({ httpTokens: "required", httpPutResponseHopLimit: 1 });
    expect(template.blockDeviceMappings).toEqual([
      { deviceName: "/dev/xvda", ebs: expect.objectContaining({ encrypted: "true", volumeType: "gp3" }) },
    ]);
    expect(template.monitoring).toEqual({ enabled: true });
  });

  it("has the owner's tags on itself, its volumes and interfaces", () => {
    expect(template.tagSpecifications.map(({ resourceType }) => resourceType)).toEqual([
      "instance",
      "volume",
      "network-interface",
    ]);
    for (const { tags } of template.tagSpecifications) expect(tags["homeport.dev/owner"]).toBe("ml-platform");
  });

  it("is replaced within minutes when its GPU is broken, and left alone when the engine was at fault", () => {
    const { nodeRepairConfigOverrides = [], ...repair } = group.nodeRepairConfig;
    expect(repair).toEqual({ enabled: true, maxParallelNodesRepairedCount: 1 });
    const action = Object.fromEntries(
      nodeRepairConfigOverrides.map((row) => [row.nodeUnhealthyReason, [row.repairAction, row.minRepairWaitTimeMins]]),
    );
    expect(action).toMatchObject({
      NvidiaXID64Error: ["Replace", 5],
      NvidiaXID79Error: ["Replace", 5],
      NvidiaXID31Error: ["NoAction", 15],
    });
  });

  it("has the image of its Kubernetes version, pinned", () => {
    expect(group).toMatchObject({ amiType: "AL2023_x86_64_NVIDIA", version: "1.34" });
    expect(group.releaseVersion).toMatch(/^1\.34\.\d+-\d{8}$/);
    const older = groups(pool("g6e.12xlarge"), { cluster: { version: "1.33" } });
    expect(older["p-on-demand"]?.group.releaseVersion).toMatch(/^1\.33\./);
  });
});

describe("nodes that work together", () => {
  it.each([
    ["p4d.24xlarge", 4],
    ["p4de.24xlarge", 4],
    ["p5.48xlarge", 32],
    ["p5en.48xlarge", 16],
    ["g6e.48xlarge", 4],
    ["g5.48xlarge", 1],
  ])("%s has an EFA on each of %i network cards, and only the first has an address", (type, cards) => {
    const together = groups(pool(type, { multiNode: true }))["p-on-demand"]!;
    expect(together.interfaces).toHaveLength(cards);
    expect(together.interfaces[0]).toEqual({ networkCardIndex: 0, deviceIndex: 0, interfaceType: "efa" });
    for (const [i, one] of together.interfaces.slice(1).entries())
      expect(one).toEqual({ networkCardIndex: i + 1, deviceIndex: 1, interfaceType: "efa-only" });
    expect(together.zones).toHaveLength(1);
    expect(together.group.labels["vpc.amazonaws.com/efa.present"]).toBe("true");
  });

  it("are the only ones with EFA", () => {
    expect(groups(pool("p5.48xlarge"))["p-on-demand"]?.interfaces).toEqual([]);
  });
});

describe("how many", () => {
  const size = (more: object) => sizes(groups(pool("g6e.12xlarge", { max: 9, ...more }))["p-on-demand"]);

  it("is left to the pods that need them: any zone may have all, for another may have none", () => {
    expect(size({})).toEqual(["0 to 9", "0 to 9", "0 to 9"]);
  });

  it("is at least what the stack says, over the zones and never more or less", () => {
    expect(size({ min: 4 })).toEqual(["2 to 9", "1 to 9", "1 to 9"]);
    fc.assert(
      fc.property(fc.nat(40), fc.integer({ min: 1, max: 6 }), (count, places) => {
        const parts = spread(count, places);
        expect(parts.reduce((sum, part) => sum + part, 0)).toBe(count);
        expect(Math.max(...parts) - Math.min(...parts)).toBeLessThanOrEqual(1);
        // A group whose least rises above what it has is refused by EKS: a further zone must only take.
        const more = spread(count, places + 1);
        for (const [i, part] of parts.entries()) expect(more[i]).toBeLessThanOrEqual(part);
      }),
    );
  });

  it("is none at night, even for waiting pods, and again enough in the morning", () => {
    const offHours = { stop: "19:30", start: "08:00", timeZone: "Europe/Berlin" };
    const [first] = groups(pool("g6e.12xlarge", { max: 9, min: 2, offHours }))["p-on-demand"]!.zones;
    const at = { timeZone: "Europe/Berlin" };
    expect(first?.schedule).toEqual([
      { key: "stop", recurrence: "30 19 * * *", ...at, minSize: 0, maxSize: 0, desiredCapacity: 0 },
      { key: "start", recurrence: "0 8 * * 1-5", ...at, minSize: 1, maxSize: 9, desiredCapacity: 1 },
    ]);
  });

  it("can be judged by the autoscaler while there is none: scratch space is in the group's tags", () => {
    const tag = "k8s.io/cluster-autoscaler/node-template/resources/ephemeral-storage";
    const planned = groups(pool("p4de.24xlarge"));
    expect(planned["p-on-demand"]?.group.tags[tag]).toBe("4000Gi");
    expect(planned.system?.group.tags[tag]).toBe("50Gi");
  });

  it("is left to Karpenter where Karpenter makes the nodes", () => {
    expect(Object.keys(groups(pool("g6e.2xlarge", { manager: "karpenter" })))).toEqual(["system"]);
  });
});

it("gives every group a name that AWS takes, however long the pool's is", () => {
  const name = "a".repeat(20);
  const long = groups({
    [name]: { instanceType: "p4de.24xlarge", capacity: ["reservation"], reservation: RESERVATION },
  });
  // 63 characters, of which the provider takes 26 for what it adds.
  for (const { key, zones } of Object.values(long))
    for (const { zone } of zones) expect(groupPrefix(key, zone).length).toBeLessThanOrEqual(37);
  expect(groupPrefix("a100-on-demand", "apne1-az4")).toBe("a100-on-demand-az4-");
});

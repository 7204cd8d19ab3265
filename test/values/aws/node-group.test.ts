import type { ReleaseFile } from "../../../infra/core/release";
import { type PlannedGroup, plannedGroups } from "../../../infra/values/aws/node-group";
import { awsCell, type Sections } from "../../support/aws-cell";
import { a100, releaseFile } from "../../support/releases";

/** Proves what is asked of EKS and EC2; the names and enums are held against AWS's schemas elsewhere. */

const BLOCK = { id: "cr-0123456789abcdef0", zone: "use1-az4", ends: "2027-01-31T11:30:00Z" };
const RESERVATION = { id: "cr-0fedcba9876543210", zone: "use1-az6" };

const everywhere = (file: ReleaseFile): ReleaseFile => ({
  ...file,
  mirrored: { "prod/us-east-1": "2026-11-22", "prod/us-west-2": "2026-11-22" },
});

function groups(pools: object, sections: Sections = {}, releases: Record<string, ReleaseFile> = {}) {
  const chat = Object.fromEntries(Object.entries(releases).map(([name, file]) => [name, everywhere(file)]));
  const planned = plannedGroups(awsCell({ pools, ...sections }, { chat }));
  return Object.fromEntries(planned.map((one) => [one.key, one])) as Record<string, PlannedGroup>;
}

const pool = (type: string, more: object = {}) => ({ p: { instanceType: type, ...more } });

describe("the CPU nodes", () => {
  const { system } = groups({});

  it("are always there, twice at least, in every zone", () => {
    expect(Object.keys(groups({}))).toEqual(["system"]);
    expect(system?.subnets).toEqual({ kind: "private", zones: ["use1-az1", "use1-az2", "use1-az4"] });
    expect(system?.group).toMatchObject({
      amiType: "AL2023_x86_64_STANDARD",
      capacityType: "ON_DEMAND",
      scalingConfig: { minSize: 2, maxSize: 6, desiredSize: 2 },
      labels: { "homeport.dev/pool": "system", "homeport.dev/capacity": "on-demand" },
    });
    expect(system?.group.taints).toBeUndefined();
    expect(system?.group.nodeRepairConfig.nodeRepairConfigOverrides).toBeUndefined();
  });

  it("are one in development", () => {
    const dev = groups({}, { environment: { profile: "development" } });
    expect(dev.system?.group.scalingConfig.minSize).toBe(1);
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
  const of = (key: string) => ladder[`p-${key}`] as PlannedGroup;

  it("is a group of its own; only the best one always has nodes", () => {
    expect(Object.keys(ladder)).toEqual(["system", "p-block", "p-reservation", "p-on-demand", "p-spot"]);
    expect(Object.values(ladder).map(({ group }) => group.scalingConfig.minSize)).toEqual([2, 1, 0, 0, 0]);
    expect(of("spot").group.scalingConfig).toEqual({ minSize: 0, maxSize: 3, desiredSize: 0 });
  });

  it("is bought as its name says, in the zone where it was bought", () => {
    expect(of("block").group).toMatchObject({ capacityType: "CAPACITY_BLOCK" });
    expect(of("block").group.instanceTypes).toBeUndefined();
    expect(of("block").template).toMatchObject({
      instanceType: "p4de.24xlarge",
      instanceMarketOptions: { marketType: "capacity-block" },
      capacityReservationSpecification: { capacityReservationTarget: { capacityReservationId: BLOCK.id } },
    });
    expect(of("block").subnets).toEqual({ kind: "gpu", zones: ["use1-az4"] });

    expect(of("reservation").group).toMatchObject({ capacityType: "ON_DEMAND", instanceTypes: ["p4de.24xlarge"] });
    expect(of("reservation").template).toMatchObject({
      capacityReservationSpecification: { capacityReservationTarget: { capacityReservationId: RESERVATION.id } },
    });
    expect(of("reservation").subnets.zones).toEqual(["use1-az6"]);

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
      "k8s.amazonaws.com/accelerator": "a100-80gb",
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
    expect(together.subnets.zones).toHaveLength(1);
    expect(together.group.labels["vpc.amazonaws.com/efa.present"]).toBe("true");
  });

  it("are the only ones with EFA", () => {
    expect(groups(pool("p5.48xlarge"))["p-on-demand"]?.interfaces).toEqual([]);
  });
});

describe("how many", () => {
  const MODEL = { chat: { live: "r2", previous: ["r1"], replicas: 3, releases: {} as Record<string, string> } };
  const file = releaseFile({ variants: a100(4) });
  const older = releaseFile({ variants: a100(4), weightsGiB: 16 });
  MODEL.chat.releases = { r1: older.id, r2: file.id };
  const running = { r1: older, r2: file };
  const size = (more: object) =>
    groups(pool("p4de.24xlarge", { max: 9, ...more }), { models: MODEL }, running)["p-on-demand"]?.group.scalingConfig;

  it("follows from the releases that run: six pods of four GPUs on nodes of eight", () => {
    expect(size({})).toEqual({ minSize: 3, maxSize: 9, desiredSize: 3 });
  });

  it("is what the stack says, where it says so", () => {
    expect(size({ min: 0 })).toEqual({ minSize: 0, maxSize: 9, desiredSize: 0 });
  });

  it("is nothing on an account whose buckets are empty", () => {
    const planned = plannedGroups(awsCell({ pools: pool("p4de.24xlarge"), models: MODEL }, { chat: running }));
    expect(planned.at(-1)?.group.scalingConfig.minSize).toBe(0);
  });

  it("is none at night, even for waiting pods, and again enough in the morning", () => {
    const offHours = { stop: "19:30", start: "08:00", timeZone: "Europe/Berlin" };
    const { schedule } = groups(pool("p4de.24xlarge", { max: 9, offHours }), { models: MODEL }, running)[
      "p-on-demand"
    ]!;
    expect(schedule).toEqual([
      { key: "stop", recurrence: "30 19 * * *", timeZone: "Europe/Berlin", minSize: 0, maxSize: 0, desiredCapacity: 0 },
      {
        key: "start",
        recurrence: "0 8 * * 1-5",
        timeZone: "Europe/Berlin",
        minSize: 3,
        maxSize: 9,
        desiredCapacity: 3,
      },
    ]);
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
  for (const key of Object.keys(long)) expect(`${key}-`.length).toBeLessThanOrEqual(37);
});

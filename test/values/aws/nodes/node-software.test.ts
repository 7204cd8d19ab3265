import { parse } from "yaml";
import type { PoolConfig } from "../../../../infra/config/schema";
import type { KubernetesObject } from "../../../../infra/core/kubernetes-object";
import { NAMESPACES } from "../../../../infra/core/names";
import { clusterAutoscaler } from "../../../../infra/values/aws/nodes/cluster-autoscaler";
import { gpuSoftware } from "../../../../infra/values/aws/nodes/gpu-software";
import { karpenterObjects, karpenterValues } from "../../../../infra/values/aws/nodes/karpenter";
import { maxNodes } from "../../../../infra/values/aws/nodes/max-nodes";
import { groupPrefix, type PlannedGroups, plannedGroups } from "../../../../infra/values/aws/nodes/node-group";
import { loadBalancerControllerValues } from "../../../../infra/values/aws/traffic/load-balancer-controller";
import { awsCell, type Sections } from "../../../support/aws-cell";

/** Proves what is asked of Kubernetes; that its API takes it is proved by validate, that it works needs an account. */

const IMAGE = `registry.example.com/tool@sha256:${"a".repeat(64)}`;
const BLOCK = { id: "cr-0123456789abcdef0", zone: "use1-az4", ends: "2027-01-31T11:30:00Z" };
const LADDER = {
  pools: { a100: { instanceType: "p4d.24xlarge", capacity: ["on-demand", "spot"], max: 3 } },
  models: { chat: { live: "r1", releases: { r1: `sha256:${"1".repeat(64)}` }, drain: { streamSeconds: 1800 } } },
};

// biome-ignore lint/suspicious/noExplicitAny: the fields of many kinds, which the API server knows better
type Spec = Record<string, any>;

const specOf = (object: KubernetesObject | undefined): Spec => {
  if (object === undefined) throw new Error("no such object");
  return object.spec as Spec;
};

describe("software of GPU nodes", () => {
  const { config } = awsCell(LADDER);
  const images = { devicePlugin: IMAGE, dcgmExporter: IMAGE };
  const daemons = (more: object = {}) =>
    gpuSoftware(config, { ...images, ...more }).filter(({ kind }) => kind === "DaemonSet");
  const podOf = (object: KubernetesObject | undefined) => specOf(object).template.spec;

  it("is where GPUs are and nowhere else; EFA's only where nodes work together", () => {
    expect(daemons().map(({ metadata }) => metadata.name)).toEqual(["nvidia-device-plugin", "dcgm-exporter"]);
    for (const daemon of daemons()) {
      expect(daemon.metadata.namespace).toBe(NAMESPACES.node);
      expect(podOf(daemon).nodeSelector).toEqual({ "nvidia.com/gpu.present": "true" });
      expect(podOf(daemon).tolerations).toEqual([{ key: "nvidia.com/gpu", operator: "Exists", effect: "NoSchedule" }]);
    }
    const efa = daemons({ efaDevicePlugin: IMAGE }).at(-1);
    expect(podOf(efa).nodeSelector).toEqual({ "vpc.amazonaws.com/efa.present": "true" });
  });

  it("has of root's powers only what the driver's counters ask for, and reaches no API", () => {
    const added = Object.fromEntries(
      daemons({ efaDevicePlugin: IMAGE }).map((daemon) => {
        const { containers, automountServiceAccountToken } = podOf(daemon);
        expect(automountServiceAccountToken).toBe(false);
        expect(containers[0].securityContext).toMatchObject({
          privileged: false,
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
        });
        return [daemon.metadata.name, containers[0].securityContext.capabilities];
      }),
    );
    expect(added).toEqual({
      "nvidia-device-plugin": { drop: ["ALL"] },
      "dcgm-exporter": { drop: ["ALL"], add: ["SYS_ADMIN"] },
      "efa-device-plugin": { drop: ["ALL"] },
    });
  });

  it("is found by the collector of metrics", () => {
    const exporter = daemons().find(({ metadata }) => metadata.name === "dcgm-exporter");
    expect(specOf(exporter).template.metadata.labels["app.kubernetes.io/name"]).toBe("dcgm-exporter");
    expect(podOf(exporter).containers[0].ports).toEqual([{ name: "metrics", containerPort: 9400 }]);
  });
});

describe("the autoscaler", () => {
  const objectsFor = (sections: Sections) => {
    const cell = awsCell(sections);
    return clusterAutoscaler({ ...cell, image: IMAGE });
  };
  const flagsFor = (sections: Sections): string[] => {
    const deployment = objectsFor(sections).find(({ kind }) => kind === "Deployment");
    return specOf(deployment).template.spec.containers[0].args;
  };

  it("climbs the ladder in its order: block, reservation, on-demand, spot", () => {
    const map = objectsFor(LADDER).find(({ kind }) => kind === "ConfigMap");
    expect(map?.metadata).toMatchObject({ name: "cluster-autoscaler-priority-expander", namespace: "kube-system" });
    const priorities = parse((map as unknown as { data: { priorities: string } }).data.priorities) as Record<
      string,
      string[]
    >;
    const priorityOf = (group: string) =>
      Math.max(
        ...Object.entries(priorities).flatMap(([n, rules]) =>
          rules.some((r) => new RegExp(r).test(group)) ? [Number(n)] : [],
        ),
      );
    // As EKS calls the autoscaling group of a node group.
    const named = (key: string) =>
      `eks-${groupPrefix(key, "use1-az4")}20261122130000000000000001-12345678-90ab-cdef-1234-567890abcdef`;
    const order = ["a100-block", "a100-reservation", "a100-on-demand", "a100-spot"].map((key) =>
      priorityOf(named(key)),
    );
    expect(order).toEqual([...order].sort((a, b) => b - a));
    expect(new Set(order).size).toBe(4);
    // A pool may be called like a rung.
    expect(priorityOf(named("spot-block"))).toBe(priorityOf(named("a100-block")));
    expect(priorityOf(named("block-spot"))).toBe(priorityOf(named("a100-spot")));
  });

  it("holds a pool's most nodes over all its groups, of which each may have that many", () => {
    const { zones } = plannedGroups(awsCell(LADDER)).find(({ key }) => key === "a100-on-demand") as PlannedGroups;
    const { max, gpusPerNode } = awsCell(LADDER).config.pools.a100 as PoolConfig;
    expect(zones.length).toBeGreaterThan(1);
    for (const { scalingConfig } of zones) expect(scalingConfig.maxSize).toBe(max);
    expect(flagsFor(LADDER).filter((flag) => flag.startsWith("--gpu-total"))).toEqual([
      `--gpu-total=a100:0:${max * gpusPerNode}`,
    ]);
  });

  it("never makes more nodes than the cell may have: Karpenter's, and those of a block beside its successor's, too", () => {
    const most = (pools: object) => maxNodes("us-east-1", awsCell({ pools }).config);
    expect(most({})).toBe(9);
    const a100 = { instanceType: "p4de.24xlarge", max: 2 };
    expect(most({ a100: { ...a100, capacity: ["on-demand", "spot"] } })).toBe(11);
    expect(most({ a100: { ...a100, capacity: ["block", "spot"], block: BLOCK } })).toBe(13);
    expect(most({ small: { instanceType: "g6e.12xlarge", manager: "karpenter", max: 2 } })).toBe(17);
    expect(flagsFor(LADDER)).toContain(`--max-nodes-total=${maxNodes("us-east-1", awsCell(LADDER).config)}`);
  });

  it("waits for the longest stream, and asks zones alike", () => {
    const flags = flagsFor(LADDER);
    expect(flags).toContain("--balance-similar-node-groups");
    const grace = awsCell(LADDER).config.models.chat?.drain.graceSeconds ?? 0;
    expect(grace).toBeGreaterThan(1800);
    expect(flags).toContain(`--max-graceful-termination-sec=${grace}`);
    expect(flags).toContain("--expander=priority");
  });

  it("sees this cluster's groups only, and asks no service that a closed network does not reach", () => {
    const tags = "k8s.io/cluster-autoscaler/enabled,k8s.io/cluster-autoscaler/homeport-prod";
    expect(flagsFor(LADDER)).toContain(`--node-group-auto-discovery=asg:tag=${tags}`);
    expect(flagsFor(LADDER)).not.toContain("--aws-use-static-instance-list=true");
    const airgapped = { ...LADDER, environment: { airgapped: true }, cluster: { access: { via: "inside" } } };
    expect(flagsFor(airgapped)).toContain("--aws-use-static-instance-list=true");
  });

  it("reads no Secret", () => {
    const rules = objectsFor(LADDER).flatMap((object) => (object.rules as { resources: string[] }[] | undefined) ?? []);
    expect(rules.length).toBeGreaterThan(5);
    for (const { resources } of rules) expect(resources).not.toContain("secrets");
    expect(JSON.stringify(rules)).not.toContain("*");
  });
});

describe("Karpenter", () => {
  const cell = awsCell({
    pools: {
      small: { instanceType: "g6e.2xlarge", manager: "karpenter", capacity: ["spot", "on-demand"], max: 4 },
      a100: { instanceType: "p4de.24xlarge" },
    },
  });
  const objects = karpenterObjects(cell);

  it("makes nodes of the pools that ask for it, a NodePool per rung, the best one heaviest, up to the pool's GPUs", () => {
    expect(objects.map(({ kind, metadata: { name } }) => `${kind} ${name}`)).toEqual([
      "EC2NodeClass small",
      "NodePool small-spot",
      "NodePool small-on-demand",
    ]);
    const pools = objects.slice(1).map(specOf);
    expect(pools.map(({ weight }) => weight)).toEqual([100, 90]);
    expect(pools.map(({ limits }) => limits)).toEqual([{ "nvidia.com/gpu": "4" }, { "nvidia.com/gpu": "4" }]);
    expect(pools[0]?.template.metadata.labels).toMatchObject({
      "homeport.dev/pool": "small",
      "homeport.dev/capacity": "spot",
    });
    expect(pools[0]?.template.metadata.labels).not.toHaveProperty("k8s.amazonaws.com/accelerator");
    expect(pools[0]?.template.spec.taints).toEqual([{ key: "nvidia.com/gpu", value: "present", effect: "NoSchedule" }]);
    const family = { key: "karpenter.k8s.aws/instance-family", operator: "In", values: ["g6e"] };
    expect(pools[0]?.template.spec.requirements).toContainEqual(family);
  });

  it("makes them as the node groups are: image by date, disk, metadata, subnets without a way out", () => {
    const spec = specOf(objects[0]);
    const release = plannedGroups(cell).at(-1)?.group.releaseVersion.split("-")[1];
    expect(spec.amiSelectorTerms).toEqual([{ alias: `al2023@v${release}` }]);
    expect(spec).toMatchObject({
      instanceProfile: "homeport-prod-us-east-1-node",
      instanceStorePolicy: "RAID0",
      associatePublicIPAddress: false,
      metadataOptions: { httpTokens: "required", httpPutResponseHopLimit: 1 },
      subnetSelectorTerms: [{ tags: { "homeport.dev/subnet": "gpu", "homeport.dev/environment": "prod" } }],
    });
    expect(parse(spec.userData).kind).toBe("NodeConfig");
  });

  it("is told the queue by its name, and the image by its digest", () => {
    const values = karpenterValues(cell.place, cell.config, IMAGE);
    expect(values.settings).toMatchObject({
      clusterName: "homeport-prod",
      interruptionQueue: "homeport-prod-interruptions",
    });
    expect(values.controller.image).toEqual({
      repository: "registry.example.com/tool",
      tag: "",
      digest: `sha256:${"a".repeat(64)}`,
    });
  });
});

describe("the load balancer controller", () => {
  it("finds the VPC without the metadata service, and gets its image by digest through the chart's tag", () => {
    const { place, config } = awsCell();
    const values = loadBalancerControllerValues(place, config, IMAGE);
    expect(`${values.image.repository}:${values.image.tag}`).toBe(IMAGE);
    expect(values).toMatchObject({ vpcTags: { Name: "homeport-prod" } });
    const vpc = { vpcId: "vpc-0a1b2c3d4e5f60718", cidr: "10.64.0.0/16", privateSubnets: {}, gpuSubnets: {} };
    const existing = awsCell({ network: { existing: { "us-east-1": vpc } } });
    const adopted = loadBalancerControllerValues(existing.place, existing.config, IMAGE);
    expect(adopted).toMatchObject({ vpcId: vpc.vpcId });
    expect(adopted).not.toHaveProperty("vpcTags");
  });
});

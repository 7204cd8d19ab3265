import { stringify } from "yaml";
import type { PoolConfig, StackConfig } from "../../../config/schema";
import { nodeImageRelease } from "../../../core/aws/add-ons";
import { rungsIn } from "../../../core/aws/capacity";
import { clusterName, type Place } from "../../../core/aws/names";
import type { KubernetesObject } from "../../../core/kubernetes-object";
import { defaultTags } from "../tags";
import { interruptionQueueName } from "./interruption-queue";
import { GPU_NODE_PODS, nodeConfig } from "./node-config";
import { labelsOf } from "./node-daemon";
import { GPU_TAINT, gpuNodeLabels, LABELS, SYSTEM_POOL } from "./node-labels";
import { nodeRoleName } from "./node-role";
import { longestGrace } from "./pool-size";

/** Pools of the G family whose nodes Karpenter makes, of whatever size the pods need, up to the pool's GPUs. */
export const KARPENTER = { namespace: "kube-system", serviceAccount: "karpenter" } as const;

interface Cell {
  region: string;
  place: Place;
  config: StackConfig;
}

export const karpenterPools = ({ pools }: Pick<StackConfig, "pools">): [string, PoolConfig][] =>
  Object.entries(pools).filter(([, { manager }]) => manager === "karpenter");

/** A node class per pool, and a NodePool per rung of its ladder. */
export const karpenterObjects = (cell: Cell): KubernetesObject[] =>
  karpenterPools(cell.config).flatMap(([name, pool]) => [
    nodeClass(name, cell),
    ...rungsIn(cell.region, pool).map(({ capacity }, i) => nodePool(name, pool, capacity, i, cell)),
  ]);

/** How the nodes are: as in the launch templates of the other pools. */
function nodeClass(name: string, { region, place, config }: Cell): KubernetesObject {
  const settings = { gpu: true, graceSeconds: longestGrace(config) };
  const release = nodeImageRelease(config.cluster.version, "AL2023_x86_64_NVIDIA");
  const given = Object.values(config.network.existing[region]?.gpuSubnets ?? {});
  return {
    apiVersion: "karpenter.k8s.aws/v1",
    kind: "EC2NodeClass",
    metadata: { name, labels: labelsOf("karpenter", config) },
    spec: {
      // The same date as the node groups' images; Karpenter takes the one with NVIDIA's driver for GPU types.
      amiSelectorTerms: [{ alias: `al2023@v${release.split("-")[1]}` }],
      // Made by the program, so that Karpenter needs no right to make any.
      instanceProfile: nodeRoleName(place),
      subnetSelectorTerms:
        given.length > 0
          ? given.map((id) => ({ id }))
          : [{ tags: { "homeport.dev/subnet": "gpu", "homeport.dev/environment": place.environment } }],
      securityGroupSelectorTerms: [{ tags: { "aws:eks:cluster-name": clusterName(place) } }],
      associatePublicIPAddress: false,
      instanceStorePolicy: "RAID0",
      detailedMonitoring: true,
      metadataOptions: {
        httpEndpoint: "enabled",
        httpProtocolIPv6: "disabled",
        httpPutResponseHopLimit: 1,
        httpTokens: "required",
      },
      blockDeviceMappings: [
        {
          deviceName: "/dev/xvda",
          ebs: { encrypted: true, volumeType: "gp3", volumeSize: "100Gi", throughput: 500, deleteOnTermination: true },
        },
      ],
      kubelet: { maxPods: GPU_NODE_PODS },
      userData: stringify(nodeConfig(settings)),
      tags: { ...defaultTags(place.environment, config), [LABELS.pool]: name },
    },
  };
}

const WEIGHT_STEP = 10;

function nodePool(
  name: string,
  pool: PoolConfig,
  capacity: "on-demand" | "spot" | "block" | "reservation",
  step: number,
  { config }: Cell,
): KubernetesObject {
  const requirement = (key: string, ...values: string[]) => ({ key, operator: "In", values });
  return {
    apiVersion: "karpenter.sh/v1",
    kind: "NodePool",
    metadata: { name: `${name}-${capacity}`, labels: labelsOf("karpenter", config) },
    spec: {
      // The heaviest that has a node is taken.
      weight: 100 - WEIGHT_STEP * step,
      limits: { "nvidia.com/gpu": `${pool.max * pool.gpusPerNode}` },
      disruption: { consolidationPolicy: "WhenEmpty", consolidateAfter: "15m", budgets: [{ nodes: "1" }] },
      template: {
        metadata: { labels: gpuNodeLabels(name, pool, capacity) },
        spec: {
          nodeClassRef: { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name },
          taints: [{ ...GPU_TAINT }],
          requirements: [
            requirement("karpenter.sh/capacity-type", capacity),
            requirement("karpenter.k8s.aws/instance-family", (pool.instanceType ?? "").split(".")[0] ?? ""),
            requirement("kubernetes.io/arch", "amd64"),
            requirement("kubernetes.io/os", "linux"),
          ],
          // New images come with a new release of the program, not by age.
          expireAfter: "Never",
          terminationGracePeriod: `${longestGrace(config) + 300}s`,
        },
      },
    },
  };
}

/** Values of the chart `karpenter`; `image` as `host/name@sha256:…`. */
export function karpenterValues(place: Place, config: StackConfig, image: string) {
  const [repository = "", digest = ""] = image.split("@");
  const development = config.environment.profile === "development";
  return {
    replicas: development ? 1 : 2,
    serviceAccount: { name: KARPENTER.serviceAccount },
    nodeSelector: { "kubernetes.io/os": "linux", [LABELS.pool]: SYSTEM_POOL },
    // With one zone lost, or one node in development, the other replica still finds a place.
    topologySpreadConstraints: [
      { maxSkew: 1, topologyKey: "topology.kubernetes.io/zone", whenUnsatisfiable: "ScheduleAnyway" },
    ],
    controller: {
      image: { repository, tag: "", digest },
      resources: { requests: { cpu: "250m", memory: "1Gi" }, limits: { memory: "1Gi" } },
    },
    settings: {
      clusterName: clusterName(place),
      interruptionQueue: interruptionQueueName(place),
      // Without a way out there is no price list; the built-in one is used.
      isolatedVPC: config.environment.airgapped,
      featureGates: { nodeRepair: true },
    },
  };
}

import { stringify } from "yaml";

/**
 * What a node is told at its first boot: a `NodeConfig` of nodeadm, in the MIME archive that EKS merges with its own part
 * (cluster, endpoint, certificate). Fields: awslabs/amazon-eks-ami nodeadm/doc/api.md, read 2026-11-22.
 */
export interface NodeSettings {
  gpu: boolean;
  /** Longest termination grace period of any pod, in seconds. */
  graceSeconds: number;
}

const CRITICAL_SECONDS = 30;

/** Pods of a GPU node: a few engines and DaemonSets. Every type of the catalogue has addresses for so many. */
export const GPU_NODE_PODS = 50;

const kubelet = ({ gpu, graceSeconds }: NodeSettings) => ({
  ...(gpu ? { maxPods: GPU_NODE_PODS } : {}),
  // Weights, images and logs share one disk: images go at 90 %, long before pods would have to.
  imageGCHighThresholdPercent: 90,
  imageGCLowThresholdPercent: 85,
  evictionHard: {
    "memory.available": gpu ? "1Gi" : "200Mi",
    "nodefs.available": "5%",
    "nodefs.inodesFree": "5%",
    "imagefs.available": "5%",
  },
  // A node that shuts down lets streams end, as an evicted pod does.
  shutdownGracePeriod: `${graceSeconds + CRITICAL_SECONDS}s`,
  shutdownGracePeriodCriticalPods: `${CRITICAL_SECONDS}s`,
});

export const nodeConfig = (settings: NodeSettings) => ({
  apiVersion: "node.eks.aws/v1alpha1",
  kind: "NodeConfig",
  spec: {
    ...(settings.gpu
      ? {
          // All NVMe drives as one disk at /mnt/k8s-disks/0, with kubelet, containerd and the weights on it.
          instance: { localStorage: { strategy: "RAID0" } },
          // Layers of the engine's image side by side instead of one after the other.
          featureGates: { FastImagePull: true },
        }
      : {}),
    kubelet: { config: kubelet(settings) },
  },
});

const BOUNDARY = "//";

/** The archive as a launch template takes it. */
export function userData(settings: NodeSettings): string {
  const archive = [
    "MIME-Version: 1.0",
    `Content-Type: multipart/mixed; boundary="${BOUNDARY}"`,
    "",
    `--${BOUNDARY}`,
    "Content-Type: application/node.eks.aws",
    "",
    stringify(nodeConfig(settings)),
    `--${BOUNDARY}--`,
    "",
  ].join("\n");
  return Buffer.from(archive).toString("base64");
}

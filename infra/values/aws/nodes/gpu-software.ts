import type { StackConfig } from "../../../config/schema";
import type { KubernetesObject } from "../../../core/kubernetes-object";
import { nodeDaemon } from "./node-daemon";
import { EFA_PRESENT, GPU_PRESENT } from "./node-labels";

/**
 * What a GPU node needs beside its image, which has driver and container toolkit: GPUs as a resource for pods, their
 * metrics, and EFA interfaces as a resource where nodes work together. After NVIDIA's and AWS's own manifests
 * (k8s-device-plugin, dcgm-exporter, eks-charts), read 2026-11-22; not run on a GPU node yet.
 */
const PLUGINS = { name: "device-plugins", path: "/var/lib/kubelet/device-plugins" };
const POD_RESOURCES = { name: "pod-resources", path: "/var/lib/kubelet/pod-resources", readOnly: true };

const METRICS_PORT = 9400;

/** A plugin is there when its socket is. */
const socketProbe = (socket: string) => ({
  exec: { command: ["/bin/sh", "-c", `test -S ${PLUGINS.path}/${socket}`] },
  periodSeconds: 20,
  timeoutSeconds: 5,
});

export interface GpuImages {
  devicePlugin: string;
  dcgmExporter: string;
  /** Only for pools whose nodes work together. */
  efaDevicePlugin?: string;
}

export const gpuSoftware = (config: StackConfig, images: GpuImages): KubernetesObject[] => [
  ...devicePlugin(config, images.devicePlugin),
  ...dcgmExporter(config, images.dcgmExporter),
  ...(images.efaDevicePlugin === undefined ? [] : efaDevicePlugin(config, images.efaDevicePlugin)),
];

/** Tells the kubelet which GPUs there are and which of them are well. */
const devicePlugin = (config: StackConfig, image: string): KubernetesObject[] =>
  nodeDaemon(
    {
      name: "nvidia-device-plugin",
      image,
      on: GPU_PRESENT,
      folders: [PLUGINS],
      memory: "128Mi",
      container: {
        env: [
          // A node whose GPUs cannot be read is seen as such instead of having none.
          { name: "FAIL_ON_INIT_ERROR", value: "true" },
          { name: "DEVICE_ID_STRATEGY", value: "uuid" },
        ],
        readinessProbe: { ...socketProbe("nvidia-gpu.sock"), failureThreshold: 3 },
        livenessProbe: { ...socketProbe("nvidia-gpu.sock"), initialDelaySeconds: 60, failureThreshold: 9 },
      },
    },
    config,
  );

/** Load, memory, temperature and errors of each GPU, with the pod that has it. Who may ask: the monitoring chart says. */
const dcgmExporter = (config: StackConfig, image: string): KubernetesObject[] =>
  nodeDaemon(
    {
      name: "dcgm-exporter",
      image,
      on: GPU_PRESENT,
      folders: [POD_RESOURCES],
      memory: "512Mi",
      // The driver's profiling counters ask for it.
      capabilities: ["SYS_ADMIN"],
      container: {
        env: [
          { name: "DCGM_EXPORTER_LISTEN", value: `:${METRICS_PORT}` },
          { name: "DCGM_EXPORTER_KUBERNETES", value: "true" },
          { name: "NODE_NAME", valueFrom: { fieldRef: { fieldPath: "spec.nodeName" } } },
        ],
        ports: [{ name: "metrics", containerPort: METRICS_PORT }],
        readinessProbe: { tcpSocket: { port: "metrics" }, periodSeconds: 10, timeoutSeconds: 5 },
        livenessProbe: {
          httpGet: { path: "/health", port: "metrics" },
          initialDelaySeconds: 45,
          periodSeconds: 10,
          timeoutSeconds: 5,
          failureThreshold: 6,
        },
      },
    },
    config,
  );

/** EFA interfaces as the resource `vpc.amazonaws.com/efa`. */
const efaDevicePlugin = (config: StackConfig, image: string): KubernetesObject[] =>
  nodeDaemon(
    {
      name: "efa-device-plugin",
      image,
      on: EFA_PRESENT,
      folders: [PLUGINS, { name: "infiniband", path: "/dev/infiniband" }],
      memory: "64Mi",
      pod: { hostNetwork: true },
    },
    config,
  );

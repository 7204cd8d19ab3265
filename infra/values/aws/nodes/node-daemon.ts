import type { StackConfig } from "../../../config/schema";
import type { KubernetesObject } from "../../../core/kubernetes-object";
import { NAMESPACES } from "../../../core/names";
import { GPU_TAINT } from "./node-labels";

/** Labels of an object of the nodes' software. */
export const labelsOf = (name: string, { environment }: Pick<StackConfig, "environment">): Record<string, string> => ({
  "app.kubernetes.io/name": name,
  "app.kubernetes.io/part-of": "homeport",
  "app.kubernetes.io/managed-by": "homeport",
  "homeport.dev/owner": environment.owner,
});

/** A folder of the node that the container sees under the same path. */
interface NodeFolder {
  name: string;
  path: string;
  readOnly?: boolean;
}

export interface NodeDaemon {
  name: string;
  image: string;
  /** Label that the nodes have. */
  on: string;
  folders: readonly NodeFolder[];
  memory: string;
  /** Powers of root that it needs; none of the others. */
  capabilities?: readonly string[];
  container?: Record<string, unknown>;
  pod?: Record<string, unknown>;
}

/** One pod on every node with a label, that speaks to the kubelet and to nobody else. */
export function nodeDaemon(daemon: NodeDaemon, config: Pick<StackConfig, "environment">): KubernetesObject[] {
  const { name, image, on, folders, memory, capabilities = [], container = {}, pod = {} } = daemon;
  const labels = labelsOf(name, config);
  const metadata = { name, namespace: NAMESPACES.node, labels };
  const selector = { "app.kubernetes.io/name": name };
  return [
    { apiVersion: "v1", kind: "ServiceAccount", metadata, automountServiceAccountToken: false },
    {
      apiVersion: "apps/v1",
      kind: "DaemonSet",
      metadata,
      spec: {
        revisionHistoryLimit: 2,
        selector: { matchLabels: selector },
        updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 1 } },
        template: {
          metadata: { labels },
          spec: {
            serviceAccountName: name,
            automountServiceAccountToken: false,
            enableServiceLinks: false,
            priorityClassName: "system-node-critical",
            nodeSelector: { [on]: "true" },
            tolerations: [{ key: GPU_TAINT.key, operator: "Exists", effect: GPU_TAINT.effect }],
            securityContext: { seccompProfile: { type: "RuntimeDefault" } },
            ...pod,
            containers: [
              {
                name,
                image,
                imagePullPolicy: "IfNotPresent",
                resources: {
                  requests: { cpu: "50m", memory, "ephemeral-storage": "16Mi" },
                  limits: { memory, "ephemeral-storage": "64Mi" },
                },
                // The kubelet's sockets and the GPU's devices are root's.
                securityContext: {
                  runAsUser: 0,
                  runAsGroup: 0,
                  privileged: false,
                  allowPrivilegeEscalation: false,
                  readOnlyRootFilesystem: true,
                  capabilities: { drop: ["ALL"], ...(capabilities.length > 0 ? { add: [...capabilities] } : {}) },
                },
                volumeMounts: [
                  ...folders.map(({ name: volume, path, readOnly = false }) => ({
                    name: volume,
                    mountPath: path,
                    readOnly,
                  })),
                  { name: "scratch", mountPath: "/tmp" },
                ],
                ...container,
              },
            ],
            volumes: [
              ...folders.map(({ name: volume, path }) => ({ name: volume, hostPath: { path, type: "Directory" } })),
              { name: "scratch", emptyDir: { sizeLimit: "16Mi" } },
            ],
          },
        },
      },
    },
  ];
}

import type { KubernetesObject } from "../../infra/core/kubernetes-object";
import { NAMESPACES } from "../../infra/core/names";
import { attempt } from "./command";
import { intoNode, runInNode } from "./node";
import type { Process } from "./processes";

/** Name that a release's CPU variant gives as its `runtimeClaim`. */
export const RUNTIME_CLAIM = "vllm-runtime";

/** Where the node shows the runtime folder: the same on every machine, so that the volume's object is too. */
const SHOWN = "/var/lib/homeport/engine-runtime";

/** Shows the folder, read-only, where the volume points; containers that run keep the one they started with. */
export async function showEngineRuntime(node: Process, folder: string): Promise<void> {
  const shown = await attempt("nsenter", [
    ...intoNode(node),
    "--",
    "findmnt",
    "--noheadings",
    "--output=SOURCE",
    SHOWN,
  ]);
  if (shown.stdout.includes(`[${folder}]`)) return;
  if (shown.code === 0) await runInNode(node, ["umount", "--lazy", SHOWN]);
  await runInNode(node, ["mkdir", "-p", SHOWN]);
  await runInNode(node, ["mount", "--bind", folder, SHOWN]);
  await runInNode(node, ["mount", "-o", "remount,ro,bind", SHOWN]);
}

/** The engine's runtime as a read-only claim in the models' namespace. */
export function engineRuntimeObjects(): KubernetesObject[] {
  const name = "homeport-vllm-runtime";
  const common = { accessModes: ["ReadOnlyMany"], storageClassName: "", volumeMode: "Filesystem" };
  const labels = { "app.kubernetes.io/part-of": "homeport-local" };
  return [
    {
      apiVersion: "v1",
      kind: "PersistentVolume",
      metadata: { name, labels },
      spec: {
        ...common,
        capacity: { storage: "10Gi" },
        persistentVolumeReclaimPolicy: "Retain",
        claimRef: {
          apiVersion: "v1",
          kind: "PersistentVolumeClaim",
          namespace: NAMESPACES.models,
          name: RUNTIME_CLAIM,
        },
        hostPath: { path: SHOWN, type: "Directory" },
      },
    },
    {
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: { name: RUNTIME_CLAIM, namespace: NAMESPACES.models, labels },
      spec: { ...common, volumeName: name, resources: { requests: { storage: "10Gi" } } },
    },
  ];
}

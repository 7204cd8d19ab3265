import { NAMESPACES } from "../../infra/core/names";

/** Name that a release's CPU variant gives as its `runtimeClaim`. */
export const RUNTIME_CLAIM = "vllm-runtime";

/**
 * The engine's runtime folder as a read-only claim in the models' namespace. The volume's name follows the folder, so
 * that a new lock file gives a new volume: a volume's source cannot be changed.
 */
export function engineRuntimeObjects(folder: string): object[] {
  const volume = `homeport-${folder.split("/").at(-1)}`;
  const common = { accessModes: ["ReadOnlyMany"], storageClassName: "", volumeMode: "Filesystem" };
  const labels = { "app.kubernetes.io/part-of": "homeport-local" };
  return [
    {
      apiVersion: "v1",
      kind: "PersistentVolume",
      metadata: { name: volume, labels },
      spec: {
        ...common,
        capacity: { storage: "10Gi" },
        persistentVolumeReclaimPolicy: "Retain",
        claimRef: { apiVersion: "v1", kind: "PersistentVolumeClaim", namespace: NAMESPACES.models, name: RUNTIME_CLAIM },
        hostPath: { path: folder, type: "Directory" },
      },
    },
    {
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: { name: RUNTIME_CLAIM, namespace: NAMESPACES.models, labels },
      spec: { ...common, volumeName: volume, resources: { requests: { storage: "10Gi" } } },
    },
  ];
}

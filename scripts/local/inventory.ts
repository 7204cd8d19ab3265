import type { KubernetesObject } from "../../infra/core/kubernetes-object";
import { NAMESPACES } from "../../infra/core/names";
import { apply, kubectl } from "./kubectl-run";

const NAME = "homeport-applied";

/** Objects that earlier applies made: only what names them. */
export async function readInventory(kubeconfig: string): Promise<KubernetesObject[]> {
  const question = ["get", "configmap", NAME, "--namespace", NAMESPACES.edge, "--ignore-not-found", "--output", "json"];
  const text = await kubectl(kubeconfig, question);
  if (text.trim() === "") return [];
  const { data } = JSON.parse(text) as { data: { objects: string } };
  return JSON.parse(data.objects) as KubernetesObject[];
}

/**
 * One ConfigMap instead of kubectl's ApplySet labels: those are fields of the objects, and every other writer of a
 * route under the same manager's name (promote, rollback) would take them away again.
 */
export async function writeInventory(kubeconfig: string, objects: readonly KubernetesObject[]): Promise<void> {
  const named = objects.map(({ apiVersion, kind, metadata: { name, namespace } }) => ({
    apiVersion,
    kind,
    metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
  }));
  const unique = [...new Set(named.map((object) => JSON.stringify(object)))].sort();
  const map = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: NAME, namespace: NAMESPACES.edge },
    data: { objects: `[${unique.join(",")}]` },
  };
  await apply(kubeconfig, "homeport-local", [map], ["--force-conflicts"]);
}

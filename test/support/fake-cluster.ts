import type { KubernetesObject } from "../../infra/core/kubernetes-object";
import { ANNOTATIONS } from "../../infra/core/names";
import { clusterError, type Kubectl, type StoredObject } from "../../scripts/lib/kubectl";

type Deployment = { wanted: number; available: number };

/**
 * One region's API server and gateway, as far as promote and rollback see them. Refuses an older generation with the
 * admission policy's words (the e2e test proves them against the real one); the gateway takes a route over at once.
 */
export class FakeCluster implements Kubectl {
  readonly routes = new Map<string, StoredObject>();
  readonly deployments: Record<string, Deployment> = {};
  /** Sentence with which nothing answers. */
  away?: string;
  /** The gateway does not look at routes. */
  deaf = false;
  /** Route that somebody has edited by hand: an apply stores the others and ends with a conflict, as kubectl does. */
  edited?: string;
  applied = 0;
  killed = 0;
  /** Called before an apply is stored; a test may throw or change files here. */
  onApply: () => void = () => undefined;
  afterApply: () => void = () => undefined;

  /** Stores routes as `up` would. */
  deploy(routes: readonly KubernetesObject[], deployments: Record<string, Deployment>): void {
    for (const route of routes) this.#store(route);
    Object.assign(this.deployments, deployments);
  }

  weights(route: string): Record<string, number> {
    const spec = this.routes.get(route)?.spec as { rules: { backendRefs: { name: string; weight: number }[] }[] };
    return Object.fromEntries(spec.rules[0]!.backendRefs.map((b) => [b.name, b.weight]));
  }

  generation(route: string): number {
    return Number(this.routes.get(route)?.metadata.annotations?.[ANNOTATIONS.generation]);
  }

  async list(kinds: string): Promise<StoredObject[]> {
    this.#answer();
    const routes = kinds.includes("httproutes") ? [...this.routes.values()].map((r) => this.#withStatus(r)) : [];
    return structuredClone([
      ...routes,
      ...(kinds.includes("deployments") ? this.#deployments() : []),
      ...(kinds.includes("pods") ? [this.#pod()] : []),
    ]);
  }

  async apply(objects: readonly KubernetesObject[]): Promise<StoredObject[]> {
    this.#answer();
    this.onApply();
    for (const { metadata } of objects as StoredObject[]) {
      const { resourceVersion = "0" } = this.routes.get(metadata.name)?.metadata ?? {};
      if (metadata.resourceVersion !== undefined && metadata.resourceVersion !== resourceVersion)
        throw clusterError(
          `Operation cannot be fulfilled on httproutes.gateway.networking.k8s.io "${metadata.name}": the object has been modified; please apply your changes to the latest version and try again\n`,
        );
    }
    for (const object of objects) {
      const [stored, given] = [
        this.generation(object.metadata.name),
        Number(object.metadata.annotations?.[ANNOTATIONS.generation]),
      ];
      if (given < stored)
        throw clusterError(
          `The httproutes "${object.metadata.name}" is invalid: : ValidatingAdmissionPolicy 'homeport-route-generation' with binding 'homeport-route-generation' denied request: rolled back since; git pull or homeport promote (route ${object.metadata.name} is at generation ${stored}, this is ${given})\n`,
        );
    }
    this.applied += 1;
    if (objects.some(({ metadata }) => metadata.name === this.edited)) {
      for (const object of objects) if (object.metadata.name !== this.edited) this.#store(object);
      throw clusterError(
        'error: Apply failed with 2 conflicts: conflicts with "kubectl-edit" using v1:\n- .spec.rules\n',
      );
    }
    const stored = objects.map((object) => structuredClone(this.#store(object)));
    this.afterApply();
    return stored;
  }

  async killPods(): Promise<number> {
    this.killed += 1;
    return 1;
  }

  async podGet(): Promise<string> {
    return 'homeport_guard_in_flight{model="chat",release="r-1",variant="cpu"} 3\n';
  }

  #answer(): void {
    if (this.away) throw clusterError(this.away);
  }

  #store(object: KubernetesObject): StoredObject {
    const before = this.routes.get(object.metadata.name);
    const changed = JSON.stringify(before?.spec) !== JSON.stringify(object.spec);
    const generation = (before?.metadata.generation ?? 0) + (changed ? 1 : 0);
    const annotated = JSON.stringify(before?.metadata.annotations) !== JSON.stringify(object.metadata.annotations);
    const resourceVersion = `${Number(before?.metadata.resourceVersion ?? 0) + (changed || annotated ? 1 : 0)}`;
    const stored = { ...object, metadata: { ...object.metadata, generation, resourceVersion } };
    this.routes.set(object.metadata.name, stored);
    return stored;
  }

  #withStatus(route: StoredObject): StoredObject {
    const observedGeneration = this.deaf ? 0 : route.metadata.generation;
    return {
      ...route,
      status: { parents: [{ conditions: [{ type: "Accepted", status: "True", observedGeneration }] }] },
    };
  }

  #deployments(): StoredObject[] {
    return Object.entries(this.deployments).map(([name, { wanted, available }]) => ({
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name, generation: 1 },
      spec: { replicas: wanted },
      status: { observedGeneration: 1, availableReplicas: available },
    }));
  }

  /** A pod that took 40 s to start. */
  #pod(): StoredObject {
    return {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "chat-1", creationTimestamp: "2026-11-22T06:00:00Z" },
      status: { conditions: [{ type: "Ready", status: "True", lastTransitionTime: "2026-11-22T06:00:40Z" }] },
    };
  }
}

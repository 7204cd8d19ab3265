import type { KubernetesObject } from "../../../infra/core/kubernetes-object";
import { ANNOTATIONS, NAMESPACES } from "../../../infra/core/names";
import type { Kubectl, StoredObject } from "../kubectl";

/** What one region says of a model. */
export interface RegionState {
  routes: readonly StoredObject[];
  /** Highest generation of the model's routes; undefined without a route. */
  generation?: number;
  /** Lowest generation of the model's routes; another than `generation` where a change reached only some. */
  oldest?: number;
  /** Service (= release) name -> share in percent, of the first route. */
  weights: Record<string, number>;
  /** Every route has been taken over by the gateway as it is stored. */
  accepted: boolean;
  /** Name of the Deployment -> its replicas. */
  deployments: Record<string, { wanted: number; available: number }>;
  /** Seconds that pods of this model took from creation to ready. */
  startSeconds: number[];
}

const selectorOf = (model: string): string => `homeport.dev/model=${model}`;

export async function regionState(cluster: Kubectl, model: string): Promise<RegionState> {
  const kinds = "deployments.apps,pods,httproutes.gateway.networking.k8s.io";
  return stateOf(await cluster.list(kinds, NAMESPACES.models, selectorOf(model)));
}

export async function routesOf(cluster: Kubectl, model: string): Promise<StoredObject[]> {
  return cluster.list("httproutes.gateway.networking.k8s.io", NAMESPACES.models, selectorOf(model));
}

function stateOf(objects: readonly StoredObject[]): RegionState {
  const of = (kind: string) => objects.filter((o) => o.kind === kind);
  const routes = of("HTTPRoute");
  const generations = routes.map(generationOf).filter((n) => n > 0);
  return {
    routes,
    ...(generations.length > 0 && { generation: Math.max(...generations), oldest: Math.min(...generations) }),
    weights: weightsOf(routes[0]),
    accepted: routes.length > 0 && routes.every(isAccepted),
    deployments: Object.fromEntries(of("Deployment").map((d) => [d.metadata.name, replicasOf(d)])),
    startSeconds: of("Pod").flatMap(startSecondsOf),
  };
}

/** Of the stack file that the route was rendered from; 0 when it says none. */
export const generationOf = ({ metadata }: KubernetesObject): number =>
  Number(metadata.annotations?.[ANNOTATIONS.generation] ?? 0);

interface RouteSpec {
  rules?: { backendRefs?: { name: string; weight?: number }[] }[];
}

/** Service -> weight of the route's first rule. */
export const weightsOf = (route: KubernetesObject | undefined): Record<string, number> =>
  Object.fromEntries(
    ((route?.spec as RouteSpec | undefined)?.rules?.[0]?.backendRefs ?? []).map((b) => [b.name, b.weight ?? 1]),
  );

interface Condition {
  type: string;
  status: string;
  observedGeneration?: number;
  lastTransitionTime?: string;
}

/** The gateway has seen exactly this version of the route and takes it, for every parent. */
export function isAccepted(route: StoredObject): boolean {
  const parents = (route.status as { parents?: { conditions?: Condition[] }[] } | undefined)?.parents ?? [];
  const seen = (c: Condition) =>
    c.type === "Accepted" && c.status === "True" && c.observedGeneration === route.metadata.generation;
  return parents.length > 0 && parents.every((p) => p.conditions?.some(seen));
}

function replicasOf({ metadata, spec, status }: StoredObject): { wanted: number; available: number } {
  const { observedGeneration, availableReplicas = 0 } = (status ?? {}) as {
    observedGeneration?: number;
    availableReplicas?: number;
  };
  const current = observedGeneration === undefined || observedGeneration >= (metadata.generation ?? 0);
  return {
    wanted: (spec as { replicas?: number } | undefined)?.replicas ?? 1,
    available: current ? availableReplicas : 0,
  };
}

function startSecondsOf({ metadata, status }: StoredObject): number[] {
  const conditions = (status as { conditions?: Condition[] } | undefined)?.conditions ?? [];
  const ready = conditions.find((c) => c.type === "Ready" && c.status === "True")?.lastTransitionTime;
  return ready && metadata.creationTimestamp
    ? [(Date.parse(ready) - Date.parse(metadata.creationTimestamp)) / 1000]
    : [];
}

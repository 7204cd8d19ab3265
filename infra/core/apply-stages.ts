import type { KubernetesObject } from "./kubernetes-object";
import { NAMESPACES } from "./names";

/**
 * The order in which objects come to life. Each stage needs the ones before it: a Gateway whose EnvoyProxy is missing
 * starts with the wrong Service type, and a route must find its policies and a ready release.
 */
export const APPLY_STAGES = [
  "namespaces",
  "third-party",
  "proxies",
  "gateway-class",
  "gateways",
  "secrets",
  "releases",
  "policies",
  "routes",
] as const;
export type ApplyStage = (typeof APPLY_STAGES)[number];

const BY_KIND: Readonly<Record<string, ApplyStage>> = {
  Namespace: "namespaces",
  NetworkPolicy: "namespaces",
  // Bound long before a pod asks: a pod whose claim is not bound yet waits ten seconds for the scheduler's next look.
  PersistentVolume: "namespaces",
  PersistentVolumeClaim: "namespaces",
  EnvoyProxy: "proxies",
  GatewayClass: "gateway-class",
  ValidatingAdmissionPolicy: "gateway-class",
  ValidatingAdmissionPolicyBinding: "gateway-class",
  Gateway: "gateways",
  Secret: "secrets",
  HTTPRoute: "routes",
};

/** Policies on a route stand before the route. */
const POLICIES = new Set(["SecurityPolicy", "BackendTrafficPolicy", "ClientTrafficPolicy"]);
/** What a Gateway needs to be closed stands with the Gateway: its policies, their Secret and the route below them. */
const WITH_THE_GATEWAY = new Set([...POLICIES, "Secret", "HTTPRoute"]);

export function stageOf({ kind, metadata: { namespace } }: KubernetesObject): ApplyStage {
  if (namespace === NAMESPACES.edge && WITH_THE_GATEWAY.has(kind)) return "gateways";
  if (POLICIES.has(kind)) return "policies";
  return BY_KIND[kind] ?? "releases";
}

export const stageIndex = (object: KubernetesObject): number => APPLY_STAGES.indexOf(stageOf(object));

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
  EnvoyProxy: "proxies",
  GatewayClass: "gateway-class",
  ValidatingAdmissionPolicy: "gateway-class",
  ValidatingAdmissionPolicyBinding: "gateway-class",
  Gateway: "gateways",
  Secret: "secrets",
  HTTPRoute: "routes",
};

/** Policies on a Gateway stand before the Gateway's first request, policies on a route before the route. */
const POLICIES = new Set(["SecurityPolicy", "BackendTrafficPolicy", "ClientTrafficPolicy"]);

export function stageOf({ kind, metadata: { namespace } }: KubernetesObject): ApplyStage {
  if (POLICIES.has(kind)) return namespace === NAMESPACES.edge ? "gateways" : "policies";
  return BY_KIND[kind] ?? "releases";
}

export const stageIndex = (object: KubernetesObject): number => APPLY_STAGES.indexOf(stageOf(object));

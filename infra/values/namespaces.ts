import type { StackConfig } from "../config/schema";
import type { KubernetesObject } from "../core/kubernetes-object";
import { NAMESPACES, PORTS } from "../core/names";

/** What Kubernetes lets a pod of each namespace be. Only the node cache needs the node. */
const POD_SECURITY = {
  [NAMESPACES.edge]: "restricted",
  [NAMESPACES.models]: "restricted",
  [NAMESPACES.node]: "privileged",
  [NAMESPACES.envoyGateway]: "restricted",
  [NAMESPACES.monitoring]: "restricted",
} as const;

const named = (name: string) => ({ "kubernetes.io/metadata.name": name });

/** Namespaces with their Pod Security level, and the network rules that hold whatever is put into them. */
export function namespaceObjects({ environment, monitoring }: StackConfig): KubernetesObject[] {
  const watched = monitoring.prometheus !== "none";
  const labels = {
    "app.kubernetes.io/part-of": "homeport",
    "app.kubernetes.io/managed-by": "homeport",
    "homeport.dev/owner": environment.owner,
  };
  const policy = (namespace: string, name: string, spec: unknown): KubernetesObject => ({
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name, namespace, labels },
    spec,
  });
  const denied = (namespace: string) =>
    policy(namespace, "default-deny", { podSelector: {}, policyTypes: ["Ingress", "Egress"] });
  return [
    ...Object.entries(POD_SECURITY)
      .filter(([name]) => watched || name !== NAMESPACES.monitoring)
      .map(([name, level]) => namespace(name, level, labels)),
    denied(NAMESPACES.edge),
    denied(NAMESPACES.models),
    denied(NAMESPACES.node),
    ...(watched ? [denied(NAMESPACES.monitoring)] : []),
    policy(NAMESPACES.envoyGateway, "proxies-reach-engines-only", proxyEgress),
  ];
}

const namespace = (name: string, level: string, labels: Record<string, string>): KubernetesObject => ({
  apiVersion: "v1",
  kind: "Namespace",
  metadata: {
    name,
    labels: {
      ...labels,
      "pod-security.kubernetes.io/enforce": level,
      "pod-security.kubernetes.io/warn": level,
      "pod-security.kubernetes.io/audit": level,
    },
  },
});

/** A proxy that somebody talks into another upstream still has no way out of the cluster. */
const proxyEgress = {
  podSelector: { matchLabels: { "app.kubernetes.io/component": "proxy" } },
  policyTypes: ["Egress"],
  egress: [
    { to: [{ podSelector: {} }] },
    {
      to: [{ namespaceSelector: { matchLabels: named(NAMESPACES.models) } }],
      ports: [{ protocol: "TCP", port: PORTS.serve }],
    },
    {
      to: [{ namespaceSelector: { matchLabels: named("kube-system") } }],
      ports: [
        { protocol: "UDP", port: 53 },
        { protocol: "TCP", port: 53 },
      ],
    },
  ],
};

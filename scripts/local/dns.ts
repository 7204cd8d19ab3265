import { sha256Hex } from "../../infra/core/canonical-json";
import type { Addresses } from "./layout";

// Two servers, because within one the template would answer before the cluster's own names are looked at.
const COREFILE = `cluster.local:5353 in-addr.arpa:5353 ip6.arpa:5353 {
  errors
  health :8080
  ready :8181
  kubernetes cluster.local in-addr.arpa ip6.arpa {
    pods insecure
    ttl 1
  }
}
.:5353 {
  errors
  template ANY ANY {
    rcode NXDOMAIN
  }
}
`;

const labels = { "app.kubernetes.io/name": "coredns", "app.kubernetes.io/part-of": "homeport-local" };
const metadata = { name: "coredns", namespace: "kube-system", labels };
const clusterMetadata = { name: "homeport-coredns", labels };

/**
 * Cluster DNS. Names outside of the cluster do not exist: nothing in it needs one. Answers live one second and are not
 * cached, so that a pod which leaves is forgotten before it stops.
 */
export function dnsObjects(at: Addresses, image: string): object[] {
  return [
    { apiVersion: "v1", kind: "ServiceAccount", metadata },
    {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRole",
      metadata: clusterMetadata,
      rules: [
        { apiGroups: [""], resources: ["endpoints", "services", "pods", "namespaces"], verbs: ["list", "watch"] },
        { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: ["list", "watch"] },
      ],
    },
    {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRoleBinding",
      metadata: clusterMetadata,
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: clusterMetadata.name },
      subjects: [{ kind: "ServiceAccount", name: metadata.name, namespace: metadata.namespace }],
    },
    { apiVersion: "v1", kind: "ConfigMap", metadata, data: { Corefile: COREFILE } },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata,
      spec: {
        clusterIP: at.dnsAddress,
        selector: { "app.kubernetes.io/name": "coredns" },
        ports: ["UDP", "TCP"].map((protocol) => ({
          name: `dns-${protocol.toLowerCase()}`,
          port: 53,
          targetPort: 5353,
          protocol,
        })),
      },
    },
    { apiVersion: "apps/v1", kind: "Deployment", metadata, spec: deploymentSpec(image) },
  ];
}

const probe = (path: string, port: number) => ({ httpGet: { path, port }, periodSeconds: 1 });

const deploymentSpec = (image: string) => ({
  replicas: 1,
  selector: { matchLabels: { "app.kubernetes.io/name": "coredns" } },
  template: {
    // A changed Corefile makes a new pod; waiting for the kubelet to bring it into the running one takes a minute.
    metadata: { labels, annotations: { "homeport.dev/corefile": sha256Hex(Buffer.from(COREFILE)) } },
    spec: {
      serviceAccountName: "coredns",
      priorityClassName: "system-cluster-critical",
      // "Default" gives it the node's own, empty, resolver file: asking itself would be a loop.
      dnsPolicy: "Default",
      securityContext: { runAsNonRoot: true, runAsUser: 65532, seccompProfile: { type: "RuntimeDefault" } },
      containers: [
        {
          name: "coredns",
          image,
          imagePullPolicy: "IfNotPresent",
          args: ["-conf", "/etc/coredns/Corefile"],
          ports: [
            { name: "dns-udp", containerPort: 5353, protocol: "UDP" },
            { name: "dns-tcp", containerPort: 5353, protocol: "TCP" },
          ],
          readinessProbe: probe("/ready", 8181),
          livenessProbe: { ...probe("/health", 8080), periodSeconds: 10, initialDelaySeconds: 10 },
          resources: { requests: { cpu: "50m", memory: "64Mi" }, limits: { memory: "256Mi" } },
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ["ALL"] },
          },
          volumeMounts: [{ name: "config", mountPath: "/etc/coredns", readOnly: true }],
        },
      ],
      volumes: [{ name: "config", configMap: { name: "coredns" } }],
    },
  },
});

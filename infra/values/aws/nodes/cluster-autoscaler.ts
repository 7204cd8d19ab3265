import type { StackConfig } from "../../../config/schema";
import { CAPACITY, NODE_MINUTES } from "../../../core/aws/capacity";
import { clusterName, type Place } from "../../../core/aws/names";
import type { KubernetesObject } from "../../../core/kubernetes-object";
import { NAMESPACES } from "../../../core/names";
import { maxGpus, maxNodes } from "./max-nodes";
import { labelsOf } from "./node-daemon";
import { LABELS, SYSTEM_POOL } from "./node-labels";
import { longestGrace } from "./pool-size";

/**
 * Who climbs the capacity ladder: the cluster autoscaler adds nodes of the best rung that has some, when pods wait, and
 * takes away what nobody needs. It knows the groups by the tags that EKS gives to their autoscaling groups.
 */
export const AUTOSCALER = { namespace: "kube-system", serviceAccount: "cluster-autoscaler" } as const;

const NAME = AUTOSCALER.serviceAccount;
/** The one name that the priority expander reads. */
const PRIORITIES = "cluster-autoscaler-priority-expander";
const METRICS_PORT = 8085;

export interface AutoscalerArgs {
  place: Place;
  config: StackConfig;
  image: string;
}

export const clusterAutoscaler = (args: AutoscalerArgs): KubernetesObject[] => {
  const labels = labelsOf(NAME, args.config);
  const metadata = { name: NAME, namespace: AUTOSCALER.namespace, labels };
  return [
    { apiVersion: "v1", kind: "ServiceAccount", metadata, automountServiceAccountToken: false },
    ...permissions(labels),
    {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { ...metadata, name: PRIORITIES },
      data: { priorities: priorities() },
    },
    { apiVersion: "apps/v1", kind: "Deployment", metadata, spec: deployment(args, labels) },
    {
      apiVersion: "policy/v1",
      kind: "PodDisruptionBudget",
      metadata,
      spec: { maxUnavailable: 1, selector: { matchLabels: { "app.kubernetes.io/name": NAME } } },
    },
    { apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", metadata, spec: network() },
  ];
};

/** Autoscaling groups are called `eks-<pool>-<rung>-<zone>-…`; the highest number wins. */
const priorities = (): string =>
  [...CAPACITY]
    .reverse()
    .map((kind, i) => `${(i + 1) * 10}:\n  - ^eks-.+-${kind}-az[0-9]-.*\n`)
    .concat(`100:\n  - ^eks-${SYSTEM_POOL}-az[0-9]-.*\n`)
    .join("");

const flags = ({ place, config }: AutoscalerArgs): string[] => [
  "--cloud-provider=aws",
  `--node-group-auto-discovery=asg:tag=k8s.io/cluster-autoscaler/enabled,k8s.io/cluster-autoscaler/${clusterName(place)}`,
  "--expander=priority",
  // Zones of one way are asked for as many nodes each, as far as they have them.
  "--balance-similar-node-groups",
  // Every zone's group may have all of a pool's nodes; these hold their sum.
  `--max-nodes-total=${maxNodes(place.region, config)}`,
  ...Object.entries(maxGpus(config)).map(([pool, gpus]) => `--gpu-total=${pool}:0:${gpus}`),
  // A zone that says it has none is left at once; where nothing comes, the next one is asked after this.
  `--max-node-provision-time=${NODE_MINUTES}m`,
  "--initial-node-group-backoff-duration=5m",
  // A node that costs dollars an hour does not wait longer, one that just came is not taken at once.
  "--scale-down-unneeded-time=15m",
  "--scale-down-delay-after-add=20m",
  // Streams end before the node does.
  `--max-graceful-termination-sec=${longestGrace(config)}`,
  "--skip-nodes-with-local-storage=false",
  "--skip-nodes-with-system-pods=false",
  "--ignore-daemonsets-utilization=true",
  // The table that is built in: pricing and instance lists are asked of services that closed networks do not reach.
  ...(config.environment.airgapped ? ["--aws-use-static-instance-list=true"] : []),
  `--address=:${METRICS_PORT}`,
];

function deployment(args: AutoscalerArgs, labels: Record<string, string>) {
  const selector = { "app.kubernetes.io/name": NAME };
  return {
    // One works, the other waits for its lease.
    replicas: args.config.environment.profile === "development" ? 1 : 2,
    revisionHistoryLimit: 2,
    selector: { matchLabels: selector },
    template: {
      metadata: { labels },
      spec: {
        serviceAccountName: NAME,
        automountServiceAccountToken: true,
        enableServiceLinks: false,
        priorityClassName: "system-cluster-critical",
        nodeSelector: { [LABELS.pool]: SYSTEM_POOL },
        securityContext: {
          runAsNonRoot: true,
          runAsUser: 65532,
          runAsGroup: 65532,
          seccompProfile: { type: "RuntimeDefault" },
        },
        affinity: {
          podAntiAffinity: {
            preferredDuringSchedulingIgnoredDuringExecution: [
              "kubernetes.io/hostname",
              "topology.kubernetes.io/zone",
            ].map((topologyKey) => ({
              weight: 50,
              podAffinityTerm: { topologyKey, labelSelector: { matchLabels: selector } },
            })),
          },
        },
        containers: [
          {
            name: NAME,
            image: args.image,
            imagePullPolicy: "IfNotPresent",
            command: ["./cluster-autoscaler"],
            args: flags(args),
            env: [{ name: "AWS_REGION", value: args.place.region }],
            ports: [{ name: "metrics", containerPort: METRICS_PORT }],
            livenessProbe: {
              httpGet: { path: "/health-check", port: "metrics" },
              periodSeconds: 20,
              timeoutSeconds: 5,
              failureThreshold: 6,
            },
            readinessProbe: { tcpSocket: { port: "metrics" }, periodSeconds: 10, timeoutSeconds: 5 },
            resources: {
              requests: { cpu: "100m", memory: "600Mi", "ephemeral-storage": "16Mi" },
              limits: { memory: "600Mi", "ephemeral-storage": "64Mi" },
            },
            securityContext: {
              privileged: false,
              allowPrivilegeEscalation: false,
              readOnlyRootFilesystem: true,
              capabilities: { drop: ["ALL"] },
            },
          },
        ],
      },
    },
  };
}

/** In: nobody but the collector of metrics. Out: names, credentials, the API server and AWS. */
const network = () => ({
  podSelector: { matchLabels: { "app.kubernetes.io/name": NAME } },
  policyTypes: ["Ingress", "Egress"],
  ingress: [
    {
      from: [
        {
          podSelector: {},
          namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": NAMESPACES.monitoring } },
        },
      ],
      ports: [{ protocol: "TCP", port: METRICS_PORT }],
    },
  ],
  egress: [
    {
      to: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "kube-system" } } }],
      ports: [
        { protocol: "UDP", port: 53 },
        { protocol: "TCP", port: 53 },
      ],
    },
    { to: [{ ipBlock: { cidr: "169.254.170.23/32" } }], ports: [{ protocol: "TCP", port: 80 }] },
    { ports: [{ protocol: "TCP", port: 443 }] },
  ],
});

const READ = ["get", "list", "watch"];

/** As the chart of its own project asks for, read 2026-11-22, and what its scheduler reads of Kubernetes 1.34; no Secrets. */
const CLUSTER_RULES = [
  { apiGroups: [""], resources: ["events", "endpoints"], verbs: ["create", "patch"] },
  { apiGroups: [""], resources: ["pods/eviction"], verbs: ["create"] },
  { apiGroups: [""], resources: ["pods/status"], verbs: ["update"] },
  { apiGroups: [""], resources: ["nodes"], verbs: [...READ, "update"] },
  {
    apiGroups: [""],
    resources: [
      "namespaces",
      "pods",
      "services",
      "replicationcontrollers",
      "persistentvolumeclaims",
      "persistentvolumes",
      "configmaps",
    ],
    verbs: READ,
  },
  { apiGroups: ["batch"], resources: ["jobs", "cronjobs"], verbs: READ },
  { apiGroups: ["policy"], resources: ["poddisruptionbudgets"], verbs: READ },
  { apiGroups: ["apps"], resources: ["daemonsets", "replicasets", "statefulsets"], verbs: READ },
  {
    apiGroups: ["storage.k8s.io"],
    resources: ["storageclasses", "csinodes", "csidrivers", "csistoragecapacities", "volumeattachments"],
    verbs: READ,
  },
  {
    apiGroups: ["resource.k8s.io"],
    resources: ["resourceclaims", "resourceslices", "deviceclasses"],
    verbs: READ,
  },
];

const OWN_RULES = [
  { apiGroups: ["coordination.k8s.io"], resources: ["leases"], verbs: ["create"] },
  {
    apiGroups: ["coordination.k8s.io"],
    resources: ["leases"],
    resourceNames: [NAME],
    verbs: ["get", "update"],
  },
  { apiGroups: [""], resources: ["configmaps"], verbs: ["create"] },
  {
    apiGroups: [""],
    resources: ["configmaps"],
    resourceNames: ["cluster-autoscaler-status", PRIORITIES],
    verbs: ["delete", "update"],
  },
];

function permissions(labels: Record<string, string>): KubernetesObject[] {
  const apiGroup = "rbac.authorization.k8s.io";
  const apiVersion = `${apiGroup}/v1`;
  const subjects = [{ kind: "ServiceAccount", name: NAME, namespace: AUTOSCALER.namespace }];
  const own = { name: NAME, namespace: AUTOSCALER.namespace, labels };
  return [
    { apiVersion, kind: "ClusterRole", metadata: { name: NAME, labels }, rules: CLUSTER_RULES },
    { apiVersion, kind: "Role", metadata: own, rules: OWN_RULES },
    {
      apiVersion,
      kind: "ClusterRoleBinding",
      metadata: { name: NAME, labels },
      roleRef: { apiGroup, kind: "ClusterRole", name: NAME },
      subjects,
    },
    { apiVersion, kind: "RoleBinding", metadata: own, roleRef: { apiGroup, kind: "Role", name: NAME }, subjects },
  ];
}

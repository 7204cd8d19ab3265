import type { StackConfig } from "../../../config/schema";
import { clusterName, type Place } from "../../../core/aws/names";
import { LABELS, SYSTEM_POOL } from "../nodes/node-labels";

/** The AWS load balancer controller, which here only keeps pods as targets of groups that the program made. */
export const LOAD_BALANCER_CONTROLLER = {
  namespace: "kube-system",
  serviceAccount: "aws-load-balancer-controller",
} as const;

/** The chart puts a tag behind the repository; split here, the two are a digest again. */
const byDigest = (image: string) => {
  const [name, hex] = image.split("@sha256:");
  return { repository: `${name}@sha256`, tag: hex };
};

/** Values of the chart `aws-load-balancer-controller`; `image` as `host/name@sha256:…`. */
export function loadBalancerControllerValues(place: Place, config: StackConfig, image: string) {
  const { region } = place;
  const existing = config.network.existing[region]?.vpcId;
  return {
    clusterName: clusterName(place),
    region,
    // Its pods do not reach the metadata service, which would tell it.
    ...(existing === undefined ? { vpcTags: { Name: `homeport-${place.environment}` } } : { vpcId: existing }),
    image: byDigest(image),
    replicaCount: config.environment.profile === "development" ? 1 : 2,
    serviceAccount: { name: LOAD_BALANCER_CONTROLLER.serviceAccount },
    nodeSelector: { [LABELS.pool]: SYSTEM_POOL },
    resources: { requests: { cpu: "100m", memory: "256Mi" }, limits: { memory: "256Mi" } },
    podDisruptionBudget: { maxUnavailable: 1 },
    // Certificates of its webhooks stay when the chart is applied again.
    keepTLSSecret: true,
    // Load balancers are the program's: no Ingress, Service, Gateway or certificate of the cluster makes one.
    enableServiceMutatorWebhook: false,
    createIngressClassResource: false,
    ingressClassParams: { create: false },
    enableShield: false,
    enableWaf: false,
    enableWafv2: false,
    enableBackendSecurityGroup: false,
    enableManageBackendSecurityGroupRules: false,
    controllerConfig: {
      featureGates: { EnableServiceController: false, NLBGatewayAPI: false, ALBGatewayAPI: false },
    },
  };
}

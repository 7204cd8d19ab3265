import type { StackConfig } from "../../../config/schema";
import {
  type EntranceTimes,
  endsTls,
  entrancePort,
  entranceTimes,
  LOAD_BALANCERS,
  loadBalancerKind,
  TLS_POLICY,
} from "../../../core/aws/load-balancing";
import { logsBucket, type Place } from "../../../core/aws/names";
import type { Entrance } from "../../../core/entrances";
import type { KubernetesObject } from "../../../core/kubernetes-object";
import { gatewayName, NAMESPACES, proxyPort } from "../../../core/names";
import { readinessPath } from "../../gateway";
import { vpcCidr } from "../network/subnets";

/** AWS allows six characters; the rest of the name is random, so that a new one can stand before the old one goes. */
const NAME_PREFIX = "hp-";

const tagsOf = ({ environment }: Place, { key }: Entrance) => ({ Name: `homeport-${environment}-${key}` });

const timesOf = (region: string, { traffic, models }: StackConfig): EntranceTimes =>
  entranceTimes(
    loadBalancerKind(traffic),
    endsTls(region, traffic),
    traffic.streamIdleSeconds,
    Object.values(models).map(({ drain }) => drain),
  );

/** Who may connect: clients' networks, or the VPC's own. */
export const clientCidrs = (region: string, config: StackConfig): readonly string[] =>
  config.traffic.allowedCidrs.length > 0 ? config.traffic.allowedCidrs : [vpcCidr(region, config)];

export function loadBalancerArgs(entrance: Entrance, place: Place, config: StackConfig) {
  const { traffic, cluster, monitoring } = config;
  const kind = loadBalancerKind(traffic);
  const shared = {
    namePrefix: NAME_PREFIX,
    loadBalancerType: kind,
    internal: traffic.exposure === "internal",
    // A gateway has few proxies, less than one for each zone, and a zone without one would have to be taken out of DNS.
    // Cost: a cent for each GB that changes zone; tokens are small.
    enableCrossZoneLoadBalancing: true,
    enableZonalShift: true,
    enableDeletionProtection: cluster.deletionProtection,
    ...(monitoring.audit && {
      accessLogs: { enabled: true, bucket: logsBucket(place), prefix: `load-balancers/${entrance.key}` },
    }),
    tags: tagsOf(place, entrance),
  };
  if (kind === "network") return shared;
  return {
    ...shared,
    idleTimeout: timesOf(place.region, config).idle,
    dropInvalidHeaderFields: true,
    desyncMitigationMode: "defensive",
    // The proxy believes the last entry only, and that is the load balancer's.
    xffHeaderProcessingMode: "append",
  };
}

export function targetGroupArgs(entrance: Entrance, place: Place, config: StackConfig) {
  const { traffic } = config;
  const { drain } = timesOf(place.region, config);
  const shared = {
    namePrefix: NAME_PREFIX,
    targetType: "ip",
    port: proxyPort(traffic.port),
    deregistrationDelay: Math.min(LOAD_BALANCERS.deregistrationDelayMax, drain),
    healthCheck: {
      // Through the proxy's one door, whatever it speaks; AWS does not judge the certificate of a target.
      protocol: traffic.tlsSecret === undefined ? "HTTP" : "HTTPS",
      port: "traffic-port",
      path: readinessPath(entrance.model),
      matcher: "200",
      interval: 10,
      timeout: 6,
      healthyThreshold: 2,
      unhealthyThreshold: 2,
    },
    // With no healthy target DNS turns away from here; who comes all the same is let through (decision 0085).
    targetGroupHealth: {
      dnsFailover: { minimumHealthyTargetsCount: "1" },
      unhealthyStateRouting: { minimumHealthyTargetsCount: 1 },
    },
    tags: tagsOf(place, entrance),
  };
  if (loadBalancerKind(traffic) === "application")
    return {
      ...shared,
      protocol: "HTTP",
      protocolVersion: "HTTP1",
      // Answers last from milliseconds to minutes, so counting requests in turn would be blind.
      loadBalancingAlgorithmType: "least_outstanding_requests",
    };
  return {
    ...shared,
    protocol: "TCP",
    // With the clients' own addresses as source, a client that runs in the cluster could not reach its own node (no
    // hairpin); the proxy protocol tells the address instead.
    preserveClientIp: "false",
    proxyProtocolV2: true,
    // A stream ends by itself or with its proxy, whatever a health check says meanwhile.
    connectionTermination: false,
    targetHealthStates: [{ enableUnhealthyConnectionTermination: false, unhealthyDrainingInterval: drain }],
  };
}

export function listenerArgs(region: string, config: StackConfig) {
  const { traffic } = config;
  const port = entrancePort(region, traffic);
  const network = loadBalancerKind(traffic) === "network";
  if (!endsTls(region, traffic))
    return network
      ? { port, protocol: "TCP", tcpIdleTimeoutSeconds: timesOf(region, config).idle }
      : { port, protocol: "HTTP" };
  return network
    ? { port, protocol: "TLS", sslPolicy: TLS_POLICY, alpnPolicy: "HTTP1Only" }
    : { port, protocol: "HTTPS", sslPolicy: TLS_POLICY };
}

/**
 * No healthy target for three minutes, or no word. DNS reacts sooner, by the load balancer's own health; this is the
 * second opinion for when that does not arrive, and the line that people see.
 */
export function readyAlarmArgs(entrance: Entrance, config: StackConfig) {
  return {
    alarmDescription: `No proxy reaches a ready release of ${entrance.model} for ${entrance.dataClass} data.`,
    namespace: loadBalancerKind(config.traffic) === "network" ? "AWS/NetworkELB" : "AWS/ApplicationELB",
    metricName: "HealthyHostCount",
    // Route 53 knows neither percentiles, nor metric math, nor M out of N.
    statistic: "Maximum",
    period: 60,
    evaluationPeriods: 3,
    comparisonOperator: "LessThanThreshold",
    threshold: 1,
    treatMissingData: "breaching",
  };
}

/** Tells the load balancer controller which pods are the targets of a group that Pulumi owns. */
export const targetBinding = <Arn>(entrance: Entrance, arn: Arn, { traffic }: StackConfig): KubernetesObject => ({
  apiVersion: "elbv2.k8s.aws/v1beta1",
  kind: "TargetGroupBinding",
  metadata: {
    // The group of a binding cannot change, and each kind of load balancer has a group of its own.
    name: `${entrance.key}-${loadBalancerKind(traffic)}`,
    // A binding and its Service share a namespace.
    namespace: NAMESPACES.envoyGateway,
  },
  spec: {
    targetGroupARN: arn,
    targetType: "ip",
    ipAddressType: "ipv4",
    serviceRef: { name: gatewayName(entrance.dataClass), port: traffic.port },
  },
});

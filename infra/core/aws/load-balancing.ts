import { type DrainSeconds, longestDrain } from "../drain";

/**
 * What AWS load balancers do by themselves, and the arithmetic that follows. Times are seconds.
 * Sources, read 2026-11-22: docs.aws.amazon.com/elasticloadbalancing/latest/network/update-idle-timeout.html (350 fixed for
 * TLS, 60 to 6000 for TCP), .../network/describe-ssl-policies.html, .../application (idle 1 to 4000); github.com/kubernetes-sigs/
 * aws-load-balancer-controller issues 2366 and 1834, aws/containers-roadmap issue 470 (two minutes of new connections after
 * deregistration whatever the delay; minutes until a new target is served). Propagation is measured by others, not by us.
 */
export const LOAD_BALANCERS = {
  network: { tlsIdle: 350, tcpIdle: { min: 60, max: 6000 } },
  application: { idle: { max: 4000 } },
  deregistrationDelayMax: 3600,
  /** A target that was taken out still gets new connections for this long: two minutes, and some for the controller. */
  leaving: 150,
  /** A target that was put in gets none before. */
  joining: 180,
} as const;

/** TLS 1.2 and 1.3, forward secrecy, post-quantum key exchange where the client can: AWS's recommendation. */
export const TLS_POLICY = "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09";

/** Between the end of one side's patience and the other's, so that the right side hangs up. */
const MARGIN = 10;

export type LoadBalancerKind = keyof Pick<typeof LOAD_BALANCERS, "network" | "application">;

interface Traffic {
  webFirewall: boolean;
  hostedZoneId?: string;
  certificates: Readonly<Record<string, string>>;
  tlsSecret?: string;
}

/** WAF belongs to application load balancers only. */
export const loadBalancerKind = ({ webFirewall }: Pick<Traffic, "webFirewall">): LoadBalancerKind =>
  webFirewall ? "application" : "network";

/** Whether a region's load balancers end TLS: with a certificate that was given, or one that the zone proves. */
export const endsTls = (
  region: string,
  { hostedZoneId, certificates, tlsSecret }: Omit<Traffic, "webFirewall">,
): boolean => tlsSecret === undefined && (hostedZoneId !== undefined || certificates[region] !== undefined);

/** Whether clients of a region talk TLS, to its load balancers or through them to the proxies. */
export const isEncrypted = (region: string, traffic: Omit<Traffic, "webFirewall">): boolean =>
  traffic.tlsSecret !== undefined || endsTls(region, traffic);

/** The port that clients use. */
export const entrancePort = (region: string, traffic: Omit<Traffic, "webFirewall"> & { port: number }): number =>
  isEncrypted(region, traffic) ? 443 : traffic.port;

export interface EntranceTimes {
  /** How long a connection without a byte is kept by the load balancer. */
  idle: number;
  /** The same in the proxy. */
  proxyIdle: number;
  /** How long a leaving proxy still takes new connections. */
  leaving: number;
  /** From a proxy's leaving to the end of its longest stream: both the proxy's patience and the deregistration delay. */
  drain: number;
}

/**
 * A network load balancer forgets a connection and tells nobody, so the proxy must hang up first. An application load
 * balancer keeps connections to reuse them, so it must be the one that hangs up, or a request meets a closed door (502).
 */
export function entranceTimes(
  kind: LoadBalancerKind,
  endsTls: boolean,
  streamIdle: number,
  drains: readonly DrainSeconds[],
): EntranceTimes {
  const leaving = Math.max(LOAD_BALANCERS.leaving, ...drains.map(({ propagationSeconds }) => propagationSeconds));
  const drain = longestDrain(leaving, drains);
  if (kind === "application") {
    const idle = Math.min(LOAD_BALANCERS.application.idle.max, streamIdle + 6 * MARGIN);
    return { idle, proxyIdle: idle + MARGIN, leaving, drain };
  }
  const { tlsIdle } = LOAD_BALANCERS.network;
  const idle = endsTls ? tlsIdle : Math.max(tlsIdle, streamIdle + MARGIN);
  return { idle, proxyIdle: idle - MARGIN, leaving, drain };
}

/** Global Accelerator's own, unchangeable: everlive.net citing AWS, read 2026-11-22; not seen in AWS's own words. */
const ACCELERATOR_IDLE = 340;

/** The longest silence in a stream that everything on the way outlasts. */
export function longestSilence(kind: LoadBalancerKind, endsTls: boolean, accelerated = false): number {
  const { network, application } = LOAD_BALANCERS;
  const balancer = kind === "application" ? application.idle.max : endsTls ? network.tlsIdle : network.tcpIdle.max;
  return (accelerated ? Math.min(balancer, ACCELERATOR_IDLE) : balancer) - MARGIN;
}

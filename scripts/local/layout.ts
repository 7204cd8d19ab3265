import { join } from "node:path";

/** Version of every Kubernetes part; the same as in tools/kubernetes/go.mod (a test compares them). */
export const KUBERNETES_VERSION = "v1.34.2";

/** Addresses and names of one checkout's platform; all follow from its slot, so two checkouts never share one. */
export interface Addresses {
  /** 0–63, unique per machine while the platform exists. */
  slot: number;
  /** The host's end of the cable into the node. */
  hostLink: string;
  hostAddress: string;
  nodeAddress: string;
  linkPrefix: 24;
  podCidr: string;
  serviceCidr: string;
  apiServiceAddress: string;
  dnsAddress: string;
  /** Below every cgroup hierarchy; the kubelet makes all pods' groups in it. */
  cgroup: string;
  /** Where the host reaches the gateway: 127.0.0.1:<hostPort>. */
  hostPort: number;
  nodeName: string;
}

export const SLOTS = 64;
const FIRST_HOST_PORT = 18_080;

export function addressesOf(slot: number): Addresses {
  return {
    slot,
    hostLink: `homeport${slot}`,
    hostAddress: `10.213.${slot}.254`,
    nodeAddress: `10.213.${slot}.1`,
    linkPrefix: 24,
    podCidr: `10.214.${slot}.0/24`,
    serviceCidr: `10.215.${slot}.0/24`,
    apiServiceAddress: `10.215.${slot}.1`,
    dnsAddress: `10.215.${slot}.10`,
    cgroup: `homeport-${slot}`,
    hostPort: FIRST_HOST_PORT + slot,
    nodeName: "local",
  };
}

/** Every file of one checkout's platform; all below its `.homeport/local`. */
export interface Places {
  root: string;
  slotFile: string;
  pki: string;
  config: string;
  logs: string;
  etcd: string;
  s3: string;
  /** What the node sees as /var/lib: kubelet, containerd, cni, homeport. */
  varLib: string;
  podLogs: string;
  kubeconfig: string;
  secrets: string;
}

export function placesOf(checkout: string): Places {
  const root = join(checkout, ".homeport", "local");
  const below = (name: string): string => join(root, name);
  return {
    root,
    slotFile: below("slot.json"),
    pki: below("pki"),
    config: below("config"),
    logs: below("logs"),
    etcd: below("etcd"),
    s3: below("s3"),
    varLib: below("var-lib"),
    podLogs: below("pod-logs"),
    kubeconfig: below("kubeconfig"),
    secrets: below("secrets.json"),
  };
}

/** Ports inside the node's own network namespace, so they need not differ between checkouts. */
export const NODE_PORTS = { api: 6443, etcd: 2379, etcdPeer: 2380, s3: 7070 } as const;

/** The stack that the platform serves. */
export const LOCAL_STACK = "local";

/** What the configuration takes for a bucket outside AWS, and what most such servers call themselves. */
export const STORE_REGION = "us-east-1";

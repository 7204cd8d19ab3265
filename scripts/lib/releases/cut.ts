import { NAMESPACES, PORTS } from "../../../infra/core/names";
import { shortId } from "../../../infra/core/release";
import type { Kubectl } from "../kubectl";

const IN_FLIGHT = /^homeport_guard_in_flight(?:\{[^}]*\})? (\d+)/gm;

/** Ends what still runs on a release in one region, by killing its pods; answers with the number of streams cut. */
export async function cutStreams(cluster: Kubectl, model: string, id: string): Promise<number> {
  const selector = `homeport.dev/model=${model},homeport.dev/release=${shortId(id)}`;
  const pods = await cluster.list("pods", NAMESPACES.models, selector);
  const running = await Promise.all(pods.map((pod) => inFlight(cluster, pod.metadata.name)));
  await cluster.killPods(NAMESPACES.models, selector);
  return running.reduce((sum, count) => sum + count, 0);
}

async function inFlight(cluster: Kubectl, pod: string): Promise<number> {
  try {
    const metrics = await cluster.podGet(NAMESPACES.models, pod, PORTS.metrics, "/metrics");
    return [...metrics.matchAll(IN_FLIGHT)].reduce((sum, [, count]) => sum + Number(count), 0);
  } catch {
    return 0; // a guard that does not answer holds no stream that could be counted
  }
}

import { z } from "zod";
import { OperationError } from "../../infra/core/errors";
import { ANNOTATIONS, NAMESPACES } from "../../infra/core/names";
import { poll } from "../local/command";
import { kubectl } from "../local/kubectl-run";

const Metadata = z.looseObject({
  name: z.string(),
  uid: z.string(),
  labels: z.record(z.string(), z.string()).default({}),
  annotations: z.record(z.string(), z.string()).default({}),
  deletionTimestamp: z.string().optional(),
});
const Route = z.looseObject({
  metadata: Metadata,
  spec: z.looseObject({
    rules: z.array(z.looseObject({ matches: z.array(z.looseObject({ path: z.object({ value: z.string() }) })) })),
  }),
});
export type Route = z.infer<typeof Route>;
const Pod = z.looseObject({
  metadata: Metadata,
  status: z.looseObject({
    conditions: z.array(z.object({ type: z.string(), status: z.string() })).default([]),
  }),
});
type Pod = z.infer<typeof Pod>;
export const Deployment = z.looseObject({ metadata: Metadata, spec: z.looseObject({ replicas: z.number() }) });

/** Label of everything that Envoy Gateway makes for a Gateway. */
const PROXY = "gateway.envoyproxy.io/owning-gateway-name";
/** Each question is a process of its own on the machine under test. */
const POLL_MS = 2500;
const CHAT = "/chat/completions";

/** What the benches ask of the local platform's cluster and do to it. */
export class BenchCluster {
  constructor(readonly kubeconfig: string) {}

  run(args: readonly string[], input?: string): Promise<string> {
    return kubectl(this.kubeconfig, args, input);
  }

  private async list<T>(kind: string, selector: string, item: z.ZodType<T>): Promise<T[]> {
    const text = await this.run(["get", kind, "-n", NAMESPACES.models, "-l", selector, "-o", "json"]);
    return z.object({ items: z.array(item) }).parse(JSON.parse(text)).items;
  }

  /** The first route of a model. */
  async route(model: string): Promise<Route> {
    const [route] = await this.list("httproutes", `homeport.dev/model=${model}`, Route);
    if (!route) throw new OperationError(`no route serves ${model}`, "homeport local up applies the stack");
    return route;
  }

  /** The route's generation, which every promote and rollback raises. */
  async generation(model: string): Promise<number> {
    return Number((await this.route(model)).metadata.annotations[ANNOTATIONS.generation]);
  }

  /** Base path of a route's API, without the trailing slash: `/p/app/m/chat/v1`. */
  static basePath(route: Route): string {
    const paths = route.spec.rules.flatMap((rule) => rule.matches.map((match) => match.path.value));
    const chat = paths.find((path) => path.endsWith(CHAT));
    if (chat === undefined)
      throw new OperationError(`route ${route.metadata.name} serves no chat`, "look at its rules");
    return chat.slice(0, -CHAT.length);
  }

  /** Deployment of a release (`r-…`) of a model. */
  async deployment(model: string, release: string) {
    const found = await this.list(
      "deployments",
      `homeport.dev/model=${model},homeport.dev/release=${release}`,
      Deployment,
    );
    if (found.length === 0)
      throw new OperationError(`${release} of ${model} does not run`, "stage it in the stack file");
    return found[0]!;
  }

  /** Pods of a Deployment that are not on their way out, by UID. */
  async pods(selector: string): Promise<Map<string, { name: string; ready: boolean }>> {
    const pods = await this.list("pods", selector, Pod);
    const staying = pods.filter((pod) => pod.metadata.deletionTimestamp === undefined);
    return new Map(staying.map((pod) => [pod.metadata.uid, { name: pod.metadata.name, ready: isReady(pod) }]));
  }

  /** Waits until exactly `count` pods are there and ready, and `when` holds of their UIDs. */
  async settle(
    selector: string,
    count: number,
    seconds: number,
    when: (uids: Set<string>) => boolean = () => true,
  ): Promise<Set<string>> {
    const ready = async (): Promise<Set<string> | undefined> => {
      const pods = await this.pods(selector);
      const uids = new Set(pods.keys());
      return uids.size === count && [...pods.values()].every((pod) => pod.ready) && when(uids) ? uids : undefined;
    };
    const uids = await poll(ready, seconds * 1000, POLL_MS);
    if (!uids) throw new OperationError(`pods (${selector}) are not ready after ${seconds} s`, "homeport local status");
    return uids;
  }

  /** Address of the first pod that a selector finds. */
  async podAddress(namespace: string, selector: string): Promise<string> {
    return this.run(["get", "pods", "-n", namespace, "-l", selector, "-o", "jsonpath={.items[0].status.podIP}"]);
  }

  /** Base URL of the first Gateway's proxy pod, at its own port: `http://10.214.0.9:10080`. */
  async proxy(): Promise<string> {
    const address = await this.podAddress(NAMESPACES.envoyGateway, PROXY);
    const port = ".items[0].spec.ports[0].targetPort";
    const service = ["get", "services", "-n", NAMESPACES.envoyGateway, "-l", PROXY, "-o", `jsonpath={${port}}`];
    return `http://${address}:${await this.run(service)}`;
  }

  /** Requests that the gateway sent a second time, since its proxies started; retries must not hide in the count. */
  async gatewayRetries(): Promise<number> {
    const text = await this.run(["get", "pods", "-n", NAMESPACES.envoyGateway, "-l", PROXY, "-o", "name"]);
    const stats = await Promise.all(
      text
        .split("\n")
        .filter(Boolean)
        .map((pod) => {
          const path = `/api/v1/namespaces/${NAMESPACES.envoyGateway}/pods/${pod.replace("pod/", "")}:19001/proxy`;
          return this.run(["get", "--raw", `${path}/stats/prometheus?usedonly&filter=upstream_rq_retry$`]);
        }),
    );
    return stats
      .flatMap((page) => [...page.matchAll(/^envoy_cluster_upstream_rq_retry\{[^}]*\} (\d+)/gm)])
      .reduce((sum, [, count]) => sum + Number(count), 0);
  }
}

const isReady = (pod: Pod): boolean => pod.status.conditions.some((c) => c.type === "Ready" && c.status === "True");

/** Pods of a release's Deployment. */
export const podsOf = (model: string, release: string): string =>
  `homeport.dev/model=${model},homeport.dev/release=${release}`;

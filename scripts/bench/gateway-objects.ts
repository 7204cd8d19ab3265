import { buildSync } from "esbuild";
import { z } from "zod";
import { GuardConfig } from "../../infra/core/agent-config";
import { PORTS } from "../../infra/core/names";
import type { Deployment, Route } from "./cluster";

/** Name of everything that the gateway bench makes, and the first part of its paths. */
export const BENCH = "bench-gateway";

/** Ways to the stub: `envoy` has a key check only, `guard` has every policy of a Homeport route and the guard. */
const WAYS = { envoy: PORTS.engine, guard: PORTS.serve } as const;
export type Way = keyof typeof WAYS;

const AgentContainer = z.looseObject({
  name: z.string(),
  image: z.string(),
  env: z.array(z.object({ name: z.string(), value: z.string().optional() })).optional(),
  securityContext: z.unknown(),
});
const PodTemplate = z.looseObject({
  spec: z.looseObject({ initContainers: z.array(AgentContainer), securityContext: z.unknown() }),
});

/** A pod with the stub and a guard set up as the live release's, and a route to each. */
export function gatewayObjects(
  deployment: z.infer<typeof Deployment>,
  route: Route,
  keys: string,
  bodyKiB: number,
): object[] {
  const { spec } = PodTemplate.parse(deployment.spec.template);
  const guard = spec.initContainers.find(({ name }) => name === "guard")!;
  const settings = guard.env?.find(({ name }) => name === "AGENT_CONFIG")?.value ?? "";
  const config = GuardConfig.parse(JSON.parse(settings));
  const labels = { "app.kubernetes.io/name": BENCH };
  const metadata = { name: BENCH, namespace: deployment.metadata.namespace, labels };
  const container = { image: guard.image, imagePullPolicy: "IfNotPresent", securityContext: guard.securityContext };
  return [
    {
      apiVersion: "v1",
      kind: "Pod",
      metadata,
      spec: {
        automountServiceAccountToken: false,
        terminationGracePeriodSeconds: 1,
        securityContext: spec.securityContext,
        containers: [
          { ...container, name: "stub", command: ["/usr/bin/node", "-e", stubSource()] },
          {
            ...container,
            name: "guard",
            args: ["guard"],
            env: [{ name: "AGENT_CONFIG", value: JSON.stringify(config) }],
            readinessProbe: { httpGet: { path: "/ready", port: config.ports.admin }, periodSeconds: 1 },
          },
        ],
      },
    },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata,
      spec: { selector: labels, ports: Object.entries(WAYS).map(([name, port]) => ({ name, port })) },
    },
    ...(Object.keys(WAYS) as Way[]).flatMap((way) => routeObjects(way, metadata, route, keys)),
    {
      apiVersion: "gateway.envoyproxy.io/v1alpha1",
      kind: "BackendTrafficPolicy",
      metadata: { ...metadata, name: `${BENCH}-guard` },
      spec: {
        targetRefs: [{ group: "gateway.networking.k8s.io", kind: "HTTPRoute", name: `${BENCH}-guard` }],
        mergeType: "StrategicMerge",
        requestBuffer: { limit: `${bodyKiB}Ki` },
      },
    },
  ];
}

export const pathOf = (way: Way): string => `/${BENCH}/${way}/v1/chat/completions`;

function routeObjects(way: Way, metadata: object, route: Route, keys: string): object[] {
  const name = `${BENCH}-${way}`;
  const rewrite = { type: "ReplaceFullPath", replaceFullPath: "/v1/chat/completions" };
  return [
    {
      apiVersion: "gateway.networking.k8s.io/v1",
      kind: "HTTPRoute",
      metadata: { ...metadata, name },
      spec: {
        parentRefs: route.spec.parentRefs,
        rules: [
          {
            matches: [{ path: { type: "Exact", value: pathOf(way) }, method: "POST" }],
            filters: [{ type: "URLRewrite", urlRewrite: { path: rewrite } }],
            timeouts: { request: "0s" },
            backendRefs: [{ kind: "Service", name: BENCH, port: WAYS[way] }],
          },
        ],
      },
    },
    {
      apiVersion: "gateway.envoyproxy.io/v1alpha1",
      kind: "SecurityPolicy",
      metadata: { ...metadata, name },
      spec: {
        targetRefs: [{ group: "gateway.networking.k8s.io", kind: "HTTPRoute", name }],
        apiKeyAuth: {
          credentialRefs: [{ kind: "Secret", name: keys }],
          extractFrom: [{ headers: ["Authorization"] }],
          forwardClientIDHeader: "x-homeport-client",
          sanitize: true,
        },
      },
    },
  ];
}

/** The stub as one script that needs nothing beside Node. */
export function stubSource(): string {
  const built = buildSync({
    entryPoints: [require.resolve("./stub-engine")],
    bundle: true,
    minify: true,
    platform: "node",
    write: false,
  });
  return built.outputFiles[0]!.text;
}

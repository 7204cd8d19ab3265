import type { z } from "zod";
import { PORTS } from "../../infra/core/names";
import type { Deployment, Route } from "./cluster";

/** Name of everything that the control run makes. */
export const UNGUARDED = "bench-unguarded";

/** The entries of an object but those. */
const without = (value: object, keys: readonly string[]): object =>
  Object.fromEntries(Object.entries(value).filter(([key]) => !keys.includes(key)));

interface PodSpec {
  containers: { args: string[] }[];
}

/**
 * The live release once more, as it would run without Homeport's protection: no guard, no preStop, no shutdown
 * time-out, Kubernetes' own grace period, readiness from vLLM's /health; behind the same gateway and key.
 */
export function unguardedObjects(
  deployment: z.infer<typeof Deployment>,
  route: Route,
  policy: string,
  keys: string,
): object[] {
  const labels = { "app.kubernetes.io/name": UNGUARDED };
  const metadata = { name: UNGUARDED, namespace: deployment.metadata.namespace, labels };
  const { spec: guarded } = deployment.spec.template as { spec: PodSpec };
  const pod = without(guarded, ["initContainers", "terminationGracePeriodSeconds", "topologySpreadConstraints"]);
  const engine = guarded.containers[0]!;
  const bare = without(engine, ["lifecycle", "livenessProbe"]);
  const health = { httpGet: { path: "/health", port: PORTS.engine }, periodSeconds: 2, timeoutSeconds: 2 };
  const container = {
    ...bare,
    args: [
      ...engine.args.filter((arg) => !/^--(host|shutdown-timeout)=/.test(arg)),
      // Without a guard beside it the engine itself must be reachable.
      "--host=0.0.0.0",
    ],
    ports: [{ name: "serve", containerPort: PORTS.engine }],
    startupProbe: { ...health, failureThreshold: 300 },
    readinessProbe: health,
    // It runs beside the guarded pods, which have asked for most of a small machine's processors.
    resources: { requests: { cpu: "10m" } },
  };
  const path = `/${UNGUARDED}/v1/chat/completions`;
  return [
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata,
      spec: {
        replicas: 2,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { ...pod, containers: [container] } },
      },
    },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata,
      spec: { selector: labels, ports: [{ name: "http", port: PORTS.engine, targetPort: "serve" }] },
    },
    {
      apiVersion: "gateway.networking.k8s.io/v1",
      kind: "HTTPRoute",
      metadata,
      spec: {
        parentRefs: route.spec.parentRefs,
        rules: [
          {
            matches: [{ path: { type: "Exact", value: path }, method: "POST" }],
            filters: [
              {
                type: "URLRewrite",
                urlRewrite: { path: { type: "ReplaceFullPath", replaceFullPath: "/v1/chat/completions" } },
              },
            ],
            timeouts: { request: "0s" },
            backendRefs: [{ kind: "Service", name: UNGUARDED, port: PORTS.engine }],
          },
        ],
      },
    },
    {
      apiVersion: "gateway.envoyproxy.io/v1alpha1",
      kind: "SecurityPolicy",
      metadata: { ...metadata, labels: { ...labels, "homeport.dev/policy": policy } },
      spec: {
        targetRefs: [{ group: "gateway.networking.k8s.io", kind: "HTTPRoute", name: UNGUARDED }],
        apiKeyAuth: {
          credentialRefs: [{ kind: "Secret", name: keys }],
          extractFrom: [{ headers: ["Authorization"] }],
          sanitize: true,
        },
      },
    },
  ];
}

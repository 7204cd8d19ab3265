import type { KubernetesObject } from "../../infra/core/kubernetes-object";
import { NAMESPACES, PORTS } from "../../infra/core/names";

/** Answers every request with the name of its release; what routes do needs no model. */
const SERVER = `require("node:http").createServer((request, response) => {
  request.resume();
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify({ release: process.env.RELEASE }));
}).listen(${PORTS.serve})`;

/** A Deployment and its Service in place of a release: real pods behind the real gateway, started within a second. */
export function standIn(name: string, model: string, release: string, image: string): KubernetesObject[] {
  const labels = { "homeport.dev/model": model, "homeport.dev/stand-in": name };
  const metadata = { name, namespace: NAMESPACES.models, labels };
  const container = {
    name: "stand-in",
    image,
    command: ["/usr/bin/node", "-e", SERVER],
    env: [{ name: "RELEASE", value: release }],
    ports: [{ containerPort: PORTS.serve }],
    readinessProbe: { httpGet: { path: "/", port: PORTS.serve }, periodSeconds: 1 },
    resources: { requests: { cpu: "10m", memory: "48Mi" } },
    securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] } },
  };
  const pod = {
    automountServiceAccountToken: false,
    terminationGracePeriodSeconds: 1,
    securityContext: { runAsNonRoot: true, runAsUser: 65532, seccompProfile: { type: "RuntimeDefault" } },
    containers: [container],
  };
  return [
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata,
      spec: { replicas: 1, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: pod } },
    },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata,
      spec: { selector: labels, ports: [{ name: "serve", port: PORTS.serve }] },
    },
  ];
}

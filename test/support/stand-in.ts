import type { KubernetesObject } from "../../infra/core/kubernetes-object";
import { NAMESPACES, PORTS } from "../../infra/core/names";

/**
 * Answers every request with the name of its release and what arrived; `{"slow": N}` in the body makes it a stream of N
 * seconds. What routes do needs no model.
 */
const SERVER = `require("node:http").createServer((request, response) => {
  let body = "";
  request.on("data", (chunk) => { body += chunk; });
  request.on("end", async () => {
    const { url, headers } = request;
    const slow = Number((/"slow":([0-9]+)/.exec(body) || [])[1] || 0);
    response.setHeader("content-type", slow ? "text/event-stream" : "application/json");
    for (let second = 0; second < slow; second++) {
      response.write("data: " + second + "\\n\\n");
      await new Promise((done) => setTimeout(done, 1000));
    }
    response.end(slow ? "data: [DONE]\\n\\n" : JSON.stringify({ release: process.env.RELEASE, url, headers }));
  });
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

import { GuardConfig } from "../../infra/core/agent-config";
import type { Route } from "../../scripts/bench/cluster";

/** A Deployment and a route as the API server hands them out, with what the benches read. */
const guard = GuardConfig.parse({
  model: "chat",
  releaseName: "r1",
  releaseId: `sha256:${"1".repeat(64)}`,
  variant: "cpu",
  ports: { serve: 8080, admin: 8081, metrics: 8082 },
  engineUrl: "http://127.0.0.1:8000",
  limits: { bodyBytes: 1 << 20, maxModelLen: 2048, maxTokens: 1024, maxInFlight: 64, bufferBytes: 96 << 20 },
  drain: { propagationSeconds: 8, streamSeconds: 60 },
  watch: { intervalSeconds: 5, unreadyAfterSeconds: 20, restartAfterSeconds: 80 },
});

export const liveDeployment = {
  metadata: { name: "chat-r-1111111111-cpu", namespace: "homeport-models", uid: "u", labels: {}, annotations: {} },
  spec: {
    replicas: 2,
    template: {
      spec: {
        terminationGracePeriodSeconds: 78,
        topologySpreadConstraints: [],
        securityContext: { runAsNonRoot: true },
        initContainers: [
          { name: "wait-weights", image: "agent", securityContext: {} },
          {
            name: "guard",
            image: "agent",
            securityContext: {},
            env: [{ name: "AGENT_CONFIG", value: JSON.stringify(guard) }],
          },
        ],
        containers: [
          {
            name: "engine",
            image: "engine",
            args: ["/model", "--host=127.0.0.1", "--port=8000", "--shutdown-timeout=60", "--dtype=float32"],
            lifecycle: { preStop: { httpGet: { path: "/drain", port: 8081 } } },
            livenessProbe: { httpGet: { path: "/live", port: 8081 } },
            readinessProbe: { httpGet: { path: "/ready", port: 8081 } },
          },
        ],
      },
    },
  },
};

export const liveRoute: Route = {
  metadata: { name: "app-chat", uid: "r", labels: {}, annotations: {} },
  spec: {
    parentRefs: [{ name: "homeport-internal", namespace: "homeport-edge" }],
    rules: [{ matches: [{ path: { value: "/p/app/m/chat/v1/chat/completions" } }] }],
  },
};

import { existsSync } from "node:fs";
import { join } from "node:path";
import { CHARTS } from "../../infra/core/helm-template";
import { NAMESPACES } from "../../infra/core/names";
import { toolBinary } from "../../infra/core/tool-binaries";
import { withApiServer } from "../../scripts/lib/validate/api-server";
import { teachCustomKinds } from "../../scripts/lib/validate/validate";
import { run } from "../../scripts/local/command";
import { buildGoModule } from "../../scripts/local/toolchain";

jest.setTimeout(900_000);

/** Proves that a plain `helm install` is accepted and stored; that its pods run is the local platform's to show. */
it("each chart installs with plain helm on a cluster that has only the custom kinds", async () => {
  await buildGoModule("kubernetes");
  await buildGoModule("envoy-gateway");
  const installed = await withApiServer(async (kubeconfig) => {
    const helm = (...args: string[]) => run(toolBinary("helm"), ["--kubeconfig", kubeconfig, ...args]);
    const kubectl = (...args: string[]) => run(toolBinary("kubectl"), ["--kubeconfig", kubeconfig, ...args]);
    await teachCustomKinds(kubeconfig);
    for (const namespace of [
      NAMESPACES.edge,
      NAMESPACES.models,
      NAMESPACES.node,
      NAMESPACES.monitoring,
      NAMESPACES.envoyGateway,
    ])
      await kubectl("create", "namespace", namespace);
    for (const [chart, namespace] of [
      ["edge", NAMESPACES.edge],
      ["node-cache", NAMESPACES.node],
      ["vllm", NAMESPACES.models],
      ["gateway", NAMESPACES.models],
      ["monitoring", NAMESPACES.monitoring],
    ] as const) {
      const example = join(CHARTS, chart, "ci/example-values.yaml");
      const values = existsSync(example) ? ["--values", example] : [];
      await helm("install", chart, join(CHARTS, chart), "--namespace", namespace, ...values);
    }
    const kinds =
      "gateways,httproutes,securitypolicies,deployments,daemonsets,statefulsets,validatingadmissionpolicies,pv";
    return (await kubectl("get", kinds, "--all-namespaces", "--output=name")).trim().split("\n").sort();
  });
  expect(installed).toEqual([
    "daemonset.apps/node-cache",
    "daemonset.apps/node-exporter",
    "deployment.apps/alertmanager",
    "deployment.apps/chat-r-0123456789-a100x2",
    "deployment.apps/kube-state-metrics",
    "gateway.gateway.networking.k8s.io/homeport-internal",
    "httproute.gateway.networking.k8s.io/app-chat",
    "httproute.gateway.networking.k8s.io/chat.ready.internal",
    "httproute.gateway.networking.k8s.io/homeport-internal-closed",
    "persistentvolume/homeport-weights",
    "securitypolicy.gateway.envoyproxy.io/app-chat",
    "securitypolicy.gateway.envoyproxy.io/chat.ready.internal",
    "securitypolicy.gateway.envoyproxy.io/homeport-internal-deny-all",
    "statefulset.apps/prometheus",
    "validatingadmissionpolicy.admissionregistration.k8s.io/homeport-route-generation",
  ]);
});

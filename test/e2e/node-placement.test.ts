import { NAMESPACES } from "../../infra/core/names";
import { kubectl, kubectlWith, until } from "../support/local-platform";

/**
 * A second node joins the cluster: an object without a machine behind it, tainted as GPU nodes are. Enough to see where
 * the scheduler puts things; nothing runs there.
 */
jest.setTimeout(180_000);

const NAME = "e2e-second-node";
const TYPE = { apiVersion: "v1", kind: "Node", metadata: { name: NAME } };
const resources = { cpu: "8", memory: "64Gi", pods: "20", "ephemeral-storage": "100Gi" };

const apply = (object: object, ...flags: string[]): string =>
  kubectlWith(JSON.stringify(object), "apply", "--server-side", "--field-manager=e2e", ...flags, "-f", "-");

const podsThere = (namespace: string): string[] =>
  kubectl("get", "pods", "-n", namespace, `--field-selector=spec.nodeName=${NAME}`, "--output=name")
    .split("\n")
    .filter(Boolean);

beforeAll(() => {
  const labels = { "kubernetes.io/hostname": NAME, "kubernetes.io/os": "linux" };
  const taints = [{ key: "nvidia.com/gpu", value: "true", effect: "NoSchedule" }];
  apply({ ...TYPE, metadata: { name: NAME, labels }, spec: { taints } });
  apply({ ...TYPE, status: { capacity: resources, allocatable: resources } }, "--subresource=status");
});

afterAll(() => {
  kubectl("delete", "node", NAME);
  // No kubelet will ever confirm their end.
  for (const pod of podsThere(NAMESPACES.node))
    kubectl("delete", pod, "-n", NAMESPACES.node, "--force", "--grace-period=0", "--ignore-not-found");
});

it("every node gets its own cache, GPU nodes too; nothing of the models goes to a node without a pool's engine", async () => {
  await until("the new node's cache is placed", 60, () => podsThere(NAMESPACES.node).length === 1);
  expect(podsThere(NAMESPACES.node)[0]).toMatch(/^pod\/node-cache-/);
  expect(podsThere(NAMESPACES.models)).toEqual([]);
  expect(podsThere(NAMESPACES.envoyGateway)).toEqual([]);
  const perNode = JSON.parse(kubectl("get", "daemonset", "node-cache", "-n", NAMESPACES.node, "--output=json"));
  expect(perNode.status.desiredNumberScheduled).toBe(2);
});

it("engines on another node find that node's weights: the volume is bound to no node", () => {
  const { spec } = JSON.parse(kubectl("get", "persistentvolume", "homeport-weights", "--output=json"));
  expect(spec.nodeAffinity).toBeUndefined();
  expect(spec.hostPath.path).toBe("/var/lib/homeport/weights");
});

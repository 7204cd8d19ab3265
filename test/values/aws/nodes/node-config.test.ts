import { parse } from "yaml";
import { userData } from "../../../../infra/values/aws/nodes/node-config";

/** As cloud-init and nodeadm read it: MIME parts, then YAML. */
function parts(encoded: string): { type: string; body: string }[] {
  const text = Buffer.from(encoded, "base64").toString("utf8");
  const [head = "", ...rest] = text.split("\n\n");
  expect(head).toMatch(/^MIME-Version: 1.0\n/);
  const [, boundary] = /^Content-Type: multipart\/mixed; boundary="(.+)"$/m.exec(head) ?? [];
  const sections = rest.join("\n\n").split(new RegExp(`^--${boundary}(?:--)?\n`, "m"));
  expect(sections[0]).toBe("");
  expect(sections.at(-1)).toBe("");
  return sections.slice(1, -1).map((section) => {
    const [header = "", ...body] = section.split("\n\n");
    return { type: header.replace(/^Content-Type: /, ""), body: body.join("\n\n") };
  });
}

const configOf = (settings: Parameters<typeof userData>[0]) => {
  const [part, ...others] = parts(userData(settings));
  expect(others).toEqual([]);
  expect(part?.type).toBe("application/node.eks.aws");
  return parse(part?.body ?? "");
};

it("makes one disk of a GPU node's drives, and leaves the cluster to EKS", () => {
  expect(configOf({ gpu: true, graceSeconds: 200 })).toEqual({
    apiVersion: "node.eks.aws/v1alpha1",
    kind: "NodeConfig",
    spec: {
      instance: { localStorage: { strategy: "RAID0" } },
      featureGates: { FastImagePull: true },
      kubelet: {
        config: {
          maxPods: 50,
          imageGCHighThresholdPercent: 90,
          imageGCLowThresholdPercent: 85,
          evictionHard: {
            "memory.available": "1Gi",
            "nodefs.available": "5%",
            "nodefs.inodesFree": "5%",
            "imagefs.available": "5%",
          },
          shutdownGracePeriod: "230s",
          shutdownGracePeriodCriticalPods: "30s",
        },
      },
    },
  });
});

it("touches no disk of a CPU node, and lets EKS count its pods", () => {
  const { spec } = configOf({ gpu: false, graceSeconds: 60 });
  expect(Object.keys(spec)).toEqual(["kubelet"]);
  expect(spec.kubelet.config).not.toHaveProperty("maxPods");
});

it("takes images away before pods would have to go", () => {
  const { imageGCHighThresholdPercent, evictionHard } = configOf({ gpu: true, graceSeconds: 60 }).spec.kubelet.config;
  expect(imageGCHighThresholdPercent).toBeLessThan(100 - Number.parseInt(evictionHard["nodefs.available"], 10));
});

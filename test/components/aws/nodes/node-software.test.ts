import { NodeSoftware } from "../../../../infra/components/aws/nodes/node-software";
import { chartPath, chartReference, readVersions } from "../../../../infra/values/versions";
import { awsCell, registered, type Sections } from "../../../support/aws-cell";
import type { Plan } from "../../../support/plan";

/** Proves what is registered, in which order, and from where it is pulled. */

const software = (sections: Sections = {}): Promise<Plan> =>
  registered((parent) => new NodeSoftware(awsCell(sections), { parent }));

const RELEASE = "kubernetes:helm.sh/v3:Release";
const SMALL = {
  pools: { small: { instanceType: "g6e.2xlarge", manager: "karpenter", capacity: ["spot", "on-demand"] } },
};

let base: Plan;
let karpenter: Plan;
beforeAll(async () => {
  base = await software();
  karpenter = await software(SMALL);
});

it("is the same few objects in every cell, and Karpenter only where a pool asks for it", () => {
  expect(base.counts()).toMatchObject({
    "homeport:kubernetes:NodeSoftware": 1,
    "kubernetes:apps/v1:DaemonSet": 2,
    "kubernetes:apps/v1:Deployment": 1,
    [RELEASE]: 1,
  });
  expect(base.only(RELEASE).inputs).toMatchObject({ name: "aws-load-balancer-controller", version: "3.5.0" });
  expect(karpenter.counts()).toMatchObject({ [RELEASE]: 3, "kubernetes:karpenter.sh/v1:NodePool": 2 });
});

it("pulls every image from the account's own registry, by digest", () => {
  const text = JSON.stringify(karpenter.resources.map(({ inputs }) => inputs));
  const { images } = readVersions();
  const used = ["nvidia-device-plugin", "dcgm-exporter", "cluster-autoscaler-1.34", "karpenter"] as const;
  for (const name of used) {
    const [repository, digest] = images[name].split("@");
    expect(text).toContain(`123456789012.dkr.ecr.us-east-1.amazonaws.com/homeport/${repository}`);
    expect(text).toContain(digest);
    expect(text).not.toContain(`"${images[name]}"`);
  }
});

it("takes the autoscaler of the cluster's Kubernetes version", async () => {
  const older = await software({ cluster: { version: "1.33" } });
  const imageOf = (plan: Plan) => JSON.stringify(plan.only("kubernetes:apps/v1:Deployment").inputs);
  const digest = (name: "cluster-autoscaler-1.33" | "cluster-autoscaler-1.34") =>
    readVersions().images[name].split("@")[1];
  expect(imageOf(older)).toContain(digest("cluster-autoscaler-1.33"));
  expect(imageOf(base)).toContain(digest("cluster-autoscaler-1.34"));
});

it("names OCI charts by their digest, which helm holds against the version; a repository's chart has only the version", () => {
  const chartOf = (plan: Plan, name: string) => plan.only(RELEASE, `/${name}`).inputs;
  const { charts } = readVersions();
  for (const name of ["karpenter", "karpenter-crd"] as const)
    expect(chartOf(karpenter, name)).toMatchObject({
      chart: `oci://public.ecr.aws/karpenter/${name}@${charts[name].digest}`,
      version: "1.14.1",
    });
  expect(chartOf(base, "aws-load-balancer-controller")).toMatchObject({
    chart: "aws-load-balancer-controller",
    repositoryOpts: { repo: "https://aws.github.io/eks-charts" },
  });
  expect(chartReference("envoy-gateway", false).chart).toMatch(
    /^oci:\/\/docker\.io\/envoyproxy\/gateway-helm@sha256:91bae9ae/,
  );
});

it("installs the archives of the bundle where the environment is airgapped, and asks no address", async () => {
  const airgapped = await software({ ...SMALL, environment: { airgapped: true } });
  const releases = airgapped.resources.filter(({ type }) => type === RELEASE).map(({ inputs }) => inputs);
  expect(releases.map(({ chart }) => chart).sort()).toEqual([
    "../.homeport/charts/aws-load-balancer-controller-3.5.0.tgz",
    "../.homeport/charts/karpenter-1.14.1.tgz",
    "../.homeport/charts/karpenter-crd-1.14.1.tgz",
  ]);
  for (const { repositoryOpts } of releases) expect(repositoryOpts).toBeUndefined();
  expect(chartReference("envoy-gateway", true)).toEqual({
    chart: chartPath(readVersions().charts["envoy-gateway"]),
    version: "v1.9.1",
  });
});

it("makes Karpenter's kinds before the controller, and its pools after both", () => {
  const [kinds, controller] = ["karpenter-crd", "karpenter"].map((name) => karpenter.only(RELEASE, `/${name}`));
  expect(controller?.dependencies).toContain(kinds?.urn);
  expect(controller?.inputs).toMatchObject({ skipCrds: true });
  const pool = karpenter.only("kubernetes:karpenter.sh/v1:NodePool", "small-spot");
  expect(pool.dependencies).toContain(controller?.urn);
  expect(pool.dependencies).toContain(karpenter.only("kubernetes:karpenter.k8s.aws/v1:EC2NodeClass").urn);
});

it("stops with the tag and what to do where an image has no known digest", async () => {
  const together = awsCell({ pools: { a100: { instanceType: "p4de.24xlarge", multiNode: true } } });
  await expect(registered((parent) => new NodeSoftware(together, { parent }))).rejects.toThrow(
    /images\.efa-device-plugin: .*aws-efa-k8s-device-plugin:v0\.5\.20; an image by its digest.*; ask its registry .*write there "efa-device-plugin": "602401143452\.dkr\.ecr\.us-west-2\.amazonaws\.com\/eks\/aws-efa-k8s-device-plugin@sha256:<64 hex>"/,
  );
});

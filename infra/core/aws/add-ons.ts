import facts from "./add-ons.json";

/** What EKS runs beside our own pods, pinned per Kubernetes version. Dated, with its source, in add-ons.json. */

export type KubernetesVersion = keyof typeof facts.addOns;
export type AddOn = keyof (typeof facts.addOns)["1.34"];
/** The two kinds of node image that are used. */
export type NodeImage = keyof (typeof facts.nodeImages)["1.34"];

/** Versions of every add-on, by its name. */
export const addOnVersions = (kubernetes: KubernetesVersion): Readonly<Record<AddOn, string>> => {
  const rows = Object.entries(facts.addOns[kubernetes]).map(([name, { version }]) => [name, version]);
  return Object.fromEntries(rows) as Record<AddOn, string>;
};

/** `releaseVersion` of a managed node group: kubelet version and date, as `1.34.10-20260903`. */
export const nodeImageRelease = (kubernetes: KubernetesVersion, image: NodeImage): string =>
  facts.nodeImages[kubernetes][image];

/** The name that Amazon gives the image of a release: what preflight looks for. */
export function nodeImageName(kubernetes: KubernetesVersion, image: NodeImage): string {
  const kind = image === "AL2023_x86_64_NVIDIA" ? "nvidia" : "standard";
  const date = nodeImageRelease(kubernetes, image).split("-")[1];
  return `amazon-eks-node-al2023-x86_64-${kind}-${kubernetes}-v${date}`;
}

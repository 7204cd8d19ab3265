import { DescribeImagesCommand, EC2Client } from "@aws-sdk/client-ec2";
import { DescribeAddonVersionsCommand, EKSClient } from "@aws-sdk/client-eks";
import { addOnVersions, nodeImageName } from "../../../infra/core/aws/add-ons";
import type { Place } from "../../../infra/core/aws/names";
import { awsClient } from "../aws/client";
import type { Asked, Check } from "./check";

/** Whether EKS and EC2 still have the versions that are recorded in core/aws/add-ons.json. */

const FIX = "correct infra/core/aws/add-ons.json";

export const addOnCheck = ({ region }: Place, { config }: Asked): Check => ({
  name: `${region} add-ons`,
  look: async () => {
    const { version: kubernetesVersion } = config.cluster;
    const eks = awsClient(EKSClient, { region });
    const pinned = Object.entries(addOnVersions(kubernetesVersion));
    const unknown: string[] = [];
    for (const [addonName, version] of pinned) {
      const { addons = [] } = await eks.send(new DescribeAddonVersionsCommand({ addonName, kubernetesVersion }));
      const versions = addons.flatMap(({ addonVersions = [] }) => addonVersions);
      if (versions.some(({ addonVersion }) => addonVersion === version)) continue;
      const usual = versions.find(({ compatibilities }) => compatibilities?.some((c) => c.defaultVersion));
      unknown.push(`${addonName} ${version} (EKS takes ${usual?.addonVersion ?? "none"})`);
    }
    if (unknown.length === 0) return { found: `EKS has all ${pinned.length} for Kubernetes ${kubernetesVersion}` };
    return { found: `EKS has no ${unknown.join(", ")} for Kubernetes ${kubernetesVersion}`, fix: FIX };
  },
});

export const nodeImageCheck = ({ region }: Place, { config }: Asked): Check => ({
  name: `${region} node images`,
  look: async () => {
    const names = (["AL2023_x86_64_NVIDIA", "AL2023_x86_64_STANDARD"] as const).map((image) =>
      nodeImageName(config.cluster.version, image),
    );
    const ec2 = awsClient(EC2Client, { region });
    const { Images = [] } = await ec2.send(
      new DescribeImagesCommand({ Owners: ["amazon"], Filters: [{ Name: "name", Values: names }] }),
    );
    const missing = names.filter((name) => !Images.some(({ Name }) => Name === name));
    if (missing.length > 0) return { found: `EC2 has no ${missing.join(", ")}`, fix: FIX };
    const leaving = Images.find(({ DeprecationTime = "9" }) => DeprecationTime < new Date().toISOString());
    return { found: `${names.join(", ")}${leaving ? ` (deprecated since ${leaving.DeprecationTime})` : ""}` };
  },
});

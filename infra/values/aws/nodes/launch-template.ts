import type { Rung } from "../../../core/aws/capacity";
import { type NodeSettings, userData } from "./node-config";

/** What a node is before Kubernetes: the plain part of a launch template. No subnet, image or role: EKS sets those. */
export interface TemplateSettings extends NodeSettings {
  instanceType: string;
  rung: Rung;
  tags: Record<string, string>;
}

/** Images and weights lie on the instance store where there is one; this disk holds the system and CPU nodes' images. */
export const ROOT_GIB = 100;

/** What the reserved capacity needs: EC2 gives it only to launches that name it. */
function purchase({ rung, instanceType }: TemplateSettings) {
  if (rung.reserved === undefined) return {};
  const target = {
    capacityReservationSpecification: { capacityReservationTarget: { capacityReservationId: rung.reserved.id } },
  };
  // Only a block's template names the type; with any other it would forbid `instanceTypes` of the node group.
  return rung.capacity === "block"
    ? { ...target, instanceType, instanceMarketOptions: { marketType: "capacity-block" } }
    : target;
}

export const launchTemplate = (settings: TemplateSettings) => ({
  updateDefaultVersion: true,
  ebsOptimized: "true",
  // Hop limit 1: the node's role answers the node, not its pods.
  metadataOptions: {
    httpEndpoint: "enabled",
    httpTokens: "required",
    httpPutResponseHopLimit: 1,
    instanceMetadataTags: "disabled",
  },
  monitoring: { enabled: true },
  blockDeviceMappings: [
    {
      deviceName: "/dev/xvda",
      ebs: {
        encrypted: "true",
        volumeType: "gp3",
        volumeSize: ROOT_GIB,
        iops: 3000,
        throughput: settings.gpu ? 500 : 125,
        deleteOnTermination: "true",
      },
    },
  ],
  ...purchase(settings),
  userData: userData(settings),
  // The provider's default tags reach the template, not what is launched from it.
  tagSpecifications: ["instance", "volume", "network-interface"].map((resourceType) => ({
    resourceType,
    tags: settings.tags,
  })),
});

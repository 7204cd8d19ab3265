import { Schedule } from "@pulumi/aws/autoscaling/schedule";
import { LaunchTemplate } from "@pulumi/aws/ec2/launchTemplate";
import { PlacementGroup } from "@pulumi/aws/ec2/placementGroup";
import { NodeGroup } from "@pulumi/aws/eks/nodeGroup";
import * as pulumi from "@pulumi/pulumi";
import { groupPrefix, type PlannedGroups, type ZoneGroup } from "../../../values/aws/nodes/node-group";
import type { CellOptions } from "../cell";
import type { Cluster } from "../cluster";
import type { NodeRole } from "./node-role";

export interface NodePoolArgs {
  region: string;
  planned: PlannedGroups;
  cluster: Pick<Cluster, "name" | "securityGroupId">;
  role: NodeRole;
  /** By zone id. */
  subnetIds: Readonly<Record<string, pulumi.Output<string>>>;
  /** Only where nodes work together. */
  efaSecurityGroupId?: pulumi.Output<string>;
}

/** One way of getting nodes for one pool: a launch template, and a managed node group per zone. Cost: its nodes, by the hour. */
export class NodePool extends pulumi.ComponentResource {
  /** By zone id. */
  readonly groups: Readonly<Record<string, NodeGroup>>;

  constructor(
    { region, planned, cluster, role, subnetIds, efaSecurityGroupId }: NodePoolArgs,
    { parent, dependsOn = [] }: CellOptions,
  ) {
    const { key, subnetKind, template, group, interfaces, zones } = planned;
    const name = `${region}/${key}`;
    super("homeport:aws:NodePool", name, {}, { parent });

    const together = interfaces.length === 0 ? {} : this.closeTogether(name, `${cluster.name}-${key}`);
    const securityGroups = [cluster.securityGroupId, ...(efaSecurityGroupId === undefined ? [] : [efaSecurityGroupId])];
    const launchTemplate = new LaunchTemplate(
      name,
      {
        ...template,
        ...together,
        namePrefix: `homeport-${key}-`,
        // Without interfaces of its own EKS adds the cluster's security group itself.
        ...(interfaces.length === 0
          ? {}
          : { networkInterfaces: interfaces.map((one) => ({ ...one, securityGroups, deleteOnTermination: "true" })) }),
      },
      { parent: this },
    );
    const groups: Record<string, NodeGroup> = {};
    for (const { zone, scalingConfig, schedule } of zones) {
      // EKS changes one node of a group at a time; one group after the other keeps that true of all of a pool's GPU nodes.
      const before = subnetKind === "gpu" ? Object.values(groups).slice(-1) : [];
      const made = new NodeGroup(
        `${name}/${zone}`,
        {
          ...group,
          scalingConfig,
          clusterName: cluster.name,
          nodeGroupNamePrefix: groupPrefix(key, zone),
          nodeRoleArn: role.arn,
          subnetIds: [zone].flatMap((id) => subnetIds[id] ?? []),
          launchTemplate: {
            id: launchTemplate.id,
            version: launchTemplate.latestVersion.apply((version) => `${version}`),
          },
        },
        {
          parent: this,
          dependsOn: [...role.attachments, ...dependsOn, ...before],
          // The autoscaler's business, between the least and the most.
          ignoreChanges: ["scalingConfig.desiredSize"],
        },
      );
      groups[zone] = made;
      this.switchOff(`${name}/${zone}`, made, schedule);
    }
    this.groups = groups;
    this.registerOutputs();
  }

  /** Near each other in one zone: a replica of several nodes waits for the slowest link. */
  private closeTogether(name: string, groupName: string) {
    const group = new PlacementGroup(name, { name: groupName, strategy: "cluster" }, { parent: this });
    return { placement: { groupName: group.name } };
  }

  private switchOff(name: string, group: NodeGroup, schedule: ZoneGroup["schedule"]): void {
    for (const { key: when, ...size } of schedule)
      new Schedule(
        `${name}/${when}`,
        {
          autoscalingGroupName: group.resources[0]?.autoscalingGroups[0]?.name as pulumi.Output<string>,
          scheduledActionName: `off-hours-${when}`,
          ...size,
        },
        { parent: this },
      );
  }
}

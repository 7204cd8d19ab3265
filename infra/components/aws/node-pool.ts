import { Schedule } from "@pulumi/aws/autoscaling/schedule";
import { LaunchTemplate } from "@pulumi/aws/ec2/launchTemplate";
import { PlacementGroup } from "@pulumi/aws/ec2/placementGroup";
import { NodeGroup } from "@pulumi/aws/eks/nodeGroup";
import * as pulumi from "@pulumi/pulumi";
import type { PlannedGroup } from "../../values/aws/node-group";
import type { CellOptions } from "./cell";
import type { Cluster } from "./cluster";
import type { NodeRole } from "./node-role";

export interface NodePoolArgs {
  region: string;
  planned: PlannedGroup;
  cluster: Pick<Cluster, "name" | "securityGroupId">;
  role: NodeRole;
  subnetIds: readonly pulumi.Output<string>[];
  /** Only where nodes work together. */
  efaSecurityGroupId?: pulumi.Output<string>;
}

/** One way of getting nodes for one pool: a launch template and a managed node group. Cost: its nodes, by the hour. */
export class NodePool extends pulumi.ComponentResource {
  readonly group: NodeGroup;

  constructor({ region, planned, cluster, role, subnetIds, efaSecurityGroupId }: NodePoolArgs, opts: CellOptions) {
    const { key, template, group, interfaces, schedule } = planned;
    const name = `${region}/${key}`;
    super("homeport:aws:NodePool", name, {}, { parent: opts.parent });

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
    this.group = new NodeGroup(
      name,
      {
        ...group,
        clusterName: cluster.name,
        nodeGroupNamePrefix: `${key}-`,
        nodeRoleArn: role.arn,
        subnetIds: [...subnetIds],
        launchTemplate: {
          id: launchTemplate.id,
          version: launchTemplate.latestVersion.apply((version) => `${version}`),
        },
      },
      {
        parent: this,
        dependsOn: [...role.attachments, ...(opts.dependsOn ?? [])],
        // The autoscaler's business, between the least and the most.
        ignoreChanges: ["scalingConfig.desiredSize"],
      },
    );
    for (const { key: when, ...size } of schedule)
      new Schedule(
        `${name}/${when}`,
        {
          autoscalingGroupName: this.group.resources[0]?.autoscalingGroups[0]?.name as pulumi.Output<string>,
          scheduledActionName: `off-hours-${when}`,
          ...size,
        },
        { parent: this },
      );
    this.registerOutputs();
  }

  /** Near each other in one zone: a replica of several nodes waits for the slowest link. */
  private closeTogether(name: string, groupName: string) {
    const group = new PlacementGroup(name, { name: groupName, strategy: "cluster" }, { parent: this });
    return { placement: { groupName: group.name } };
  }
}
